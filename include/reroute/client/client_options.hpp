// What a client is made of.
#pragma once

#include <reroute/client/observer.hpp>
#include <reroute/client/stream_guards.hpp>
#include <reroute/io/clock.hpp>
#include <reroute/io/https_transport.hpp>
#include <reroute/policy/plan.hpp>
#include <reroute/policy/policy.hpp>
#include <reroute/policy/retry_budget.hpp>
#include <reroute/route/route.hpp>
#include <reroute/traffic/gate_options.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

namespace reroute {

/// What `hedge()` and `race()` may cost.
struct hedging_options {
  /// Tokens per minute that second attempts may take, counted as the request's estimated prompt plus
  /// its `max_tokens`; saved up for one minute. What does not fit is not sent. Default 0: no cap of its
  /// own (the retry budget bounds hedges, and nothing bounds races).
  double tokens_per_minute = 0;
};

/// The deadline of a call where neither `client_options::deadline` nor `call_options` sets one.
inline constexpr std::chrono::milliseconds default_deadline = std::chrono::minutes(10);

/// Configuration of a client. Every member but `routes` has a default that suits production. The
/// client's constructor checks all of it and throws `std::invalid_argument` naming the field.
struct client_options {
  /// The routes in order of preference; 1 to 32, with different names.
  std::vector<route> routes = {};
  /// How calls use the routes. Default `spill()`.
  reroute::plan plan = {};
  /// Time for a whole call: waiting, all attempts, all routes. Default (not set): `default_deadline`, and calls
  /// whose answer may take longer are refused (`async_create`). Zero: none, then nothing but cancellation bounds a
  /// call that waits for a rate limit.
  std::optional<std::chrono::milliseconds> deadline = {};
  /// Time for one attempt, from sending to the end of the answer. Default zero: only the deadline.
  std::chrono::milliseconds attempt_timeout = std::chrono::milliseconds(0);
  /// How long streams may be silent, stand still, or crawl.
  stream_guards guards = {};
  /// How a call waits after a fault when the route names no time, and the floor under repeated
  /// hints.
  backoff waits = {};
  /// How refusals and faults close a route for everybody.
  gate_options gate = {};
  /// What may be spent on retries of faults.
  retry_budget_options retry_budget = {};
  /// What may be spent on hedges and races.
  hedging_options hedging = {};
  /// Calls that may wait; one more completes at once with `errc::too_many_waiting`. Default
  /// 100,000. At least 1.
  std::size_t max_waiting = 100'000;
  /// Repeat a request whose answer was lost on the way, although it may have been billed. Default
  /// on, as the official SDKs do. Off: what was sent is never sent again, not even by the transport on
  /// a connection that dies at once (`http::request::send_once`).
  bool retry_lost_answers = true;
  /// Decides after each failed attempt. Empty: `default_policy`.
  policy decide = {};
  /// Sees what calls do.
  reroute::observer observer = {};
  /// The client's own HTTPS transport, for routes that bring none.
  https_options https = {};
  /// The time. Default: the real one. Must not be null.
  std::shared_ptr<clock> time = system_clock();
  /// Seed of the jitter. Empty: from `std::random_device`.
  std::optional<std::uint64_t> seed = {};
};

}  // namespace reroute
