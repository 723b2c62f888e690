// Whether the limit that headers describe is a bucket or a window.
#pragma once

#include <algorithm>
#include <chrono>
#include <limits>

namespace reroute::detail {

/// A bucket that lacks twice as much needs twice as long to be full; a window is full at its end,
/// whatever it lacks. So each reading bounds a bucket's rate, and bounds that contradict each other
/// mean a window. Pure.
class limit_shape {
 public:
  explicit limit_shape(double limit = 0) : limit_(limit) {}
  /// `remaining` of the limit are left, and it is full after `reset`, rounded up by at most `grain`.
  void heard(double remaining, std::chrono::nanoseconds reset, std::chrono::nanoseconds grain) {
    const double missing = limit_ - remaining;
    if (missing <= 0 || reset.count() <= 0) return;
    least_ = std::max(least_, missing / seconds(reset));
    if (reset > grain) most_ = std::min(most_, missing / seconds(reset - grain));
  }
  [[nodiscard]] bool window() const { return least_ > doubt * most_; }

  [[nodiscard]] double limit() const { return limit_; }
  /// If it is a bucket, it fills at least so fast, per second. Without a better reason: its size per
  /// minute, as documented.
  [[nodiscard]] double rate() const { return std::max(least_, limit_ / 60); }
  /// And at most so fast.
  [[nodiscard]] double most_rate() const { return std::max(most_, rate()); }

 private:
  static constexpr double doubt = 1.5;  // neighbours and what is on its way blur the readings
  static double seconds(std::chrono::nanoseconds time) {
    return std::chrono::duration<double>(time).count();
  }

  double limit_;
  double least_ = 0, most_ = std::numeric_limits<double>::infinity();  // per second
};

}  // namespace reroute::detail
