// Where one coroutine sleeps until somebody rings.
#pragma once

#include "detail/asio_compat.hpp"

#include <asio/any_io_executor.hpp>
#include <asio/awaitable.hpp>
#include <asio/steady_timer.hpp>

#include <system_error>
#include <utility>

namespace reroute::detail {

/// A timer that never fires serves as the wait: it belongs to the loop, so nothing leaks when the
/// loop dies first, and it knows cancellation.
class bell {
 public:
  explicit bell(const asio::any_io_executor& executor)
      : timer_(executor, asio::steady_timer::time_point::max()) {}

  /// Returns when rung, or at once if rung before, or when cancelled: ask again what you wait for.
  asio::awaitable<void> wait() {
    if (!rung_) co_await next();
    rung_ = false;
  }
  /// The same for who looks first, and then waits with nothing in between: what rang before is not heard.
  /// It is one coroutine less.
  asio::awaitable<void> next() { return timer_.async_wait(into(ignored_)); }
  void ring() {
    rung_ = true;
    timer_.cancel();
  }

 private:
  asio::steady_timer timer_;
  bool rung_ = false;
  loop_error_code ignored_;
};

/// True if the coroutine that asks has been cancelled: `cancelled(co_await this_coro::...)`.
[[nodiscard]] inline bool is_cancelled(const asio::cancellation_state& state) noexcept {
  return state.cancelled() != asio::cancellation_type::none;
}

}  // namespace reroute::detail
