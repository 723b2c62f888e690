// A token bucket that can be resized while it runs. Pure.
#pragma once

#include <algorithm>
#include <chrono>

namespace reroute::testing {

/// Fills at `rate` per second up to `burst`. A rate of 0 means no limit. Time is an argument.
class bucket {
 public:
  using time_point = std::chrono::steady_clock::time_point;
  using nanoseconds = std::chrono::nanoseconds;

  bucket(double rate, double burst)
      : full_rate_(rate), full_burst_(burst), rate_(rate), burst_(burst), level_(burst) {}

  [[nodiscard]] bool limits() const noexcept { return full_rate_ > 0; }
  /// The most that it holds now.
  [[nodiscard]] double size() const { return burst_; }
  [[nodiscard]] double left(time_point now) const {
    if (!limits()) return burst_;
    const std::chrono::duration<double> passed = begun_ ? now - filled_ : nanoseconds(0);
    return std::min(burst_, level_ + passed.count() * rate_);
  }
  /// Until it is full again.
  [[nodiscard]] nanoseconds until_full(time_point now) const {
    if (!limits()) return nanoseconds(0);
    const std::chrono::duration<double> wait((burst_ - left(now)) / rate_);
    return std::chrono::duration_cast<nanoseconds>(wait);
  }
  /// Until it gives so many; what is more than the bucket holds is given by a full one.
  [[nodiscard]] nanoseconds until(time_point now, double amount) const {
    const double missing = std::min(amount, burst_) - left(now);
    // a client that comes to the nanosecond must not fail on the last bit of a double
    if (!limits() || missing <= 1e-9 * std::max(1.0, amount)) return nanoseconds(0);
    const std::chrono::duration<double> wait(missing / rate_);
    return std::max<nanoseconds>(std::chrono::ceil<std::chrono::microseconds>(wait),
                                 nanoseconds(1));
  }
  /// Takes, after `until` gave 0; or gives back if negative.
  void take(time_point now, double amount) {
    if (!limits()) return;
    const double had = left(now);
    fill_at(now, had);
    level_ = std::min(burst_, had - amount);
    if (amount <= burst_) level_ = std::max(0.0, level_);
  }
  /// Rate and size become this times what they were at the start.
  void scale(time_point now, double factor) {
    fill_at(now, left(now));
    rate_ = full_rate_ * factor;
    burst_ = std::max(1.0, full_burst_ * factor);
    level_ = std::min(level_, burst_);
  }

 private:
  void fill_at(time_point now, double level) {
    level_ = level;
    filled_ = now;
    begun_ = true;
  }
  double full_rate_, full_burst_, rate_, burst_, level_;
  time_point filled_{};
  bool begun_ = false;
};

}  // namespace reroute::testing
