// The fake's limits.
#include "testing/limiter.hpp"

#include <algorithm>

namespace reroute::testing {

limiter::limiter(double rate, double burst, std::size_t count, nanoseconds window)
    : rate_(rate), burst_(std::max(1.0, burst)), level_(burst_), count_(count), window_(window) {}

double limiter::left(time_point now) const {
  if (rate_ <= 0) return burst_;
  const std::chrono::duration<double> passed = begun_ ? now - filled_ : nanoseconds(0);
  return std::min(burst_, level_ + passed.count() * rate_);
}

limiter::nanoseconds limiter::until_full(time_point now) const {
  if (rate_ <= 0) return nanoseconds(0);
  const double seconds = (burst_ - left(now)) / rate_;
  return std::chrono::duration_cast<nanoseconds>(std::chrono::duration<double>(seconds));
}

void limiter::refill(time_point now) {
  level_ = left(now);
  filled_ = now;
  begun_ = true;
}

limiter::nanoseconds limiter::ask(time_point now) {
  refill(now);
  if (count_ > 0) {
    if (in_window_ == 0 || now - window_begin_ >= window_) {
      window_begin_ = now;
      in_window_ = 0;
    }
    if (in_window_ >= count_) return window_begin_ + window_ - now;
  }
  // a client that comes to the nanosecond must not fail on the last bit of a double
  if (rate_ > 0 && level_ < 1 - 1e-9) {
    const std::chrono::duration<double> wait((1 - level_) / rate_);
    return std::max<nanoseconds>(std::chrono::ceil<std::chrono::microseconds>(wait),
                                 nanoseconds(1));
  }
  if (rate_ > 0) level_ = std::max(0.0, level_ - 1);
  ++in_window_;
  return nanoseconds(0);
}

}  // namespace reroute::testing
