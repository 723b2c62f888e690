// The request head: what is written, and what is refused.
#include "io/http1_writer.hpp"

#include <reroute/error/errc.hpp>

#include "tests/support/catch.hpp"

#include <string>

using namespace reroute;
using detail::write_http1_head;

namespace {

http::request post() {
  http::request request;
  request.method = "POST";
  request.url.host = "api.example";
  request.url.target = "/v1/messages?beta=true";
  return request;
}

std::string written(const http::request& request) {
  std::string head;
  CHECK_FALSE(write_http1_head(request, head));
  return head;
}

}  // namespace

TEST_CASE("a request head") {
  auto request = post();
  request.headers.add("x-api-key", "k").add("Accept", "application/json");
  request.body = http::body("{}");
  CHECK(written(request) ==
        "POST /v1/messages?beta=true HTTP/1.1\r\nHost: api.example\r\nx-api-key: k\r\n"
        "Accept: application/json\r\nContent-Length: 2\r\n\r\n");
}

TEST_CASE("the length counts both parts of the body, and is said where a body may be expected") {
  auto request = post();
  CHECK_THAT(written(request), Catch::Contains("Content-Length: 0\r\n"));
  request.body = http::body("12345", std::make_shared<const std::string>("67890"));
  CHECK_THAT(written(request), Catch::Contains("Content-Length: 10\r\n"));
  request.method = "GET";
  request.body = http::body();
  CHECK_THAT(written(request), !Catch::Contains("Content-Length"));
}

TEST_CASE("the host field names the port where it is not the scheme's own") {
  auto request = post();
  request.url.port = 8443;
  CHECK_THAT(written(request), Catch::Contains("Host: api.example:8443\r\n"));
  request.url.scheme = "http";
  request.url.port = 80;
  CHECK_THAT(written(request), Catch::Contains("Host: api.example\r\n"));
  request.url.host = "::1";
  request.url.port = 443;
  CHECK_THAT(written(request), Catch::Contains("Host: [::1]:443\r\n"));
}

TEST_CASE("nothing that is not one request is written") {
  const auto refused = [](const http::request& request) {
    std::string head;
    const auto error = write_http1_head(request, head);
    CHECK_FALSE(error.sent);
    CHECK_FALSE(error.detail.empty());
    return error.code == errc::rejected;
  };
  for (const std::string method : {"", "GET /", "GET\r\n", "G\tT", "HEAD", "CONNECT"}) {
    auto request = post();
    request.method = method;
    CHECK(refused(request));
  }
  for (const std::string target : {"", "x", "/a b", "/a\r\nX: y", "/a\nb", "/\x7f", "/\xc3\xa9"}) {
    auto request = post();
    request.url.target = target;
    CHECK(refused(request));
  }
  for (const std::string host : {"", "a b", "a\r\nX: y", "a/b", "user@a", "a\tb"}) {
    auto request = post();
    request.url.host = host;
    CHECK(refused(request));
  }
  for (const std::string name : {"Host", "content-length", "Transfer-Encoding", "CONNECTION", "te",
                                 "Upgrade", "Expect", "Trailer"}) {
    auto request = post();
    request.headers.add(name, "1");
    CHECK(refused(request));
  }
}
