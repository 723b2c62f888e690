// What is asked of every client, what it cost, and how it runs: in a process of its own, on the first core.
#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <vector>

namespace loopback {

/// Where the server is.
struct place {
  unsigned short port = 0;
  std::string ca_pem, ca_file;
};

struct load {
  bool http2 = false;
  std::size_t connections = 64, streams = 1;  ///< streams on each connection
  std::size_t body_bytes = 2000;              ///< of the request
  std::size_t calls = 20'000;                 ///< that are measured, after a tenth of them
  [[nodiscard]] std::size_t in_flight() const { return connections * streams; }
};

/// What calls cost the client's process.
struct cost {
  double cpu_us_per_call = 0, calls_per_s = 0;
};

/// Processor time (user and system) and time of the clock, from its making.
class stopwatch {
 public:
  stopwatch();
  [[nodiscard]] cost over(std::size_t calls) const;

 private:
  double cpu_, wall_;
};
[[nodiscard]] double cpu_seconds();
[[nodiscard]] double wall_seconds();
[[nodiscard]] double resident_bytes();

/// The text of the user's message, so that the request has so many bytes.
[[nodiscard]] std::string user_text(std::size_t body_bytes);
/// The request as JSON; by Boost.JSON, as somebody without a library would write it.
[[nodiscard]] std::string request_json(const std::string& text);
/// Reads the answer with Boost.JSON, as far as its text. Throws for anything else.
[[nodiscard]] std::size_t read_answer(const std::string& body);

/// Runs `what` in a forked process on the first core, and hands back its numbers. Throws if it fails.
[[nodiscard]] std::vector<double> apart(const std::function<std::vector<double>()>& what);

// the clients: each does the load's calls, in this process
cost run_transport(const place& to, const load& what);
cost run_create(const place& to, const load& what);
cost run_create_on_strand(const place& to, const load& what);
cost run_curl(const place& to, const load& what);
cost run_beast(const place& to, const load& what);

}  // namespace loopback
