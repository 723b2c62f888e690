// A transport that holds every exchange.
#include "bench/machines/turnstile.hpp"

#include <reroute/detail/loop_error_code.hpp>

#include <asio/error.hpp>
#include <asio/redirect_error.hpp>
#include <asio/this_coro.hpp>
#include <asio/use_awaitable.hpp>

#include <memory>
#include <system_error>

namespace bench {

asio::awaitable<reroute::body_piece> whole_body::read() {
  reroute::body_piece piece;
  piece.bytes = bytes_;
  piece.last = true;
  co_return piece;
}

void turnstile::let_through(std::size_t count) {
  free_ = count;
  closed_.cancel();
}

asio::awaitable<reroute::exchange_result> turnstile::exchange(reroute::http::request) {
  reroute::exchange_result result;
  while (free_ == 0) {
    reroute::loop_error_code woken;
    co_await closed_.async_wait(asio::redirect_error(asio::use_awaitable, woken));
    const asio::cancellation_state given_up = co_await asio::this_coro::cancellation_state;
    if (free_ > 0 && given_up.cancelled() == asio::cancellation_type::none) break;
    if (given_up.cancelled() == asio::cancellation_type::none) continue;
    result.error.code = make_error_code(asio::error::operation_aborted);
    result.error.sent = true;
    co_return result;
  }
  --free_;
  result.head.status = answer_.status;
  result.head.headers = answer_.headers;
  result.body = std::make_unique<whole_body>(answer_.body);
  co_return result;
}

}  // namespace bench
