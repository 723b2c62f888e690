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
  /// `remaining` of the limit are left, and it is full after `reset`, rounded up by at most `grain`; it
  /// may have been written `age` before the `Date` that it counts from.
  void heard(double remaining, std::chrono::nanoseconds reset, std::chrono::nanoseconds grain,
             std::chrono::nanoseconds age = std::chrono::nanoseconds(0)) {
    const double missing = limit_ - remaining;
    if (missing <= 0 || reset.count() <= 0) return;
    if (++readings_ == lasting) {  // an odd reading must not stand for ever
      before_ = now_;
      now_ = bounds();
      readings_ = 0;
    }
    now_.least = std::max(now_.least, missing / seconds(reset + age));
    if (reset > grain) now_.most = std::min(now_.most, missing / seconds(reset - grain));
  }
  [[nodiscard]] bool window() const { return least() > doubt * most(); }

  [[nodiscard]] double limit() const { return limit_; }
  /// If it is a bucket, it fills at least so fast, per second. Without a better reason: its size per
  /// minute, as documented.
  [[nodiscard]] double rate() const { return std::max(least(), limit_ / 60); }
  /// And at most so fast.
  [[nodiscard]] double most_rate() const { return std::max(most(), rate()); }

 private:
  static constexpr int lasting = 200;   // readings
  static constexpr double doubt = 1.5;  // neighbours and what is on its way blur the readings
  static double seconds(std::chrono::nanoseconds time) {
    return std::chrono::duration<double>(time).count();
  }

  struct bounds {  // per second
    double least = 0, most = std::numeric_limits<double>::infinity();
  };
  [[nodiscard]] double least() const { return std::max(now_.least, before_.least); }
  [[nodiscard]] double most() const { return std::min(now_.most, before_.most); }

  double limit_;
  bounds now_, before_;  // of the latest readings, and of as many before
  int readings_ = 0;
};

}  // namespace reroute::detail
