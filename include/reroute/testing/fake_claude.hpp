// A fake Claude that really listens: HTTPS on 127.0.0.1, with real limits, faults on request, and a
// log.
#pragma once

#include <reroute/io/clock.hpp>

#include <asio/any_io_executor.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace reroute::testing {

/// Whose answers and errors it gives.
enum class face : std::uint8_t { anthropic, azure };

/// How a refusal says how long to wait.
enum class refusal_form : std::uint8_t {
  seconds,       ///< Retry-After in whole seconds, rounded up
  http_date,     ///< Retry-After as HTTP-date, rounded up
  milliseconds,  ///< retry-after-ms
  text_only,     ///< only in the error's message
  none,          ///< not at all
};

/// What certificate it shows.
enum class shown_certificate : std::uint8_t { good, expired, self_signed, wrong_host, wrong_ca };

/// What can be made to go wrong.
enum class fault_kind : std::uint8_t {
  status,             ///< answers `status` in the face's own words
  reset_before_head,  ///< reads the request, then closes
  reset_after_head,   ///< sends the head, then closes
  truncated_body,     ///< sends half of the body, then closes
  silence,            ///< reads the request, and says nothing until the peer gives up
  garbage,            ///< answers what is no HTTP
  html,               ///< answers a gateway's page with `status`
};

/// A fault: for so many requests, or for so long, or (neither given) until `clear_faults`.
struct fault {
  fault_kind kind = fault_kind::status;
  int status = 529;
  std::size_t requests = 0;
  std::chrono::milliseconds time{0};
  /// For `status` 429, 503 and 529: said in the route's refusal form; 0 says nothing.
  std::chrono::milliseconds retry_after{0};
};

/// One route of the fake. Configuration: set before `add_route`.
struct fake_route_options {
  testing::face face = face::anthropic;
  /// Accepted as `x-api-key` (and, on the azure face, `api-key`).
  std::string key = "fake-key";
  /// Accepted as `Authorization: Bearer`; may be changed later.
  std::vector<std::string> bearer_tokens = {};
  /// Models or deployments that exist; empty: any.
  std::vector<std::string> models = {};
  /// Token bucket: requests per second (0: no limit), and how many at once after a pause.
  double rate = 0;
  double burst = 1;
  /// Window limiter beside it: so many requests per window (0: no limit).
  std::size_t window_requests = 0;
  std::chrono::milliseconds window = std::chrono::seconds(60);
  refusal_form form = refusal_form::seconds;
  /// anthropic-ratelimit-requests-* on every answer.
  bool limit_headers = false;
  /// Time from a request to its answer, given a random number in [0, 1). Refusals come at once.
  std::function<std::chrono::milliseconds(double random)> latency = {};
  std::string reply = "hello";
  shown_certificate certificate = shown_certificate::good;
  /// Speaks plain HTTP: for tests of what a TLS client does with it, and of plain routes.
  bool plain_http = false;
};

/// What a route has seen. Counts of requests unless said otherwise.
struct fake_log {
  std::size_t connections = 0;  ///< accepted
  std::size_t handshakes = 0;   ///< completed
  std::size_t requests = 0;
  std::size_t admitted = 0;      ///< answered with 200
  std::size_t refused = 0;       ///< 429, 529 and 503
  std::size_t unauthorized = 0;  ///< 401
  std::size_t rejected = 0;      ///< other 4xx
  std::size_t faulted = 0;       ///< by `fault`
  /// Arrived while a window was announced closed, later than `hearing_time` after the announcement.
  std::size_t into_closed_window = 0;
  std::size_t concurrent = 0;  ///< under way now
  std::size_t max_concurrent = 0;
};

class fake_claude;
struct fake_route_state;

/// A handle to a route of a fake; valid while the fake lives. Its functions may be called on any
/// thread.
class fake_route {
 public:
  explicit fake_route(std::shared_ptr<fake_route_state> state) : state_(std::move(state)) {}
  /// "https://127.0.0.1:PORT", on the azure face with "/anthropic" behind it.
  [[nodiscard]] std::string base_url() const;
  [[nodiscard]] std::uint16_t port() const;
  [[nodiscard]] const std::string& key() const;
  /// Refuses everything for so long with 429, in the route's refusal form.
  void refuse_for(std::chrono::milliseconds time);
  /// Adds a fault; the oldest that is not over is shown first.
  void inject(fault what);
  void clear_faults();
  void set_bearer_tokens(std::vector<std::string> tokens);
  [[nodiscard]] fake_log log() const;

 private:
  std::shared_ptr<fake_route_state> state_;
};

/// The fake: any number of routes, one throwaway CA. It shares no parser with the client.
///
/// Runs on `executor`: the test's own loop (its open listeners keep `run()` busy until `stop`), or
/// a loop of another thread. The clock is for limits, latencies and dates: a `manual_clock` makes
/// them virtual.
class fake_claude {
 public:
  explicit fake_claude(asio::any_io_executor executor, std::shared_ptr<clock> time = system_clock(),
                       std::uint64_t seed = 1);
  fake_claude(const fake_claude&) = delete;
  fake_claude& operator=(const fake_claude&) = delete;
  ~fake_claude();

  /// Opens a listener on 127.0.0.1, at a port that is free.
  fake_route add_route(fake_route_options options = {});
  /// The CA that signed the routes' certificates, for `tls_options::ca_pem`.
  [[nodiscard]] const std::string& ca_pem() const;
  /// How long after a refusal a request may still arrive unaware of it. Default 100 ms.
  void set_hearing_time(std::chrono::milliseconds time);
  /// Requests, told apart by their `metadata.user_id`, that got more than one 200 on all routes.
  [[nodiscard]] std::size_t admitted_twice() const;
  /// Closes listeners and connections. May be repeated.
  void stop();

 private:
  struct shared;
  std::shared_ptr<shared> shared_;
};

}  // namespace reroute::testing
