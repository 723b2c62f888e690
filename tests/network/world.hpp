// A client, two routes of a fake Claude, and between them paths that can fail: one loop, real time.
#pragma once

#include <reroute/reroute.hpp>
#include <reroute/testing/fake_claude.hpp>

#include "tests/network/wire.hpp"

#include <asio/io_context.hpp>

#include <chrono>
#include <cstddef>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <system_error>
#include <vector>

namespace reroute::network {

/// One call, and what it came to.
struct call_story {
  std::size_t number = 0;
  bool streamed = false;
  std::chrono::milliseconds deadline{0};
  int completions = 0;
  std::error_code code;
  reroute::outcome outcome;
  std::string text;                   ///< of its answer
  std::chrono::milliseconds took{0};  ///< as the caller's clock says
  steady::time_point begun;
};

/// How the fake knows a call.
[[nodiscard]] std::string user(std::size_t number);
/// Its answer: a few packets, and everybody's own.
[[nodiscard]] std::string text_for(const std::string& user);

/// Impatient: what production waits minutes for is over within a second.
[[nodiscard]] client_options impatient(bool http2);

struct world {
  world(const private_network& on, bool http2, client_options options);
  world(const private_network& on, bool http2) : world(on, http2, impatient(http2)) {}
  world(const world&) = delete;
  world& operator=(const world&) = delete;
  ~world();

  path& path_a() { return way.path_to(0); }
  path& path_b() { return way.path_to(1); }
  void on_both(const std::function<void(path&)>& change);

  std::shared_ptr<call_story> create(call_options how = {});
  std::shared_ptr<call_story> stream(call_options how = {});
  /// So many calls of either kind, spread evenly over that time, which it takes.
  void traffic(std::size_t calls, std::chrono::milliseconds over);
  void run_for(std::chrono::milliseconds time);
  bool run_until(const std::function<bool()>& done, std::chrono::milliseconds most);
  /// Until all calls have ended; false if one lives on when all deadlines have long passed.
  bool finish();
  [[nodiscard]] std::size_t answered() const;
  /// Forgets the calls so far.
  void next_act() { calls.clear(); }

  asio::io_context io{1};
  testing::fake_claude fake{io.get_executor()};
  testing::fake_route a, b;
  wire way;
  client_options set;
  std::map<std::string, std::vector<asio::ip::address>> names;  ///< what the resolver knows
  std::vector<std::shared_ptr<call_story>> calls;
  std::size_t last_number = 0;
  std::optional<client> claude;

 private:
  std::shared_ptr<call_story> begin(bool streamed, const call_options& how);
};

/// False, then true: over HTTP/1.1 and over HTTP/2. The test that asks runs once with each.
[[nodiscard]] bool either();
/// `impatient`, once with `retry_lost_answers` and once without.
[[nodiscard]] client_options asks_again_or_not(bool http2);

/// What holds in all weathers: every call has ended, once, in time, with its own answer; and nothing was
/// asked again, or paid for twice, that its outcome does not tell.
void check_promises(const world& of);
/// A next act of so many calls that have time enough, to its end, with its promises checked.
void fresh_calls(world& in, std::size_t count);

}  // namespace reroute::network
