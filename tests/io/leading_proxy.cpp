// A proxy that leads everybody to one port of this machine, whomever they ask for.
#include "tests/io/leading_proxy.hpp"

#include "detail/asio_compat.hpp"

#include <asio/buffer.hpp>
#include <asio/co_spawn.hpp>
#include <asio/detached.hpp>
#include <asio/ip/tcp.hpp>
#include <asio/post.hpp>
#include <asio/this_coro.hpp>
#include <asio/use_awaitable.hpp>
#include <asio/write.hpp>

#include <algorithm>
#include <array>
#include <memory>
#include <system_error>
#include <utility>

namespace reroute::io_test {
namespace {

using asio::ip::tcp;

// what comes from the origin goes to the client
asio::awaitable<void> pump_back(std::shared_ptr<tcp::socket> from, server_connection& to,
                                std::size_t piece, bool& ended) {
  std::array<char, 16384> room;
  for (;;) {
    loop_error_code ec;
    const auto size = co_await from->async_read_some(asio::buffer(room), detail::into(ec));
    if (ec) break;
    for (std::size_t at = 0; at < size; at += piece)
      co_await to.write(std::string(room.data() + at, std::min(piece, size - at)));
  }
  ended = true;
  to.cut();
}

}  // namespace

server_script leading_to(unsigned short port, std::vector<std::string>& asked, std::size_t piece) {
  return [port, &asked, piece](server_connection& connection) -> asio::awaitable<void> {
    asked.push_back(co_await connection.read_request());
    if (asked.back().empty()) co_return;
    const auto executor = co_await asio::this_coro::executor;
    auto origin = std::make_shared<tcp::socket>(executor);
    loop_error_code ec;
    const tcp::endpoint there(asio::ip::address_v4::loopback(), port);
    co_await origin->async_connect(there, detail::into(ec));
    if (ec) {
      co_await connection.write("HTTP/1.1 502 Bad Gateway\r\nContent-Length: 0\r\n\r\n");
      co_return;
    }
    co_await connection.write("HTTP/1.1 200 Connection established\r\n\r\n");
    bool ended = false;
    asio::co_spawn(executor, pump_back(origin, connection, piece, ended), asio::detached);
    for (;;) {
      const std::string bytes = co_await connection.read_some();
      if (bytes.empty()) break;
      co_await asio::async_write(*origin, asio::buffer(bytes), detail::into(ec));
    }
    loop_error_code ignored;
    origin->close(ignored);
    while (!ended)
      co_await asio::post(executor, asio::use_awaitable);
  };
}

}  // namespace reroute::io_test
