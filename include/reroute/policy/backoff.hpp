// How long to wait when nobody says how long: exponential backoff with full jitter. Pure.
#pragma once

#include <reroute/error/normalized_error.hpp>

#include <chrono>

namespace reroute {

/// Exponential backoff with full jitter: `uniform(0, min(cap, base * 2^n))`.
struct backoff {
  /// Upper end of the first wait. Default 1 s. Must not be negative; zero waits nothing.
  std::chrono::milliseconds base = std::chrono::seconds(1);
  /// Upper end of any wait. Default 30 s. Must not be less than `base`.
  std::chrono::milliseconds cap = std::chrono::seconds(30);

  /// The wait after `failures` failures in a row before this one (0 for the first), for a `random`
  /// in [0, 1). Never negative, never longer than `cap`; no overflow for any count.
  [[nodiscard]] std::chrono::nanoseconds delay(int failures, double random) const noexcept;

  friend bool operator==(const backoff&, const backoff&) = default;
};

/// The wait before the same route is asked again: the longer of the route's hint and the backoff.
///
/// A hint is never undercut; jitter on a hint only adds (at most `jitter` of it, and at most 250 ms). A hint of 0, or
/// none, leaves it to the backoff. Under repeated refusals (`failures` > 0) the backoff is a floor
/// even for a hint: routes have been seen to say 1 s in a window of 60.
[[nodiscard]] std::chrono::nanoseconds wait_for(const normalized_error& error, const backoff& waits,
                                                int failures, double random,
                                                double jitter = 0.0) noexcept;

}  // namespace reroute
