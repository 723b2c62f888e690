// A transport as an event loop sees sockets.
#include "bench/machines/wire.hpp"

#include <reroute/detail/loop_error_code.hpp>

#include "bench/machines/turnstile.hpp"

#include <asio/error.hpp>
#include <asio/post.hpp>
#include <asio/redirect_error.hpp>
#include <asio/use_awaitable.hpp>

#include <utility>

namespace bench {
namespace {

constexpr int events_at_a_time = 128;

}  // namespace

wire::wire(const asio::any_io_executor& executor, std::function<reroute::http::response()> answer)
    : executor_(executor), answer_(std::move(answer)), ticker_(executor) {}

wire::~wire() { *alive_ = false; }

asio::awaitable<reroute::exchange_result> wire::exchange(reroute::http::request) {
  const auto self = std::make_shared<waiting>(executor_);
  reroute::http::response said = answer_();
  due_.push({steady::now() + std::chrono::microseconds(5'000 + random_() % 10'000), self});
  arm();
  reroute::loop_error_code woken;
  co_await self->asleep.async_wait(asio::redirect_error(asio::use_awaitable, woken));
  reroute::exchange_result result;
  if (!self->come) {
    result.error.code = make_error_code(asio::error::operation_aborted);
    result.error.sent = true;
    co_return result;
  }
  result.head.status = said.status;
  result.head.headers = std::move(said.headers);
  result.body = std::make_unique<whole_body>(std::move(said.body));
  co_return result;
}

void wire::arm() {
  if (due_.empty() || std::exchange(armed_, true)) return;
  const auto look = [this, alive = alive_](std::error_code) {
    if (*alive) hand_out();
  };
  if (due_.top().at <= steady::now()) return asio::post(executor_, [look] { look({}); });
  ticker_.expires_at(std::chrono::ceil<std::chrono::milliseconds>(due_.top().at));
  ticker_.async_wait(look);
}

void wire::hand_out() {
  armed_ = false;
  const steady::time_point now = steady::now();
  for (int left = events_at_a_time; left > 0 && !due_.empty() && due_.top().at <= now; --left) {
    if (const auto who = due_.top().who.lock()) {
      who->come = true;
      who->asleep.cancel();
    }
    due_.pop();
  }
  arm();
}

}  // namespace bench
