// A gateway on a Unix-domain socket: plain or with TLS, whatever the URL's host.
#include "tests/io/world.hpp"
#include "tests/support/catch.hpp"

#include <cstdlib>
#include <filesystem>
#include <random>
#include <string>

using namespace reroute;
using namespace reroute::io_test;

namespace {

std::string some_path() {
  return std::filesystem::temp_directory_path() /
         ("reroute_" + std::to_string(std::random_device{}()) + ".sock");
}

http::request post_to(const std::string& scheme, const std::string& host) {
  http::request request;
  request.method = "POST";
  request.url.scheme = scheme;
  request.url.host = host;
  request.url.port = scheme == "https" ? 443 : 80;
  request.url.target = "/v1/messages";
  request.body = http::body("through the wall");
  return request;
}

}  // namespace

TEST_CASE("requests over a Unix socket") {
  const bool secure = GENERATE(false, true);
  world stage;
  stage.options.unix_socket = some_path();
  auto options = secure ? localhost_server() : server_options();
  options.unix_path = stage.options.unix_socket;
  std::string heard;
  scripted_server server(stage.io, options,
                         [&](server_connection& connection) -> asio::awaitable<void> {
                           for (;;) {
                             heard = co_await connection.read_request();
                             if (heard.empty()) co_return;
                             const std::string host = "Host: localhost\r\n";
                             CHECK(heard.find(host) != std::string::npos);
                             co_await connection.write(ok(body_of(heard)));
                           }
                         });
  for (int i = 0; i < 3; ++i) {
    const auto got = stage.ask(post_to(secure ? "https" : "http", "localhost"));
    CHECK_FALSE(got.error);
    CHECK(got.body == "through the wall");
  }
  CHECK(server.accepted() == 1);
}

TEST_CASE("a large body goes over a Unix socket in pieces") {
  world stage;
  stage.options.unix_socket = some_path();
  server_options options;
  options.unix_path = stage.options.unix_socket;
  scripted_server server(stage.io, options, echo);
  auto request = post_to("http", "sidecar");
  const std::string large(3'000'000, 'x');
  request.body = http::body(large);
  CHECK(stage.ask(request).body == large);
}

TEST_CASE("a Unix socket on which nobody listens") {
  world stage;
  stage.options.unix_socket = some_path();
  const auto got = stage.ask(post_to("http", "sidecar"));
  CHECK(got.error.code == errc::connect_failed);
  CHECK_THAT(got.error.detail, Catch::Contains(stage.options.unix_socket));
}

TEST_CASE("Unix sockets that cannot be meant are refused at once") {
  world stage;
  if (GENERATE(true, false)) {
    stage.options.unix_socket = "/" + std::string(107, 'x');
  } else {
    stage.options.unix_socket = "/run/x.sock";
    stage.options.proxy.url = "http://proxy.example";
  }
  CHECK_THROWS_WITH(stage.over(), Catch::Contains("https_options::unix_socket"));
}
