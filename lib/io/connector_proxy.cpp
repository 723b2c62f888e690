// One try to reach an origin: the way through a proxy, plain or within TLS of its own.
#include "detail/asio_compat.hpp"
#include "io/connector.hpp"
#include "io/proxy_tunnel.hpp"

#include <asio/buffer.hpp>
#include <asio/error.hpp>
#include <asio/this_coro.hpp>

#include <array>
#include <utility>

namespace reroute::detail {
// CONNECT, within TLS if the proxy is spoken to that way
asio::awaitable<void> connector::tunnel() {
  step_ = step::proxy_tls;
  if (via_->secure) co_await secure_proxy();
  if (error_) co_return;
  step_ = step::proxy_answer;
  proxy_tunnel way(*via_, to_.host, to_.port, core_.options.max_header_size);
  if (line_->tls) {
    if (!line_->tls->write(way.request())) fail_proxy();
    if (!error_) co_await send_output();
  } else {
    co_await send_to_proxy(way.request());
  }
  std::array<char, 1024> some;
  std::string heard = std::exchange(line_->early, {});
  bool done = !heard.empty() && way.feed(heard);
  while (!done && !error_) {
    const auto size = co_await receive(some, errc::proxy_refused, "waiting for the proxy's answer");
    if (error_) co_return;
    heard.assign(some.data(), size);
    const bool ended = line_->tls ? !decrypt_proxy(heard) : size == 0;
    if (error_) co_return;
    if (!heard.empty()) done = way.feed(heard);
    if (!done && ended) way.feed_end();
    done = done || ended;
  }
  if (way.error()) fail(way.error().code, way.error().detail);
}

// makes plain bytes of them, none at the end; false: nothing more comes
bool connector::decrypt_proxy(std::string& bytes) {
  tls_engine& tls = *line_->tls;
  const std::string cipher = std::exchange(bytes, {});
  tls.input(cipher);
  if (cipher.empty()) tls.input_end();
  std::array<char, 1024> some;
  for (;;) {  // to the last byte of it, which is about to be gone
    const auto got = tls.read(some);
    if (got.state == tls_engine::status::want_input) return true;
    if (got.state == tls_engine::status::closed) return false;
    if (got.state == tls_engine::status::failed) {
      if (!cipher.empty()) fail_proxy();  // else it has hung up without ceremony
      return false;
    }
    bytes.append(some.data(), got.size);
  }
}

asio::awaitable<void> connector::secure_proxy() {
  line_->tls = std::make_unique<tls_engine>(*core_.proxy_tls, via_->host, via_->name, alpn_http1);
  co_await shake_hands(false);
}

asio::awaitable<void> connector::send_to_proxy(std::string_view bytes) {
  while (!bytes.empty()) {
    loop_error_code ec;
    const auto sent = line_->socket.write_some(asio::buffer(bytes.data(), bytes.size()), ec);
    bytes.remove_prefix(sent);
    if (ec == asio::error::would_block) {
      co_await line_->socket.async_wait(asio::ip::tcp::socket::wait_write, into(ec));
      if (give_up(co_await asio::this_coro::cancellation_state)) co_return;
    }
    if (ec) {
      fail(errc::proxy_refused, ec.message());
      co_return;
    }
  }
}

void connector::fail_proxy() {
  const transport_error& why = line_->tls->error();
  fail(errc::proxy_refused, why.detail);
}

}  // namespace reroute::detail
