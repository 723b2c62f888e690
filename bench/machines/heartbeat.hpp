// How long one turn of the loop takes: posts itself again and again, and looks at the clocks.
#pragma once

#include <asio/io_context.hpp>
#include <asio/post.hpp>

#include <algorithm>
#include <chrono>
#include <ctime>

namespace bench {

/// The loop is first in, first out: between two beats everything runs that was ready at the first.
/// Remembers nothing that grows: that would be a stall of its own.
class heartbeat {
 public:
  using nanoseconds = std::chrono::nanoseconds;
  explicit heartbeat(asio::io_context& io) : io_(io) {}

  void start() {
    asio::post(io_, [this] { beat(); });
  }
  /// After one more beat.
  void stop() { running_ = false; }
  /// The longest turn by the clock on the wall: what the user's other handlers waited.
  [[nodiscard]] double longest_ms() const { return in_ms(longest_); }
  /// The most that a turn used of the processor: without what other programs took of it meanwhile.
  [[nodiscard]] double busiest_ms() const { return in_ms(busiest_); }

 private:
  static double in_ms(nanoseconds time) {
    return std::chrono::duration<double, std::milli>(time).count();
  }
  static nanoseconds now(clockid_t which) {
    timespec at{};
    clock_gettime(which, &at);
    return std::chrono::seconds(at.tv_sec) + nanoseconds(at.tv_nsec);
  }
  void beat() {
    const nanoseconds wall = now(CLOCK_MONOTONIC), used = now(CLOCK_THREAD_CPUTIME_ID);
    if (wall_.count() != 0) {
      longest_ = std::max(longest_, wall - wall_);
      busiest_ = std::max(busiest_, used - used_);
    }
    wall_ = wall;
    used_ = used;
    if (running_) asio::post(io_, [this] { beat(); });
  }

  asio::io_context& io_;
  bool running_ = true;
  nanoseconds wall_{0}, used_{0}, longest_{0}, busiest_{0};
};

}  // namespace bench
