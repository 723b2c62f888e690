// Every error that a first user meets on the network says what was tried, what went wrong, and what would be
// right; and none of them shows a credential.
#include "io/transport_core.hpp"
#include "tests/io/h2_frames.hpp"
#include "tests/io/h2_peer.hpp"
#include "tests/io/world.hpp"
#include "tests/support/catch.hpp"

#include <asio/error.hpp>
#include <asio/ip/tcp.hpp>
#include <asio/post.hpp>

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

using namespace reroute;
using namespace reroute::io_test;
using namespace std::chrono_literals;

namespace {

using strings = std::vector<std::string>;

// in the language of the program, which is not known before main() begins
std::string refused() { return make_error_code(asio::error::connection_refused).message(); }

// a TLS server's opinion of what is no TLS
const std::string tls_alert("\x15\x03\x01\0\x02\x02\x46", 7);

// {} in what is expected stands for the port of the server (or proxy) that was met
void check(const answer& got, errc code, const strings& says, unsigned short port) {
  INFO(got.error.detail);
  CHECK(got.error.code == code);
  for (std::string each : says) {
    if (const auto at = each.find("{}"); at != std::string::npos)
      each.replace(at, 2, std::to_string(port));
    CHECK_THAT(got.error.detail, Catch::Contains(each));
  }
  for (const char* const secret : {"s3cret", "czNjcmV0", "secret-key"})
    CHECK_THAT(got.error.detail, !Catch::Contains(secret));
}

// says this at once, or behind what it hears, and waits
server_script saying(std::string bytes, bool at_once = false) {
  return [bytes = std::move(bytes), at_once](server_connection& on) -> asio::awaitable<void> {
    if (!at_once) co_await on.read_some();
    co_await on.write(bytes);
    while (!(co_await on.read_some()).empty()) {
    }
  };
}

asio::awaitable<void> hang_up(server_connection& on) { co_await on.read_some(); }

server_options showing(const testing::identity& identity) {
  server_options options;
  options.identity = identity;
  return options;
}

// a port on which nobody listens, nor will: it is taken
struct closed_port {
  explicit closed_port(world& stage) : held(stage.io, asio::ip::tcp::v4()) {
    held.set_option(asio::socket_base::reuse_address(true));
    held.bind({asio::ip::address_v4::loopback(), 0});
    number = held.local_endpoint().port();
  }
  asio::ip::tcp::acceptor held;
  unsigned short number = 0;
};

// a listener whose line is full: it answers nobody
struct silent_address {
  silent_address(world& stage, const char* address, unsigned short port) : full(stage.io) {
    const asio::ip::tcp::endpoint there(asio::ip::make_address(address), port);
    full.open(there.protocol());
    full.set_option(asio::socket_base::reuse_address(true));
    full.bind(there);
    full.listen(0);
    for (int i = 0; i < 4; ++i)
      crowd.emplace_back(stage.io).async_connect(there, [](const loop_error_code&) {});
    stage.settle();
  }
  asio::ip::tcp::acceptor full;
  std::vector<asio::ip::tcp::socket> crowd;
};

// a name with these addresses, or without any
void name_has(world& stage, std::vector<std::string> addresses, std::error_code error = {}) {
  stage.client = detail::make_https_transport(
      stage.io.get_executor(), stage.options, stage.time,
      [&stage, addresses = std::move(addresses), error](
          const std::string&, std::function<void(detail::host_addresses)> tell) {
        detail::host_addresses found;
        found.error = error;
        for (const std::string& each : addresses)
          found.addresses.push_back(asio::ip::make_address(each));
        asio::post(stage.io, [tell, found] { tell(found); });
      });
}

http::request to(world& stage, const std::string& host, unsigned short port) {
  http::request request;
  request.method = "POST";
  request.url.scheme = stage.options.allow_plain_http ? "http" : "https";
  request.url.host = host;
  request.url.port = port;
  request.headers.add("x-api-key", "secret-key");
  return request;
}

answer ask_until_late(world& stage, http::request request) {
  const auto fetch = stage.start(std::move(request));
  for (int i = 0; i < 50 && !fetch->done; ++i)
    stage.io.run_one_for(1ms);
  stage.time->advance(250ms);  // the next address has its turn
  for (int i = 0; i < 50 && !fetch->done; ++i)
    stage.io.run_one_for(1ms);
  stage.time->advance(10s);
  return stage.finish(fetch);
}

}  // namespace

