// A wait of a script: until a clock's time, until cancelled, or until the script is shut down.
#pragma once

#include <reroute/io/clock.hpp>

#include "detail/asio_compat.hpp"

#include <asio/any_io_executor.hpp>
#include <asio/awaitable.hpp>
#include <asio/steady_timer.hpp>

#include <memory>
#include <optional>
#include <system_error>

namespace reroute::testing {

/// One per exchange. A timer of Asio that never fires serves as the wait: it knows cancellation.
class scripted_wait {
 public:
  scripted_wait(const asio::any_io_executor& executor, clock& time)
      : asleep_(executor, asio::steady_timer::time_point::max()),
        timer_(time.make_timer(executor)) {}

  /// True when `until` has come (never, without one); false if cancelled or shut down.
  asio::awaitable<bool> wait(std::optional<time_point> until) {
    bool come = false;
    if (shut_) co_return false;
    if (until) {
      timer_->wake_at(*until, [this, &come] {
        come = true;
        asleep_.cancel();
      });
    }
    loop_error_code ignored;
    co_await asleep_.async_wait(detail::into(ignored));
    timer_->cancel();
    co_return come && !shut_;
  }
  void shut() {
    shut_ = true;
    asleep_.cancel();
  }
  [[nodiscard]] bool is_shut() const noexcept { return shut_; }

 private:
  asio::steady_timer asleep_;
  std::unique_ptr<timer> timer_;
  bool shut_ = false;
};

}  // namespace reroute::testing
