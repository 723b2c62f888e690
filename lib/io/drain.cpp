// The wait of who drains.
#include "io/drain.hpp"

#include <asio/error.hpp>
#include <asio/this_coro.hpp>

#include <utility>

namespace reroute::detail {
namespace {

struct patience {
  patience(const asio::any_io_executor& executor, deadlines& time)
      : wake(executor),
        limit(
            time,
            [](void* self) {
              static_cast<patience*>(self)->over = true;
              static_cast<patience*>(self)->wake.ring();
            },
            this),
        time_runs(time) {}
  bell wake;
  deadline limit;
  deadlines::hold time_runs;
  bool over = false;
};

}  // namespace

asio::awaitable<std::error_code> wait_until_quiet(asio::any_io_executor executor, deadlines& time,
                                                  bells& watchers, std::function<bool()> quiet,
                                                  std::chrono::milliseconds within) {
  patience mine(executor, time);
  const bells::entry watching(watchers, mine.wake);
  mine.limit.set_after(within);
  while (!quiet()) {
    if (mine.over) co_return make_error_code(asio::error::timed_out);
    co_await mine.wake.wait();
    const auto state = co_await asio::this_coro::cancellation_state;
    if (is_cancelled(state)) co_return make_error_code(asio::error::operation_aborted);
  }
  co_return std::error_code();
}

}  // namespace reroute::detail
