// The fake's limits: buckets of requests and of tokens, and a window. Pure.
#pragma once

#include "testing/bucket.hpp"

#include <chrono>
#include <cstddef>

namespace reroute::testing {

/// Admits, or says when it would. Time is an argument.
class limiter {
 public:
  using time_point = bucket::time_point;
  using nanoseconds = bucket::nanoseconds;

  /// Tokens of one request: of its prompt, and the most that its answer may have.
  struct cost {
    double input = 0;
    double output = 0;
  };

  /// `rate` per second (0: no bucket) and `burst`, at least 1; `count` per `window` (0: no window).
  limiter(double rate, double burst, std::size_t count, nanoseconds window);
  limiter(bucket requests, bucket input, bucket output, std::size_t count, nanoseconds window);

  /// Zero: admitted, and counted. Else how long until one more like it would be admitted.
  [[nodiscard]] nanoseconds ask(time_point now, const cost& of);
  [[nodiscard]] nanoseconds ask(time_point now) { return ask(now, cost()); }
  /// Answer tokens that were reserved and not used.
  void give_back(time_point now, double output) { output_.take(now, -output); }
  /// All limits become this times what they were at the start.
  void scale(time_point now, double factor);

  /// Whole requests that would be admitted now by their bucket.
  [[nodiscard]] double left(time_point now) const { return requests_.left(now); }
  /// Until the bucket of requests is full again.
  [[nodiscard]] nanoseconds until_full(time_point now) const { return requests_.until_full(now); }
  [[nodiscard]] const bucket& requests() const noexcept { return requests_; }
  [[nodiscard]] const bucket& input() const noexcept { return input_; }
  [[nodiscard]] const bucket& output() const noexcept { return output_; }

 private:
  bucket requests_, input_, output_;
  std::size_t full_count_, count_;
  nanoseconds window_;
  time_point window_begin_{};
  std::size_t in_window_ = 0;
};

}  // namespace reroute::testing
