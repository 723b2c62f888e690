// A fake Claude that really listens: HTTPS on 127.0.0.1, with real limits, faults on request, and a log.
#pragma once

#include <reroute/detail/asio.hpp>
#include <reroute/detail/foreign_loop.hpp>
#include <reroute/http/headers.hpp>
#include <reroute/io/clock.hpp>
#include <reroute/testing/fake_log.hpp>
#include <reroute/testing/fake_route_options.hpp>

#include <asio/any_io_executor.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace reroute::testing {

class fake_route_state;

/// A request as the fake read it. Holds credentials: do not print it.
struct fake_request {
  std::string method = {};
  std::string target = {};
  http::headers headers = {};  ///< names in lower case
  std::string body = {};
};

/// A handle to a route of a fake; cheap to copy. Its functions may be called on any thread.
class fake_route {
 public:
  explicit fake_route(std::shared_ptr<fake_route_state> state) : state_(std::move(state)) {}
  /// "https://127.0.0.1:PORT", on the azure face with "/anthropic" behind it.
  [[nodiscard]] std::string base_url() const;
  [[nodiscard]] std::uint16_t port() const;
  [[nodiscard]] const std::string& key() const;
  /// Refuses everything that is right for so long with 429, in the route's refusal form.
  void refuse_for(std::chrono::milliseconds time);
  /// Adds a fault; the oldest that is not over is shown first. Throws `std::invalid_argument` for a
  /// negative time, a share outside 0 to 1, or drops of no bytes.
  void inject(fault what);
  void clear_faults();
  /// All limits become so many times what the options said. More than 0, else
  /// `std::invalid_argument`.
  void set_quota(double factor);
  /// Others take this share of all limits, which the limits told in headers do not show. From 0 to
  /// less than 1, else `std::invalid_argument`.
  void set_neighbour(double share);
  void set_bearer_tokens(std::vector<std::string> tokens);
  /// Resets all connections of this route, idle or not; happens on the fake's executor.
  void drop_connections();
  [[nodiscard]] fake_log log() const;
  /// The latest request, whatever became of it.
  [[nodiscard]] std::optional<fake_request> last_request() const;

 private:
  std::shared_ptr<fake_route_state> state_;
};

/// The fake: any number of routes, one throwaway CA. It shares no parser with the client.
///
///     fake_claude fake(io.get_executor());
///     auto direct = fake.add_route({.rate = 40, .burst = 40});
///     auto azure = fake.add_route({.face = face::azure, .form = refusal_form::text_only});
///     // direct.base_url(), direct.key(), fake.ca_pem()
///
/// Runs on `executor`, which must be one strand or a single-threaded loop: the test's own (its open
/// listeners keep `run()` busy until `stop`), or that of another thread: `fake_server` brings one. The clock is for limits,
/// latencies and dates: a `manual_clock` makes them virtual, and then both must be on one thread.
class fake_claude {
 public:
  explicit fake_claude(asio::any_io_executor executor, std::shared_ptr<clock> time = system_clock(),
                       std::uint64_t seed = 1);
  // a loop of the other Asio: refused by a static_assert that says what to do
  template <detail::foreign_loop Loop, class... Rest>
  explicit fake_claude(Loop&&, Rest&&...) : fake_claude(detail::refuse_foreign_loop<Loop>()) {}
  fake_claude(const fake_claude&) = delete;
  fake_claude& operator=(const fake_claude&) = delete;
  /// Stops. The loop may be running (on this thread), stopped, or gone.
  ~fake_claude();

  /// Opens a listener on 127.0.0.1, at a port that is free. Like `stop`, on the loop's thread or while
  /// no other thread runs it. Throws `std::invalid_argument` for wrong options.
  fake_route add_route(fake_route_options options = {});
  /// The CA that signed the routes' certificates, for `tls_options::ca_pem`.
  [[nodiscard]] const std::string& ca_pem() const;
  /// How long after a refusal a request may still arrive unaware of it. Default 100 ms.
  void set_hearing_time(std::chrono::milliseconds time);
  /// Requests, told apart by their `metadata.user_id`, that got more than one 200 on all routes.
  /// Requests without one are not told apart, nor counted.
  [[nodiscard]] std::size_t admitted_twice() const;
  /// Requests that arrived although the same one had been answered to the last byte, on any route.
  [[nodiscard]] std::size_t asked_after_answer() const;
  /// Every request by its `metadata.user_id`.
  [[nodiscard]] std::map<std::string, request_log> requests() const;
  /// Closes listeners and connections. May be repeated.
  void stop();

 private:
  struct shared;
  std::shared_ptr<shared> shared_;
};

}  // namespace reroute::testing