TEST_CASE("first errors: names and addresses") {
  world stage;
  const closed_port closed(stage);
  const unsigned short port = closed.number;
  SECTION("a name that does not exist") {
    name_has(stage, {}, make_error_code(asio::error::host_not_found));
    check(stage.ask(to(stage, "api.anthropc.example", port)), errc::host_not_found,
          {"api.anthropc.example:{}: the name has no address", "check the host name"}, port);
  }
  SECTION("a name server that is away") {
    name_has(stage, {}, make_error_code(asio::error::host_not_found_try_again));
    check(stage.ask(to(stage, "api.example", port)), errc::host_not_found,
          {"api.example:{}: ", "check this machine's name server"}, port);
  }
  SECTION("a name server that says nothing") {
    stage.client = detail::make_https_transport(stage.io.get_executor(), stage.options, stage.time,
                                                [](const std::string&, const auto&) {});
    check(ask_until_late(stage, to(stage, "api.example", port)), errc::connect_timeout,
          {"api.example:{}: no connection in 10 s", "the name server has not answered"}, port);
  }
  SECTION("nobody listens at a literal") {
    check(stage.ask(to(stage, "127.0.0.1", port)), errc::connect_failed,
          {"127.0.0.1:{}: " + refused() + "; nothing listens there: check host and port"}, port);
  }
  SECTION("nor at an IPv6 literal") {
    check(stage.ask(to(stage, "::1", port)), errc::connect_failed, {"[::1]:{}: ", "check "}, port);
  }
  SECTION("nor at a name's only address") {
    name_has(stage, {"127.0.0.1"});
    check(stage.ask(to(stage, "api.example", port)), errc::connect_failed,
          {"api.example:{}: 127.0.0.1: " + refused() + "; "}, port);
  }
  SECTION("nor at any of several") {
    name_has(stage, {"127.0.0.2", "127.0.0.1", "127.0.0.3"});
    check(stage.ask(to(stage, "api.example", port)), errc::connect_failed,
          {"127.0.0.2: " + refused() + ", 127.0.0.1: " + refused() + ", 127.0.0.3: " + refused() +
           "; "},
          port);
  }
  SECTION("one refuses, and the other is silent") {
    const silent_address silent(stage, "127.0.0.1", port);
    name_has(stage, {"127.0.0.2", "127.0.0.1"});
    check(ask_until_late(stage, to(stage, "api.example", port)), errc::connect_timeout,
          {"api.example:{}: no connection in 10 s: 127.0.0.2: " + refused() +
           ", 127.0.0.1: no answer; nothing listens there"},
          port);
  }
  SECTION("one is silent, and the other refuses") {
    const silent_address silent(stage, "127.0.0.1", port);
    name_has(stage, {"127.0.0.1", "127.0.0.2"});
    check(ask_until_late(stage, to(stage, "api.example", port)), errc::connect_timeout,
          {"no connection in 10 s: 127.0.0.1: no answer, 127.0.0.2: " + refused() +
           "; check host and port, and firewalls"},
          port);
  }
  SECTION("who waits in line for a connection that nobody gets hears the same") {
    stage.options.max_connecting = 1;
    const silent_address silent(stage, "127.0.0.1", port);
    const auto first = stage.start(to(stage, "127.0.0.1", port));
    const auto second = stage.start(to(stage, "127.0.0.1", port));
    stage.settle();
    stage.time->advance(10s);
    for (const auto& each : {first, second})
      check(stage.finish(each), errc::connect_timeout,
            {"127.0.0.1:{}: no connection in 10 s: no answer; check host and port"}, port);
  }
  SECTION("a Unix socket") {
    stage.options.unix_socket = "/nonexistent/sidecar.sock";
    check(stage.ask(to(stage, "sidecar", 443)), errc::connect_failed,
          {"sidecar:443 (/nonexistent/sidecar.sock): ", "check https_options::unix_socket"}, 0);
  }
}

