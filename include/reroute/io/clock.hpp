// Time as a seam: now, the wall clock, and one-shot timers. Tests bring a clock that jumps.
#pragma once

#include <reroute/detail/asio.hpp>

#include <asio/any_io_executor.hpp>

#include <chrono>
#include <functional>
#include <memory>

namespace reroute {

/// Monotonic time: all waits, deadlines and timeouts.
using time_point = std::chrono::steady_clock::time_point;
using duration = std::chrono::steady_clock::duration;

/// A one-shot timer. Not thread-safe: used on its executor only.
class timer {
 public:
  virtual ~timer() = default;
  /// Calls `wake` once, on the timer's executor and never from inside this function, at `when` or soon
  /// after. Replaces an earlier wish, whose `wake` is then not called.
  virtual void wake_at(time_point when, std::function<void()> wake) = 0;
  /// Forgets the wish: its `wake` is not called after this returns.
  virtual void cancel() = 0;
};

/// Where a client gets the time from. A clock outlives the clients that use it (they share it).
///
/// Its functions and its timers' must not throw: time is asked for where there is no attempt that could fail. What one
/// throws ends the program by `std::terminate`, with a line on stderr that names the function.
class clock {
 public:
  virtual ~clock() = default;
  /// Monotonic time. Must be cheap: it is asked for several times per call.
  [[nodiscard]] virtual time_point now() const = 0;
  /// Wall-clock time: only for dates on the wire and expiry of tokens.
  [[nodiscard]] virtual std::chrono::system_clock::time_point wall_now() const = 0;
  [[nodiscard]] virtual std::unique_ptr<timer> make_timer(asio::any_io_executor executor) = 0;
};

/// The real clock: `std::chrono::steady_clock`, `system_clock` and `asio::steady_timer`. Timers fire
/// on a grid of 1 ms, rounded up (LIMITS: a quarter of the cost of exact ones).
[[nodiscard]] std::shared_ptr<clock> system_clock();

}  // namespace reroute
