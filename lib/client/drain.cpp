// Ends a client in order: no new calls, those that have begun to their end, then the connections.
#include "client/drain.hpp"

#include <reroute/io/transport.hpp>

#include "client/engine.hpp"
#include "client/errand.hpp"
#include "detail/cancelled_by.hpp"
#include "io/drain.hpp"

#include <asio/co_spawn.hpp>
#include <asio/dispatch.hpp>
#include <asio/error.hpp>
#include <asio/this_coro.hpp>

#include <algorithm>
#include <exception>
#include <functional>
#include <utility>

namespace reroute::detail {
namespace {

struct draining final : errand {
  completion_ptr_for<no_result> done;
};

asio::awaitable<std::error_code> drain(std::shared_ptr<engine> self,
                                       std::chrono::milliseconds within) {
  co_await asio::this_coro::throw_if_cancelled(false);
  const time_point end = within > within.zero() ? self->now() + within : time_point::max();
  std::function<bool()> quiet = [&self] { return self->idle(); };
  std::error_code code = co_await wait_until_quiet(self->strand(), self->stream_limits(),
                                                   self->idle_watchers(), std::move(quiet), within);
  if (code == make_error_code(asio::error::operation_aborted)) co_return code;
  if (code) self->cancel_all();
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
  asio::co_spawn(at->strand(), drain(at, within), cancelled_by(mine->slot(), told));
  if (at->closed()) mine->cancel();
}

}  // namespace

void start_drain(const std::shared_ptr<engine>& at, std::chrono::milliseconds within,
                 completion_ptr_for<no_result> handler) {
  auto mine = std::make_shared<draining>();
  mine->done = std::move(handler);
  cancel_by(mine->done->slot(), at->strand(), mine);
  asio::dispatch(at->strand(), [at, mine, within] {
    at->refuse_calls();  // behind those that were made before
    begin(at, mine, within);
  });
}

}  // namespace reroute::detail
