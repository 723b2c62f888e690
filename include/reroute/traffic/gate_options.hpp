// What a gate may be told about a route.
#pragma once

#include <reroute/policy/backoff.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>

namespace reroute {

/// How a client treats a route that refuses or fails. One gate per route, model and
/// operation (messages, token counts).
struct gate_options {
  /// A hint up to this is honoured to the letter. One beyond it is believed, too, as far as `plausible` goes, but a
  /// single attempt looks after this time and again after each further such time, so that a wrong hint stalls nobody
  /// (none looks where the refusal's own words name a limit over as long a time). Default 30 s. More than zero.
  std::chrono::milliseconds cap = std::chrono::seconds(30);
  /// The longest wait that a limit may ask for: windows of providers last a minute. A hint beyond it (a date days
  /// ahead, an outlier) teaches nothing; single probes go, the first after a second, each further one after a third of
  /// the time that it has been closed, at most `cap`. What headers put off for longer is looked at by a single attempt
  /// after this time. Default 120 s; at least `cap` counts. More than zero.
  std::chrono::milliseconds plausible = std::chrono::seconds(120);
  /// How long a refusal closes the gate that names no time, where nothing was let through before it and nothing is known
  /// of the limit: `base`, twice as long with each further one in a row, at most `cap`, of that a random part from half
  /// to the whole. Twice as long, too, where a hint was too short in a row. Default: base 0.2 s, cap 8 s.
  backoff waits = {std::chrono::milliseconds(200), std::chrono::seconds(8)};
  /// Jitter on top of a hint, as a part of it, at most 250 ms; it only ever adds. Default 0.01. From
  /// 0 to 1.
  double hint_jitter = 0.01;
  /// Faults in a row, in the order of sending (resets, 5xx, 503 without a hint), that close the gate until a single
  /// probe is answered. Where a route fails a share of what it is sent, it takes a longer row: one that chance makes
  /// less than once in a thousand. Default 5. At least 1.
  int faults_to_close = 5;
  /// How long a spend cap, an empty balance or (with `failover_on_auth`) a refused key closes the
  /// gate, before a single probe looks again. Default 5 min. More than zero.
  std::chrono::milliseconds quarantine = std::chrono::minutes(5);
  /// Calls that may be under way unheard of before the route has shown how much it takes; grows
  /// with what it lets through. Default 10. At least 1.
  int initial_window = 10;
  /// A call that was not refused for so long counts as admitted, although its answer is not there
  /// yet: answers take seconds, refusals do not. Only until a refusal was heard: then 1.3 times what the slowest one
  /// took lately. Default 100 ms. More than zero.
  std::chrono::milliseconds silence = std::chrono::milliseconds(100);
  /// Calls in flight at once. Default 0: as many as the route takes; where it refuses for having too
  /// many at once, and says so (in words, or `x-ratelimit-type: UserConcurrentRequests`), that number is learned.
  std::size_t max_in_flight = 0;

  friend bool operator==(const gate_options&, const gate_options&) = default;
};

}  // namespace reroute
