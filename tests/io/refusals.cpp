// Servers that must not be talked to: a clear error, and not one byte of the request.
#include "tests/io/world.hpp"
#include "tests/support/catch.hpp"

#include <string>
#include <vector>

using namespace reroute;
using namespace reroute::io_test;

namespace {

struct wicked_server {
  std::string name;
  server_options options;
  std::error_code code;
  std::string detail;
  std::string host = "localhost";
};

server_options showing(const testing::identity& identity) {
  server_options options;
  options.identity = identity;
  return options;
}

server_options old_tls() {
  auto options = localhost_server();
  options.only_tls_1_1 = true;
  return options;
}

std::vector<wicked_server> wicked_servers() {
  testing::certificate_wish expired;
  expired.expired = true;
  testing::certificate_wish other;
  other.name = "other.example";
  testing::certificate_wish partial;
  partial.name = "*.localhost";
  const auto refused = make_error_code(errc::certificate_refused);
  const auto failed = make_error_code(errc::tls_failed);
  const auto& ca = trusted_ca();
  return {
      {"expired", showing(ca.issue(expired)), refused, "certificate has expired"},
      {"self-signed", showing(testing::self_signed({})), refused, "self-signed certificate"},
      {"wrong host", showing(ca.issue(other)), refused,
       "hostname mismatch: the certificate is for other.example, not for localhost"},
      {"wildcard for names below", showing(ca.issue(partial)), refused, "hostname mismatch"},
      {"a name where an address was asked for", localhost_server(), refused, "not for 127.0.0.1",
       "127.0.0.1"},
      {"wrong CA", showing(testing::throwaway_ca().issue({})), refused, "certificate"},
      {"TLS 1.1 only", old_tls(), failed, "no TLS 1.2"},
  };
}

}  // namespace

TEST_CASE("a server with a wrong certificate or an old TLS hears nothing of the request") {
  for (const auto& wicked : wicked_servers()) {
    CAPTURE(wicked.name);
    world stage;
    scripted_server server(stage.io, wicked.options, echo);
    auto request = stage.post(server);
    request.url.host = wicked.host;
    const auto got = stage.ask(request);
    CHECK(got.error.code == wicked.code);
    CHECK_THAT(got.error.detail, Catch::Contains(wicked.detail));
    CHECK_FALSE(got.error.sent);
    CHECK(server.accepted() == 1);
    CHECK(server.bytes_heard() == 0);
  }
}

TEST_CASE("a plain-text server is told apart, and does not see the key") {
  world stage;
  std::string heard;
  scripted_server server(stage.io, {}, [&](server_connection& connection) -> asio::awaitable<void> {
    heard = co_await connection.read_some();
    co_await connection.write("HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n");
    heard += co_await connection.read_some();
  });
  const auto got = stage.ask(stage.post(server));
  CHECK(got.error.code == errc::tls_failed);
  CHECK_THAT(got.error.detail, Catch::Contains("the peer does not speak TLS but plain HTTP"));
  CHECK_FALSE(got.error.sent);
  CHECK(heard.find("secret-key") == std::string::npos);
}

TEST_CASE("an address literal is verified as an address") {
  world stage;
  testing::certificate_wish address;
  address.name = "127.0.0.1";
  address.ip = true;
  scripted_server server(stage.io, showing(trusted_ca().issue(address)), echo);
  auto request = stage.post(server, "literally");
  request.url.host = "127.0.0.1";
  CHECK(stage.ask(request).body == "literally");
}

TEST_CASE("roots from a text are the only roots") {
  world stage;
  stage.options.tls.ca_pem = testing::throwaway_ca().pem();
  scripted_server server(stage.io, localhost_server(), echo);
  CHECK(stage.ask(stage.post(server)).error.code == errc::certificate_refused);
}

TEST_CASE("verification can be turned off, loudly") {
  world stage;
  stage.options.tls.dangerously_accept_any_certificate = true;
  scripted_server server(stage.io, showing(testing::self_signed({})), echo);
  CHECK(stage.ask(stage.post(server, "trusting")).body == "trusting");
}

TEST_CASE("sessions are resumed on new connections") {
  const bool old = GENERATE(false, true);
  world stage;
  auto options = localhost_server();
  options.only_tls_1_2 = old;
  scripted_server server(stage.io, options,
                         [](server_connection& connection) -> asio::awaitable<void> {
                           co_await connection.read_request();
                           co_await connection.write(ok("one", "Connection: close\r\n"));
                           co_await connection.close();
                         });
  CHECK(stage.ask(stage.post(server)).body == "one");
  CHECK(stage.ask(stage.post(server)).body == "one");
  CHECK(server.accepted() == 2);
  CHECK(server.resumed() == 1);
}
