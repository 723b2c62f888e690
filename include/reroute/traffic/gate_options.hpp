// What a gate may be told about a route.
#pragma once

#include <reroute/policy/backoff.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>

namespace reroute {

/// How a gate learns the limits of its route.
enum class limit_learning : std::uint8_t {
  paced,  ///< a pace, corrected at each refusal
  /// EXPERIMENTAL: the limit that the log of all attempts contradicts least; sentences and headers are believed
  /// while they explain what is seen. To become the only one.
  replayed,
};

/// How a client treats a route that refuses or fails. One gate per route, model and
/// operation (messages, token counts).
struct gate_options {
  /// A hint up to this is honoured to the letter. Beyond it (a date days ahead, an outlier) only single
  /// probes go, each after a third of the time that it has been closed, at most the cap. What headers put
  /// off for longer is looked at by a single attempt after the cap. Default 30 s. More than zero.
  std::chrono::milliseconds cap = std::chrono::seconds(30);
  /// How long a refusal without a hint closes the gate, and the floor under hints when refusals
  /// repeat. Default: base 1 s, cap 30 s.
  backoff waits = {};
  /// Jitter on top of a hint, as a part of it, at most 250 ms; it only ever adds. Default 0.01. From
  /// 0 to 1.
  double hint_jitter = 0.01;
  /// Faults in a row (resets, 5xx, 503 without a hint) that close the gate until a single probe is
  /// answered. Default 5. At least 1.
  int faults_to_close = 5;
  /// How long a spend cap, an empty balance or (with `failover_on_auth`) a refused key closes the
  /// gate, before a single probe looks again. Default 5 min. More than zero.
  std::chrono::milliseconds quarantine = std::chrono::minutes(5);
  /// Calls that may be under way unanswered before the route has proved how much it takes; grows
  /// with each answer. Default 32. At least 1.
  int initial_window = 32;
  /// A call that was not refused for so long counts as admitted, although its answer is not there
  /// yet: answers take seconds, refusals do not. Learned upwards from the refusals seen. Default
  /// 150 ms. More than zero.
  std::chrono::milliseconds silence = std::chrono::milliseconds(150);
  /// Calls in flight at once. Default 0: as many as the route takes; where it refuses for having too
  /// many at once, and says so (`x-ratelimit-type: UserConcurrentRequests`), that number is learned.
  std::size_t max_in_flight = 0;

  limit_learning learning = limit_learning::paced;

  friend bool operator==(const gate_options&, const gate_options&) = default;
};

}  // namespace reroute
