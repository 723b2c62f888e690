// What the mirrors of limits have in common: how fast a bucket fills, and when enough is in it. Pure.
#pragma once

#include <algorithm>
#include <chrono>

namespace reroute::detail {

/// Per second, at least, of a bucket of which `remaining` of `limit` are left and that is full after
/// `reset` (0: not said). Without a better reason: its size per minute, as documented.
[[nodiscard]] inline double told_rate(double limit, double remaining,
                                      std::chrono::nanoseconds reset) {
  double rate = limit > 0 ? limit / 60 : 0;
  if (limit > remaining && reset.count() > 0)
    rate = std::max(rate, (limit - remaining) / std::chrono::duration<double>(reset).count());
  return rate;
}

/// How long until `missing` has come at so many per second: more than nothing.
[[nodiscard]] inline std::chrono::nanoseconds time_to_fill(double missing, double per_second) {
  constexpr double longest = 366 * 24 * 3600.0;  // seconds: more has no nanoseconds
  const std::chrono::duration<double> wait(
      std::min(missing / std::max(per_second, 1e-12), longest));
  return std::max<std::chrono::nanoseconds>(std::chrono::ceil<std::chrono::microseconds>(wait),
                                            std::chrono::microseconds(1));
}

}  // namespace reroute::detail
