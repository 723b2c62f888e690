// The wait for the last exchange of a transport that takes no new ones.
#include "io/drain.hpp"

#include <asio/error.hpp>
#include <asio/this_coro.hpp>

namespace reroute::detail {
namespace {

struct patience {
  explicit patience(transport_core& core)
      : wake(core.executor),
        limit(
            core.time,
            [](void* self) {
              static_cast<patience*>(self)->over = true;
              static_cast<patience*>(self)->wake.ring();
            },
            this) {}
  bell wake;
  deadline limit;
  bool over = false;
};

}  // namespace

asio::awaitable<transport_error> wait_for_the_last(transport_core& core,
                                                   std::chrono::milliseconds within) {
  transport_error end;
  patience mine(core);
  const bells::entry watching(core.flights.watchers(), mine.wake);
  mine.limit.set_after(within);
  while (core.flights.count() > 0) {
    if (mine.over) {
      end.code = make_error_code(asio::error::timed_out);
      end.detail = "what was still under way was given up";
      break;
    }
    co_await mine.wake.wait();
    const auto state = co_await asio::this_coro::cancellation_state;
    if (is_cancelled(state)) {
      end.code = make_error_code(asio::error::operation_aborted);
      break;
    }
  }
  co_return end;
}

}  // namespace reroute::detail
