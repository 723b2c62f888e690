// Proxies that are spoken to over TLS, and both versions of HTTP through either kind.
#include "tests/io/h2_peer.hpp"
#include "tests/io/leading_proxy.hpp"
#include "tests/io/world.hpp"
#include "tests/support/catch.hpp"

#include <asio/error.hpp>

#include <chrono>
#include <string>
#include <vector>

using namespace reroute;
using namespace reroute::io_test;
using namespace std::chrono_literals;

namespace {

// nobody but the proxy's own settings trusts it
const testing::throwaway_ca& proxy_ca() {
  static const testing::throwaway_ca only;
  return only;
}

server_options proxy_server(bool secure = true) {
  static const testing::identity only = proxy_ca().issue({});
  server_options options;
  if (secure) options.identity = only;
  return options;
}

void go_through(world& stage, const scripted_server& proxy, bool secure = true,
                const std::string& user = {}) {
  stage.options.proxy.url =
      (secure ? "https://" : "http://") + user + "localhost:" + std::to_string(proxy.port());
  stage.options.proxy.tls.ca_pem = proxy_ca().pem();
}

std::string name_of(const scripted_server& proxy) {
  return "the proxy localhost:" + std::to_string(proxy.port());
}

}  // namespace

TEST_CASE("requests of both versions through both kinds of proxies, in pieces of any size") {
  const bool secure = GENERATE(true, false);
  const bool http2 = GENERATE(true, false);
  const std::size_t piece = GENERATE(1u, 7u, 1000u, 16384u);
  world stage;
  if (http2) stage.options.versions = http_versions::http2_or_1;
  std::vector<std::string> asked;
  scripted_server server(stage.io, http2 ? h2_server() : localhost_server(),
                         http2 ? h2_echo() : server_script(echo));
  scripted_server proxy(stage.io, proxy_server(secure), leading_to(server.port(), asked, piece));
  go_through(stage, proxy, secure, "user:s3cret@");
  const std::string large(piece < 1000 ? 2'000 : 1'000'000, 'x');
  for (const std::string& text : {std::string("through"), large, std::string("again")}) {
    const auto got = stage.ask(stage.post(server, text));
    CHECK(got.error.detail.empty());
    CHECK(got.body == text);
  }
  REQUIRE(asked.size() == 1);
  CHECK(
      asked[0].starts_with("CONNECT localhost:" + std::to_string(server.port()) + " HTTP/1.1\r\n"));
  CHECK(asked[0].find("Proxy-Authorization: Basic dXNlcjpzM2NyZXQ=\r\n") != std::string::npos);
  CHECK(server.accepted() == 1);
  CHECK(server.handshakes() == 1);
  CHECK(proxy.handshakes() == (secure ? 1 : 0));
  stage.client.reset();
  stage.run_until([&] { return proxy.open() == 0 && server.open() == 0; });
}

TEST_CASE("many at once over one connection through a secure proxy") {
  world stage;
  stage.options.versions = http_versions::http2_or_1;
  std::vector<std::string> asked;
  scripted_server server(stage.io, h2_server(), h2_echo());
  scripted_server proxy(stage.io, proxy_server(), leading_to(server.port(), asked));
  go_through(stage, proxy);
  std::vector<std::shared_ptr<pending_fetch>> all;
  for (int i = 0; i < 50; ++i)
    all.push_back(stage.start(stage.post(server, std::string(10'000, 'a'))));
  for (const auto& each : all)
    CHECK(stage.finish(each).body.size() == 10'000);
  CHECK(asked.size() == 1);
}

TEST_CASE("a secure proxy is verified by its own roots, before it hears whom we call") {
  world stage;
  std::vector<std::string> asked;
  auto shown = proxy_server();
  const int what = GENERATE(0, 1, 2);
  if (what == 0) shown.identity = trusted_ca().issue({});  // whom only the origin's settings trust
  testing::certificate_wish other;
  other.name = "other.example";
  if (what == 1) shown.identity = proxy_ca().issue(other);
  testing::certificate_wish old;
  old.expired = true;
  if (what == 2) shown.identity = proxy_ca().issue(old);
  scripted_server server(stage.io, localhost_server(), echo);
  scripted_server proxy(stage.io, shown, leading_to(server.port(), asked));
  go_through(stage, proxy);
  const auto got = stage.ask(stage.post(server));
  CHECK(got.error.code == errc::certificate_refused);
  CHECK_FALSE(got.error.sent);
  CHECK_THAT(got.error.detail, Catch::StartsWith(name_of(proxy) + " (127.0.0.1): "));
  CHECK(asked.empty());
  CHECK(server.accepted() == 0);
}

TEST_CASE("what is behind a secure proxy is verified by the origin's roots") {
  world stage;
  stage.options.versions = http_versions::http2_or_1;
  std::vector<std::string> asked;
  auto shown = h2_server();
  shown.identity = proxy_ca().issue({});  // whom only the proxy's settings trust
  scripted_server server(stage.io, shown, h2_echo());
  scripted_server proxy(stage.io, proxy_server(), leading_to(server.port(), asked));
  go_through(stage, proxy);
  const auto got = stage.ask(stage.post(server));
  CHECK(got.error.code == errc::certificate_refused);
  CHECK_THAT(got.error.detail, !Catch::Contains("proxy"));
  CHECK(asked.size() == 1);
}

TEST_CASE("the origin's pinned keys and certificates are nothing to the proxy") {
  world stage;
  stage.options.tls.pinned_keys = {"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="};
  std::vector<std::string> asked;
  scripted_server server(stage.io, localhost_server(), echo);
  scripted_server proxy(stage.io, proxy_server(), leading_to(server.port(), asked));
  go_through(stage, proxy);
  const auto got = stage.ask(stage.post(server));
  CHECK(got.error.code == errc::certificate_refused);  // the origin's
  CHECK(asked.size() == 1);
}

TEST_CASE("a secure proxy's own answers are no answers of the route") {
  const auto [status, code] = GENERATE(
      table<std::string, errc>({{"407 Proxy Authentication Required", errc::proxy_unauthorized},
                                {"502 Bad Gateway", errc::proxy_refused},
                                {"429 Too Many Requests", errc::proxy_refused}}));
  const std::size_t piece = GENERATE(1u, 1000u);
  const std::string bytes = "HTTP/1.1 " + status + "\r\nContent-Length: 4\r\n\r\nno";
  world stage;
  scripted_server server(stage.io, localhost_server(), echo);
  scripted_server proxy(stage.io, proxy_server(),
                        [&](server_connection& connection) -> asio::awaitable<void> {
                          co_await connection.read_request();
                          for (std::size_t at = 0; at < bytes.size(); at += piece)
                            co_await connection.write(bytes.substr(at, piece));
                          co_await connection.read_some();
                        });
  go_through(stage, proxy, true, "user:s3cret@");
  const auto got = stage.ask(stage.post(server));
  CHECK(got.error.code == code);
  CHECK_FALSE(got.error.sent);
  CHECK_THAT(got.error.detail, Catch::StartsWith(name_of(proxy)) &&
                                   Catch::Contains(status.substr(0, 3)) &&
                                   !Catch::Contains("s3cret"));
  CHECK(server.accepted() == 0);
  stage.run_until([&] { return proxy.open() == 0; });
}

TEST_CASE("a proxy that speaks no TLS, hangs up, or speaks in the origin's place") {
  world stage;
  const int what = GENERATE(0, 1, 2, 3);
  scripted_server server(stage.io, localhost_server(), echo);
  scripted_server proxy(stage.io, proxy_server(what != 0),
                        [what](server_connection& connection) -> asio::awaitable<void> {
                          if (what == 0) {
                            co_await connection.write("HTTP/1.1 400 Bad Request\r\n\r\n");
                            co_await connection.read_some();
                          } else if (what == 1) {
                            co_await connection.read_request();
                            co_await connection.close();
                          } else if (what == 2) {
                            co_await connection.read_request();  // and is cut off
                          } else {
                            co_await connection.read_request();
                            co_await connection.write("HTTP/1.1 200 OK\r\n\r\nhello");
                            co_await connection.read_some();
                          }
                        });
  go_through(stage, proxy);
  const auto got = stage.ask(stage.post(server));
  CHECK(got.error.code == (what == 0 ? errc::tls_failed : errc::proxy_refused));
  CHECK_FALSE(got.error.sent);
  CHECK_THAT(got.error.detail, Catch::StartsWith(name_of(proxy)));
}

TEST_CASE("a silent secure proxy: the time limit and cancellation reach it") {
  world stage;
  stage.options.connect_timeout = 4s;
  bool met = false;
  const bool plain = GENERATE(true, false);  // silent in the handshake, or behind it
  scripted_server server(stage.io, localhost_server(), echo);
  scripted_server proxy(stage.io, proxy_server(!plain),
                        [&](server_connection& connection) -> asio::awaitable<void> {
                          met = plain;
                          if (!plain) co_await connection.read_request();
                          met = true;
                          while (!(co_await connection.read_some()).empty()) {
                          }
                        });
  go_through(stage, proxy);
  const auto fetch = stage.start(stage.post(server));
  stage.run_until([&] { return met; });
  stage.settle();
  stage.give_up_on(fetch, proxy, name_of(proxy));
}

TEST_CASE("a tunnel that breaks: before the answer, and within it") {
  const bool http2 = GENERATE(true, false);
  world stage;
  if (http2) stage.options.versions = http_versions::http2_or_1;
  const bool within = !http2 && GENERATE(true, false);
  server_connection* tunnel = nullptr;
  scripted_server server(
      stage.io, http2 ? h2_server() : localhost_server(),
      [&](server_connection& connection) -> asio::awaitable<void> {
        if (http2) {
          h2_peer peer(connection);
          const std::optional<h2_heard> heard = co_await peer.read_request();
          if (!heard) co_return;
        } else {
          co_await connection.read_request();
          if (within)
            co_await connection.write("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf");
        }
        if (tunnel) tunnel->cut();
        co_await connection.read_some();
      });
  std::vector<std::string> asked;
  const auto lead = leading_to(server.port(), asked);
  scripted_server proxy(stage.io, proxy_server(),
                        [&](server_connection& connection) -> asio::awaitable<void> {
                          tunnel = &connection;
                          co_await lead(connection);
                          tunnel = nullptr;
                        });
  go_through(stage, proxy);
  const auto got = stage.ask(stage.post(server));
  CHECK(got.error);
  CHECK(got.error.sent);
  CHECK((got.error.code == errc::truncated_body || got.error.code == errc::connection_lost));
}

TEST_CASE("TLS options of a proxy are checked, and named") {
  world stage;
  stage.options.proxy.url = "https://proxy.example:3129";
  stage.options.proxy.tls.ca_pem = "none";
  CHECK_THROWS_WITH(stage.over(), Catch::StartsWith("https_options::proxy.tls.ca_pem: "));
  stage.options.proxy.url = "http://proxy.example:3129";  // where they are not needed
  CHECK_NOTHROW(stage.over());
}
