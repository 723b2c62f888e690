// A clock that stands still until it is told to jump, and a way to run a loop in virtual time.
#pragma once

#include <reroute/detail/asio.hpp>
#include <reroute/io/clock.hpp>

#include <asio/io_context.hpp>

#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <optional>

namespace reroute::testing {

/// Virtual time: ten minutes of back-off pass in a moment, and the same way every time.
///
/// Monotonic and wall time stand still until `advance` or `run` moves them. Timers fire by a post
/// to their executor in the order of their times, never inline. Make it with
/// `std::make_shared<manual_clock>()`, and give it to clients, transports and fakes alike.
///
/// Not thread-safe: one clock, one loop, one thread. Timers may outlive the clock; they then never
/// fire.
class manual_clock final : public clock {
 public:
  /// Where the wall clock of a new manual_clock stands: 2026-01-01 00:00:00 UTC, a Thursday.
  static constexpr std::chrono::sys_seconds default_wall{
      std::chrono::sys_days{std::chrono::year(2026) / std::chrono::January / std::chrono::day(1)}};

  explicit manual_clock(std::chrono::system_clock::time_point wall = default_wall);
  manual_clock(const manual_clock&) = delete;
  manual_clock& operator=(const manual_clock&) = delete;
  ~manual_clock() override;

  [[nodiscard]] time_point now() const override;
  [[nodiscard]] std::chrono::system_clock::time_point wall_now() const override;
  [[nodiscard]] std::unique_ptr<timer> make_timer(asio::any_io_executor executor) override;

  /// Moves both times forward and posts every timer that is due. Nothing runs before the loop does,
  /// so timers that a handler sets count from the end of the jump. Throws `std::invalid_argument`
  /// if `by` is negative: monotonic time does not run backwards.
  void advance(duration by);
  /// The same, to a point in monotonic time. A point in the past throws.
  void advance_to(time_point when);
  /// Puts the wall clock right, or wrong: a skewed clock is what servers' dates are tested with.
  /// Monotonic time and timers do not notice.
  void set_wall(std::chrono::system_clock::time_point wall);

  /// Timers that wait.
  [[nodiscard]] std::size_t pending() const noexcept;
  /// When the earliest of them fires.
  [[nodiscard]] std::optional<time_point> next_timer() const noexcept;

  /// How long `run` looks for bytes on their way, in real time, before each jump. Default 2 ms.
  ///
  /// With sockets on the loop an empty poll does not prove that nothing happens: what one socket
  /// wrote the other may not have heard yet. Zero is right for loops without sockets, and much
  /// faster; more is right where other threads take part (a DNS resolver, a server of its own
  /// thread).
  void set_grace(std::chrono::milliseconds real_time) noexcept { grace_ = real_time; }

  /// Runs the loop in virtual time: what is ready runs, and whenever nothing is ready time jumps to
  /// the earliest timer. Ends when the loop has no work, or when nothing is ready and no timer is
  /// left (an open listener does not keep it), or after `limit` of virtual time, which is then used
  /// up exactly. Restarts a stopped loop. Exceptions of handlers pass through. Returns the virtual
  /// time that passed.
  duration run(asio::io_context& loop, std::optional<duration> limit = std::nullopt);

  /// The same until `done()`, which is asked after every handler, holds; false if it never did.
  ///
  /// If no timer is left and `done()` does not hold, it waits up to a minute of real time for
  /// other threads and sockets before it gives up.
  bool run_until(asio::io_context& loop, const std::function<bool()>& done,
                 std::optional<duration> limit = std::nullopt);

 private:
  struct queue;
  class waiting_timer;

  bool run_ready(asio::io_context& loop, const std::function<bool()>& done);
  bool run_quiet(asio::io_context& loop, const std::function<bool()>& done,
                 std::chrono::milliseconds patience);

  time_point now_;
  std::chrono::system_clock::time_point wall_;  // at `now_`
  std::chrono::milliseconds grace_{2};
  std::shared_ptr<queue> queue_;
};

}  // namespace reroute::testing