TEST_CASE("first errors: what listens there is something else") {
  world stage;
  const auto meet = [&](server_options options, server_script script, errc code,
                        const strings& says) {
    scripted_server server(stage.io, std::move(options), std::move(script));
    check(stage.ask(stage.post(server)), code, says, server.port());
  };
  const strings here{"localhost:{} (127.0.0.1): "};
  const auto with = [&](const std::string& more) { return strings{here[0] + more}; };
  const std::string bad_request = "HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n";
  SECTION("TLS to a plain port") {
    meet({}, saying(bad_request), errc::tls_failed,
         with("the peer does not speak TLS but plain HTTP: check the port, or write http://"));
  }
  SECTION("TLS to something else") {
    meet({}, saying("SSH-2.0-OpenSSH_9.2\r\n", true), errc::tls_failed,
         with("the peer does not speak TLS: check host and port"));
  }
  SECTION("TLS to a SOCKS proxy") {
    meet({}, saying("\x05\xff"), errc::tls_failed,
         with("the peer does not speak TLS, it is a SOCKS proxy: check host and port"));
  }
  SECTION("TLS to a port that hangs up") {
    meet({}, hang_up, errc::tls_failed, with("the peer closed the connection during the TLS"));
  }
  SECTION("plain http to a TLS port") {
    stage.options.allow_plain_http = true;
    meet({}, saying(tls_alert), errc::protocol_error,
         with("the peer speaks TLS: write https:// in the URL"));
    meet(localhost_server(), echo, errc::connection_lost,
         {here[0], "; if the port speaks TLS, write https:// in the URL"});
  }
  SECTION("plain http to a SOCKS proxy") {
    stage.options.allow_plain_http = true;
    meet({}, saying("\x05\xff"), errc::protocol_error, with("the peer is a SOCKS proxy"));
  }
  SECTION("plain http to HTTP/2") {
    stage.options.allow_plain_http = true;
    meet({}, saying(frame(0x4, 0, 0, "")), errc::protocol_error, with("the peer speaks HTTP/2"));
  }
  SECTION("plain http to something else") {
    stage.options.allow_plain_http = true;
    meet({}, saying("220 mail.example ESMTP\r\n", true), errc::protocol_error,
         with("the peer does not speak HTTP/1.1: check host and port"));
  }
  SECTION("a port that takes the connection and says nothing") {
    scripted_server server(stage.io, {}, saying(""));
    check(
        ask_until_late(stage, stage.post(server)), errc::connect_timeout,
        {"localhost:{}: no connection in 10 s: 127.0.0.1 took the connection, and has not finished "
         "the TLS handshake; check that the port speaks TLS"},
        server.port());
  }
}

TEST_CASE("first errors: certificates") {
  const auto& ca = trusted_ca();
  world stage;
  if (GENERATE(true, false)) stage.options.versions = http_versions::http2_or_1;
  const auto meet = [&](const testing::identity& who, const std::string& host,
                        const strings& says) {
    scripted_server server(stage.io, showing(who), echo);
    auto request = stage.post(server);
    request.url.host = host;
    check(stage.ask(request), errc::certificate_refused, says, server.port());
  };
  testing::certificate_wish wish;
  SECTION("for another name") {
    wish.name = "other.example";
    meet(ca.issue(wish), "localhost",
         {"localhost:{} (127.0.0.1): hostname mismatch: the certificate is for other.example, not "
          "for "
          "localhost; check the host in the URL"});
  }
  SECTION("for another address") {
    wish.name = "192.0.2.7";
    wish.ip = true;
    meet(ca.issue(wish), "127.0.0.1", {"the certificate is for 192.0.2.7, not for 127.0.0.1"});
  }
  SECTION("for the address, as if it were a name") {
    wish.name = "127.0.0.1";
    meet(ca.issue(wish), "127.0.0.1",
         {"127.0.0.1:{}: hostname mismatch: the certificate has 127.0.0.1 as a DNS name, not as an "
          "IP "
          "address: it needs an IP entry in its subjectAltName"});
  }
  SECTION("expired") {
    wish.expired = true;
    meet(ca.issue(wish), "localhost",
         {"localhost:{} (127.0.0.1): certificate has expired (on ",
          " UTC); it must be renewed, or "});
  }
  SECTION("self-signed") {
    meet(testing::self_signed({}), "localhost",
         {"self-signed certificate; if you trust it, give it as https_options::tls.ca_file or "
          ".ca_pem"});
  }
  SECTION("of a stranger") {
    meet(testing::throwaway_ca().issue({}), "localhost",
         {" is not among the trusted roots; if you trust it, give it as https_options::tls.ca_file "
          "or "
          ".ca_pem, or install the system's roots (ca-certificates)"});
  }
}

