// Ends a client in order: no new calls, those that have begun to their end, then the connections.
#include "client/drain.hpp"

#include <reroute/io/transport.hpp>

#include "client/engine.hpp"
#include "client/errand.hpp"
#include "detail/cancelled_by.hpp"
#include "io/bells.hpp"

#include <asio/co_spawn.hpp>
#include <asio/dispatch.hpp>
#include <asio/error.hpp>
#include <asio/this_coro.hpp>

#include <algorithm>
#include <exception>
#include <utility>

namespace reroute::detail {
namespace {

struct draining final : errand {
  completion_ptr_for<no_result> done;
};

// a wait for the last call, with an end
struct patience {
  explicit patience(engine& self)
      : wake(self.executor()),
        limit(
            self.stream_limits(),
            [](void* me) {
              static_cast<patience*>(me)->over = true;
              static_cast<patience*>(me)->wake.ring();
            },
            this),
        time_runs(self.stream_limits()),
        watching(self.idle_watchers(), wake) {}
  bell wake;
  deadline limit;
  deadlines::hold time_runs;
  bells::entry watching;
  bool over = false;
};

asio::awaitable<std::error_code> drain(std::shared_ptr<engine> self,
                                       std::chrono::milliseconds within) {
  co_await asio::this_coro::throw_if_cancelled(false);
  const time_point end = within > within.zero() ? self->now() + within : time_point::max();
  std::error_code code;
  {
    patience mine(*self);
    mine.limit.set(end);
    while (!self->idle()) {
      if (mine.over) {
        code = make_error_code(asio::error::timed_out);
        self->cancel_all();
        break;
      }
      co_await mine.wake.wait();
      const auto state = co_await asio::this_coro::cancellation_state;
      if (is_cancelled(state)) co_return make_error_code(asio::error::operation_aborted);
    }
  }
  for (const std::shared_ptr<transport>& each : self->own_transports()) {
    auto left = std::chrono::milliseconds(0);  // no limit
    if (end != time_point::max())
      left = std::max(std::chrono::ceil<std::chrono::milliseconds>(end - self->now()),
                      std::chrono::milliseconds(1));
    const transport_error error = co_await each->drain(left);
    if (!code) code = error.code;
  }
  co_return code;
}

void begin(const std::shared_ptr<engine>& at, const std::shared_ptr<draining>& mine,
           std::chrono::milliseconds within) {
  at->add(mine);
  const auto told = [at, mine](const std::exception_ptr& thrown, std::error_code code) {
    if (thrown)
      code = make_error_code(asio::error::operation_aborted);  // cancelled before it began
    mine->done.release()->complete(at->executor(), code, no_result());
  };
  asio::co_spawn(at->executor(), drain(at, within), cancelled_by(mine->slot(), told));
  if (at->closed()) mine->cancel();
}

}  // namespace

void start_drain(const std::shared_ptr<engine>& at, std::chrono::milliseconds within,
                 completion_ptr_for<no_result> handler) {
  at->refuse_calls();
  auto mine = std::make_shared<draining>();
  mine->done = std::move(handler);
  cancel_by(mine->done->slot(), at->executor(), mine);
  asio::dispatch(at->executor(), [at, mine, within] { begin(at, mine, within); });
}

}  // namespace reroute::detail
