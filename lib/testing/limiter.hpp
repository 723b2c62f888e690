// The fake's limits: a token bucket and a window. Pure.
#pragma once

#include <chrono>
#include <cstddef>

namespace reroute::testing {

/// Admits, or says when it would. Time is an argument.
class limiter {
 public:
  using time_point = std::chrono::steady_clock::time_point;
  using nanoseconds = std::chrono::nanoseconds;

  /// `rate` per second (0: no bucket) and `burst`, at least 1; `count` per `window` (0: no window).
  limiter(double rate, double burst, std::size_t count, nanoseconds window);

  /// Zero: admitted, and counted. Else how long until one more would be admitted.
  [[nodiscard]] nanoseconds ask(time_point now);
  /// Whole requests that would be admitted now.
  [[nodiscard]] double left(time_point now) const;
  /// Until the bucket is full again.
  [[nodiscard]] nanoseconds until_full(time_point now) const;

 private:
  void refill(time_point now);
  double rate_, burst_, level_;
  time_point filled_{};
  bool begun_ = false;
  std::size_t count_;
  nanoseconds window_;
  time_point window_begin_{};
  std::size_t in_window_ = 0;
};

}  // namespace reroute::testing
