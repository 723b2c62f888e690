// Through a proxy, for real: the tunnel, TLS and HTTP inside, refusals, silence, cancellation.
#include "io/transport_core.hpp"
#include "tests/io/leading_proxy.hpp"
#include "tests/io/world.hpp"
#include "tests/support/catch.hpp"

#include <asio/error.hpp>

#include <chrono>
#include <memory>
#include <string>

using namespace reroute;
using namespace reroute::io_test;
using namespace std::chrono_literals;

namespace {

std::string proxy_url(const scripted_server& proxy, const std::string& user = {}) {
  return "http://" + user + "127.0.0.1:" + std::to_string(proxy.port());
}

}  // namespace

TEST_CASE("a request through a proxy, which resolves the name") {
  world stage;
  std::vector<std::string> asked;
  scripted_server server(stage.io, localhost_server(), echo);
  scripted_server proxy(stage.io, {}, leading_to(server.port(), asked));
  stage.options.proxy.url = proxy_url(proxy, "user:s3cret@");
  stage.client = detail::make_https_transport(
      stage.io.get_executor(), stage.options, stage.time,
      [](const std::string&, const auto&) { FAIL("nobody's name is looked up here"); });
  const std::string port = std::to_string(server.port());
  for (int i = 0; i < 3; ++i)
    CHECK(stage.ask(stage.post(server, "through")).body == "through");
  CHECK(asked == std::vector<std::string>{
                     "CONNECT localhost:" + port + " HTTP/1.1\r\nHost: localhost:" + port +
                     "\r\nProxy-Authorization: Basic dXNlcjpzM2NyZXQ=\r\n\r\n"});
  CHECK(server.accepted() == 1);
}

TEST_CASE("who is named in no_proxy is reached directly, and plain http always") {
  world stage;
  scripted_server proxy(stage.io, {}, echo);
  stage.options.proxy.url = proxy_url(proxy);
  const bool plain = GENERATE(true, false);
  stage.options.allow_plain_http = plain;
  if (!plain) stage.options.proxy.no_proxy = "localhost";
  scripted_server server(stage.io, plain ? server_options() : localhost_server(), echo);
  CHECK(stage.ask(stage.post(server, "direct")).body == "direct");
  CHECK(proxy.accepted() == 0);
}

TEST_CASE("the certificate behind a proxy is the origin's") {
  world stage;
  std::vector<std::string> asked;
  auto wicked = localhost_server();
  testing::certificate_wish other;
  other.name = "other.example";
  wicked.identity = trusted_ca().issue(other);
  scripted_server server(stage.io, wicked, echo);
  scripted_server proxy(stage.io, {}, leading_to(server.port(), asked));
  stage.options.proxy.url = proxy_url(proxy);
  const auto got = stage.ask(stage.post(server));
  CHECK(got.error.code == errc::certificate_refused);
  CHECK_FALSE(got.error.sent);
}

TEST_CASE("a proxy's own answers are no answers of the route") {
  const auto [status, code] = GENERATE(
      table<std::string, errc>({{"407 Proxy Authentication Required", errc::proxy_unauthorized},
                                {"502 Bad Gateway", errc::proxy_refused},
                                {"429 Too Many Requests", errc::proxy_refused}}));
  world stage;
  scripted_server server(stage.io, localhost_server(), echo);
  std::string heard;
  scripted_server proxy(
      stage.io, {},
      [&heard, status = status](server_connection& connection) -> asio::awaitable<void> {
        heard = co_await connection.read_request();
        co_await connection.write("HTTP/1.1 " + status + "\r\nContent-Length: 4\r\n\r\nno");
        co_await connection.read_some();
      });
  stage.options.proxy.url = proxy_url(proxy, "user:s3cret@");
  const auto got = stage.ask(stage.post(server));
  CHECK(got.error.code == code);
  CHECK_FALSE(got.error.sent);
  CHECK_THAT(got.error.detail, Catch::Contains("127.0.0.1:" + std::to_string(proxy.port())) &&
                                   Catch::Contains(status.substr(0, 3)) &&
                                   !Catch::Contains("s3cret") &&
                                   !Catch::Contains("dXNlcjpzM2NyZXQ"));
  CHECK(heard.find("secret-key") == std::string::npos);
  CHECK(server.accepted() == 0);
  stage.run_until([&] { return proxy.open() == 0; });
}

TEST_CASE("a proxy that is not there, or hangs up") {
  world stage;
  scripted_server server(stage.io, localhost_server(), echo);
  scripted_server proxy(stage.io, {}, [](server_connection& connection) -> asio::awaitable<void> {
    co_await connection.read_request();
  });
  stage.options.proxy.url = proxy_url(proxy);
  const bool listens = GENERATE(true, false);
  if (!listens) proxy.stop_listening();
  const auto got = stage.ask(stage.post(server));
  CHECK(got.error.code == (listens ? errc::proxy_refused : errc::connect_failed));
  CHECK_THAT(got.error.detail, Catch::Contains("proxy 127.0.0.1:"));
  CHECK_FALSE(got.error.sent);
}

TEST_CASE("a silent proxy: the time limit and cancellation reach it") {
  world stage;
  stage.options.connect_timeout = 4s;
  bool asked = false;
  const std::string begun = GENERATE("", "HTTP/1.1 200 Conn", "HTTP/1.1 200 OK\r\n\r\n");
  scripted_server server(stage.io, localhost_server(), echo);
  scripted_server proxy(stage.io, {}, [&](server_connection& connection) -> asio::awaitable<void> {
    co_await connection.read_request();
    co_await connection.write(begun);
    asked = true;
    while (!(co_await connection.read_some()).empty()) {
    }
  });
  stage.options.proxy.url = proxy_url(proxy);
  const auto fetch = stage.start(stage.post(server));
  stage.run_until([&] { return asked; });
  stage.settle();
  stage.give_up_on(fetch, proxy, "the proxy 127.0.0.1:");
}
