// CONNECT without a socket: what is asked, and what each answer means.
#include "io/proxy_tunnel.hpp"

#include <reroute/error/errc.hpp>

#include "tests/support/catch.hpp"

#include <string>

using namespace reroute;
using detail::proxy_tunnel;

namespace {

detail::proxy some_proxy(const std::string& authorization = {}) {
  detail::proxy through;
  through.host = "proxy.example";
  through.port = 3128;
  through.authorization = authorization;
  through.name = "proxy.example:3128";
  return through;
}

// feeds `split` bytes at a time; the error, if it ended in one
transport_error hear(std::string_view answer, std::size_t split, bool end = false,
                     const std::string& authorization = {}) {
  proxy_tunnel way(some_proxy(authorization), "api.example.com", 443, 1000);
  while (!answer.empty()) {
    const auto piece = answer.substr(0, split);
    answer.remove_prefix(piece.size());
    if (way.feed(piece)) {
      CHECK((way.error() || answer.empty()));
      return way.error();
    }
  }
  if (end) way.feed_end();
  transport_error error = way.error();
  if (!error) error.detail = "more";
  return error;
}

}  // namespace

TEST_CASE("what a proxy is asked") {
  CHECK(proxy_tunnel(some_proxy(), "api.example.com", 443, 1000).request() ==
        "CONNECT api.example.com:443 HTTP/1.1\r\nHost: api.example.com:443\r\n\r\n");
  CHECK(proxy_tunnel(some_proxy("Basic eA=="), "::1", 8443, 1000).request() ==
        "CONNECT [::1]:8443 HTTP/1.1\r\nHost: [::1]:8443\r\n"
        "Proxy-Authorization: Basic eA==\r\n\r\n");
}

TEST_CASE("a tunnel that stands") {
  const std::string answer =
      GENERATE("HTTP/1.1 200 Connection established\r\n\r\n", "HTTP/1.0 200 OK\r\nVia: x\r\n\r\n",
               "HTTP/1.1 204 Fine\r\n\r\n",
               // RFC 9110: a length means nothing here
               "HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n",
               "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n",
               "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\n\r\n");
  CAPTURE(answer);
  const auto got = hear(answer, GENERATE(1u, 3u, 1000u));
  CHECK_FALSE(got.code);
  CHECK(got.detail.empty());
}

TEST_CASE("a proxy's refusal is its own, not the route's") {
  const auto [status, code] = GENERATE(table<std::string, errc>({{"407", errc::proxy_unauthorized},
                                                                 {"403", errc::proxy_refused},
                                                                 {"429", errc::proxy_refused},
                                                                 {"502", errc::proxy_refused},
                                                                 {"503", errc::proxy_refused},
                                                                 {"504", errc::proxy_refused},
                                                                 {"302", errc::proxy_refused},
                                                                 {"401", errc::proxy_refused}}));
  const auto got = hear("HTTP/1.1 " + status + " No\r\nContent-Length: 99999999\r\n\r\n",
                        GENERATE(1u, 1000u), false, "Basic c2VjcmV0");
  CHECK(got.code == code);
  CHECK_FALSE(got.sent);
  CHECK_THAT(got.detail, Catch::Contains(status) && !Catch::Contains("c2VjcmV0"));
  CHECK_THAT(
      got.detail,
      Catch::Contains(status == "407" ? "check user and password in https_options::proxy.url"
                                      : "CONNECT api.example.com:443: it answered " + status));
}

TEST_CASE("a proxy that wants a credential is told where to give one") {
  CHECK_THAT(hear("HTTP/1.1 407\r\n\r\n", 1000).detail,
             Catch::Contains("http://user:password@host:port in https_options::proxy.url"));
}

TEST_CASE("a proxy that redirects is told, without what may be secret in the address") {
  const auto got =
      hear("HTTP/1.1 302 Found\r\nLocation: http://u:hidden@portal/login?hidden\r\n\r\n", 1000);
  CHECK_THAT(got.detail, Catch::Contains("302, a redirect to http://portal/login") &&
                             !Catch::Contains("hidden"));
}

TEST_CASE("what else a proxy may say") {
  const auto [answer, end, says] = GENERATE(table<std::string, bool, std::string>(
      {{"SSH-2.0-OpenSSH_9.2\r\n\r\n", false, "does not answer in HTTP"},
       {"\x05\xff", false, "SOCKS proxy: give an HTTP proxy in https_options::proxy.url"},
       {std::string("\0\x5b\0\0\0\0\0\0", 8), false, "SOCKS proxy"},
       {std::string("\x15\x03\x01\0\x02\x02\x46", 7), false,
        "write https:// in https_options::proxy.url"},
       {"HTTP/1.1 200 OK\r\n" + std::string(2000, 'x'), false, "does not answer in HTTP"},
       {"HTTP/1.1 200 OK\r\n\r\nmore than was asked", false, "in the origin's place"},
       {"HTTP/1.1 101 Switching Protocols\r\n\r\n", false, "does not answer in HTTP"},
       {"", true, "must name an HTTP proxy (not SOCKS, "},
       {"HTTP/1.1 200 OK\r\n", true, "closed the connection without an answer"}}));
  const auto got = hear(answer, 1000, end);
  CAPTURE(answer);
  CHECK(got.code == errc::proxy_refused);
  CHECK_THAT(got.detail,
             Catch::StartsWith("CONNECT api.example.com:443: ") && Catch::Contains(says));
}
