// Boost.Beast over Boost.Asio, coroutines: one per connection, JSON by Boost.JSON. HTTP/1.1.
#include "bench/loopback/load.hpp"

#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/ssl/host_name_verification.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/http.hpp>
#include <boost/beast/ssl/ssl_stream.hpp>

#include <chrono>
#include <stdexcept>
#include <string>

namespace loopback {
namespace {

namespace net = boost::asio;
namespace beast = boost::beast;
using executor = net::io_context::executor_type;
using socket_type = beast::basic_stream<net::ip::tcp, executor>;

struct work {
  const load& what;
  unsigned short port;
  std::string text;
  std::size_t left, ended = 0;
};

net::awaitable<void, executor> caller(net::io_context& io, net::ssl::context& tls, work& of) {
  const net::use_awaitable_t<executor> wait;
  beast::ssl_stream<socket_type> stream(socket_type(io.get_executor()), tls);
  SSL_set_tlsext_host_name(stream.native_handle(), "localhost");
  stream.set_verify_callback(net::ssl::host_name_verification("localhost"));
  auto& lowest = beast::get_lowest_layer(stream);
  co_await lowest.async_connect({net::ip::address_v4::loopback(), of.port}, wait);
  lowest.socket().set_option(net::ip::tcp::no_delay(true));
  co_await stream.async_handshake(net::ssl::stream_base::client, wait);
  beast::flat_buffer buffer;
  while (of.left > 0) {
    --of.left;
    beast::http::request<beast::http::string_body> request(beast::http::verb::post, "/v1/messages",
                                                           11);
    request.set(beast::http::field::host, "localhost:" + std::to_string(of.port));
    request.set("x-api-key", "fake-key");
    request.set("anthropic-version", "2023-06-01");
    request.set(beast::http::field::content_type, "application/json");
    request.body() = request_json(of.text);
    request.prepare_payload();
    lowest.expires_after(std::chrono::minutes(1));
    co_await beast::http::async_write(stream, request, wait);
    beast::http::response<beast::http::string_body> response;
    co_await beast::http::async_read(stream, buffer, response, wait);
    if (response.result_int() != 200) throw std::runtime_error("a status that is not 200");
    (void)read_answer(response.body());
    ++of.ended;
  }
}

}  // namespace

cost run_beast(const place& to, const load& what) {
  net::io_context io(1);
  net::ssl::context tls(net::ssl::context::tls_client);
  tls.load_verify_file(to.ca_file);
  tls.set_verify_mode(net::ssl::verify_peer);
  const std::size_t warm = what.calls / 10 + 2 * what.in_flight();
  work of{what, to.port, user_text(what.body_bytes), warm + what.calls + what.in_flight()};
  for (std::size_t i = 0; i < what.connections; ++i) {
    net::co_spawn(io.get_executor(), caller(io, tls, of), [](std::exception_ptr failed) {
      if (failed) std::rethrow_exception(failed);
    });
  }
  while (of.ended < warm && io.run_one() > 0) {
  }
  const std::size_t before = of.ended;
  const stopwatch watch;
  while (of.ended < before + what.calls && io.run_one() > 0) {
  }
  return watch.over(of.ended - before);
}

}  // namespace loopback
