// The fake's limits.
#include "testing/limiter.hpp"

#include <algorithm>

namespace reroute::testing {

limiter::limiter(bucket requests, bucket input, bucket output, std::size_t count,
                 nanoseconds window)
    : requests_(requests),
      input_(input),
      output_(output),
      full_count_(count),
      count_(count),
      window_(window) {}

limiter::limiter(double rate, double burst, std::size_t count, nanoseconds window)
    : limiter(bucket(rate, std::max(1.0, burst)), bucket(0, 1), bucket(0, 1), count, window) {}

limiter::nanoseconds limiter::ask(time_point now, const cost& of) {
  if (count_ > 0) {
    if (in_window_ == 0 || now - window_begin_ >= window_) {
      window_begin_ = now;
      in_window_ = 0;
    }
    if (in_window_ >= count_) return window_begin_ + window_ - now;
  }
  const auto wait = std::max(
      {requests_.until(now, 1), input_.until(now, of.input), output_.until(now, of.output)});
  if (wait.count() > 0) return wait;
  requests_.take(now, 1);
  input_.take(now, of.input);
  output_.take(now, of.output);
  ++in_window_;
  return nanoseconds(0);
}

void limiter::scale(time_point now, double factor) {
  requests_.scale(now, factor);
  input_.scale(now, factor);
  output_.scale(now, factor);
  if (full_count_ > 0)
    count_ = std::max<std::size_t>(
        1, static_cast<std::size_t>(static_cast<double>(full_count_) * factor + 1e-9));
}

}  // namespace reroute::testing
