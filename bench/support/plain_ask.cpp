// One request and a pause, as coroutines.
#include "bench/support/plain_ask.hpp"

#include <asio/steady_timer.hpp>
#include <asio/this_coro.hpp>
#include <asio/use_awaitable.hpp>

#include <utility>

namespace bench {

asio::awaitable<plain_answer> ask(loop_context& shared, const plain_route& route) {
  plain_answer heard;
  reroute::exchange_result begun = co_await shared.wire->exchange(route.request());
  heard.error = std::move(begun.error);
  if (heard.error) co_return heard;
  heard.response.status = begun.head.status;
  heard.response.headers = std::move(begun.head.headers);
  for (bool last = false; !last;) {
    reroute::body_piece piece = co_await begun.body->read();
    heard.response.body.append(piece.bytes);
    last = piece.last || piece.error;
    heard.error = std::move(piece.error);
  }
  co_return heard;
}

asio::awaitable<void> pause_for(std::chrono::duration<double> time) {
  asio::steady_timer timer(co_await asio::this_coro::executor);
  timer.expires_after(std::chrono::duration_cast<std::chrono::nanoseconds>(time));
  co_await timer.async_wait(asio::use_awaitable);
}

}  // namespace bench