TEST_CASE("first errors: a proxy") {
  world stage;
  const bool known = GENERATE(true, false);
  const auto meet = [&](server_options options, server_script script, errc code,
                        const strings& says, const std::string& scheme = "http://") {
    scripted_server proxy(stage.io, std::move(options), std::move(script));
    stage.options.proxy.url =
        scheme + (known ? "user:s3cret@" : "") + "localhost:" + std::to_string(proxy.port());
    const unsigned short away = 443;
    check(stage.ask(to(stage, "api.example", away)), code, says, proxy.port());
  };
  const std::string here = "the proxy localhost:{} (127.0.0.1): ";
  const std::string asked = here + "CONNECT api.example:443: it ";
  SECTION("that is not there") {
    const closed_port closed(stage);
    stage.options.proxy.url = "http://user:s3cret@127.0.0.1:" + std::to_string(closed.number);
    check(stage.ask(to(stage, "api.example", 443)), errc::connect_failed,
          {"the proxy 127.0.0.1:{}: " + refused() + "; nothing listens there"}, closed.number);
  }
  SECTION("whose name does not exist") {
    stage.options.proxy.url = "http://user:s3cret@proxy.example:3128";
    name_has(stage, {}, make_error_code(asio::error::host_not_found));
    check(stage.ask(to(stage, "api.example", 443)), errc::host_not_found,
          {"the proxy proxy.example:3128: the name has no address", "check the host name"}, 0);
  }
  SECTION("that refuses") {
    meet({}, saying("HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n"), errc::proxy_refused,
         {asked + "answered 403"});
  }
  SECTION("that wants to know who asks") {
    meet({}, saying("HTTP/1.1 407\r\nContent-Length: 0\r\n\r\n"), errc::proxy_unauthorized,
         {here, known ? "check user and password in https_options::proxy.url"
                      : "give http://user:password@host:port in https_options::proxy.url"});
  }
  SECTION("that hangs up") {
    meet({}, hang_up, errc::proxy_refused,
         {asked + "closed the connection without an answer; https_options::proxy.url must name an "
                  "HTTP proxy (not SOCKS, and with https:// if it speaks TLS)"});
  }
  SECTION("that speaks SOCKS") {
    meet({}, saying("\x05\xff"), errc::proxy_refused,
         {asked + "is a SOCKS proxy: give an HTTP proxy in https_options::proxy.url"});
  }
  SECTION("that speaks TLS, and was not asked to") {
    meet({}, saying(tls_alert), errc::proxy_refused,
         {asked + "speaks TLS: write https:// in https_options::proxy.url"});
  }
  SECTION("that speaks no TLS, and was asked to") {
    meet({}, saying("HTTP/1.1 400 Bad Request\r\n\r\n"), errc::tls_failed,
         {here + "the peer does not speak TLS but plain HTTP: check the port, or write http://"},
         "https://");
  }
  SECTION("that nobody trusts") {
    meet(localhost_server(), echo, errc::certificate_refused,
         {here, "give it as https_options::proxy.tls.ca_file or .ca_pem"}, "https://");
  }
  SECTION("that says nothing") {
    scripted_server proxy(stage.io, {}, saying(""));
    stage.options.proxy.url = "http://user:s3cret@localhost:" + std::to_string(proxy.port());
    check(ask_until_late(stage, to(stage, "api.example", 443)), errc::connect_timeout,
          {"api.example:443: no connection in 10 s, through the proxy localhost:{}: 127.0.0.1 took "
           "the "
           "connection, and has not answered CONNECT; check that it is an HTTP proxy"},
          proxy.port());
  }
}

TEST_CASE("first errors: a connection that breaks") {
  world stage;
  const bool http2 = GENERATE(true, false);
  if (http2) stage.options.versions = http_versions::http2_or_1;
  stage.options.head_timeout = 5s;
  const int how = GENERATE(0, 1, 2);
  int asked = 0;
  scripted_server server(stage.io, http2 ? h2_server() : localhost_server(),
                         [&, http2](server_connection& on) -> asio::awaitable<void> {
                           std::optional<h2_peer> peer;
                           if (http2) {
                             peer.emplace(on);
                             (void)co_await peer->read_request();
                           } else {
                             (void)co_await on.read_request();
                           }
                           ++asked;
                           if (how == 0) on.reset();
                           if (how == 1) co_await on.close();
                           while (how == 2 && !(co_await on.read_some()).empty()) {
                           }
                         });
  const auto fetch = stage.start(stage.post(server));
  stage.run_until([&] { return asked == 1; });
  if (how == 2) stage.time->advance(5s);
  const auto got = stage.finish(fetch);
  check(got, how == 2 ? errc::head_timeout : errc::connection_lost, {"localhost:{} (127.0.0.1): "},
        server.port());
  CHECK(got.error.sent);
}
