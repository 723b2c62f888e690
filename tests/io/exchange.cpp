// Whole exchanges over real sockets: what goes out, what comes back, what is reused.
#include "tests/io/world.hpp"
#include "tests/support/catch.hpp"

#include <asio/co_spawn.hpp>
#include <asio/detached.hpp>

#include <memory>
#include <string>
#include <utility>
#include <vector>

using namespace reroute;
using namespace reroute::io_test;

TEST_CASE("a request and its answer over TLS") {
  world stage;
  stage.reads_ready = GENERATE(false, true);
  std::string heard;
  scripted_server server(stage.io, localhost_server(),
                         [&](server_connection& connection) -> asio::awaitable<void> {
                           heard = co_await connection.read_request();
                           co_await connection.write(ok("hello", "X-Seen: yes\r\n"));
                           co_await connection.read_some();
                         });
  auto request = stage.post(server);
  request.body =
      http::body("{\"model\":\"m\"", std::make_shared<const std::string>(",\"max_tokens\":1}"));
  const auto port = std::to_string(server.port());
  const auto got = stage.ask(request);
  CHECK_FALSE(got.error);
  CHECK(got.status == 200);
  CHECK(got.headers.find("x-seen") == "yes");
  CHECK(got.body == "hello");
  CHECK(got.whole);
  CHECK(heard ==
        "POST /v1/messages HTTP/1.1\r\nHost: localhost:" + port +
            "\r\nx-api-key: secret-key\r\naccept-encoding: gzip\r\nContent-Length: 28\r\n\r\n"
            "{\"model\":\"m\",\"max_tokens\":1}");
}

TEST_CASE("plain http works where it is allowed, and only there") {
  world stage;
  stage.reads_ready = GENERATE(false, true);
  scripted_server server(stage.io, {}, echo);
  SECTION("allowed") {
    stage.options.allow_plain_http = true;
    CHECK(stage.ask(stage.post(server, "in the clear")).body == "in the clear");
  }
  SECTION("not allowed") {
    auto request = stage.post(server);
    request.url.scheme = "http";
    const auto got = stage.ask(request);
    CHECK(got.error.code == errc::rejected);
    CHECK_FALSE(got.error.sent);
    CHECK_THAT(got.error.detail, Catch::Contains("allow_plain_http"));
    CHECK(server.accepted() == 0);
  }
}

TEST_CASE("two thousand requests over few connections") {
  world stage;
  stage.reads_ready = GENERATE(false, true);
  stage.options.max_connections = 4;
  scripted_server server(stage.io, localhost_server(), echo);
  int good = 0;
  int running = 0;
  const auto caller = [](world& in, const scripted_server& to, int name, int& answered,
                         int& alive) -> asio::awaitable<void> {
    ++alive;
    for (int i = 0; i < 100; ++i) {
      const auto body = std::to_string(name) + "/" + std::to_string(i);
      const auto got = co_await fetch(in.over(), in.post(to, body));
      if (!got.error && got.body == body) ++answered;
    }
    --alive;
  };
  for (int name = 0; name < 20; ++name) {
    asio::co_spawn(stage.io, caller(stage, server, name, good, running), asio::detached);
  }
  stage.settle();
  stage.run_until([&] { return running == 0; });
  CHECK(good == 2000);
  CHECK(server.accepted() == 4);
}

TEST_CASE("a large body goes both ways") {
  world stage;
  stage.reads_ready = GENERATE(false, true);
  scripted_server server(stage.io, localhost_server(), echo);
  std::string large(3'000'000, 'x');
  for (std::size_t i = 0; i < large.size(); i += 7)
    large[i] = static_cast<char>('a' + i % 26);
  for (const std::string& body : {large, std::string("small"), large})
    CHECK(stage.ask(stage.post(server, body)).body == body);
  CHECK(server.accepted() == 1);
}

TEST_CASE("an answer that comes while the request is being sent is heard") {
  const bool secure = GENERATE(true, false);
  const bool resets = GENERATE(false, true);
  const bool kept = GENERATE(false, true);  // the connection has served another
  CAPTURE(secure, resets, kept);
  world stage;
  stage.reads_ready = GENERATE(false, true);
  stage.options.allow_plain_http = !secure;
  auto options = secure ? localhost_server() : server_options();
  options.receive_buffer = 4096;
  bool hold = true;
  scripted_server server(
      stage.io, options, [&](server_connection& connection) -> asio::awaitable<void> {
        if (kept && connection.nth == 1) {
          co_await connection.read_request();
          co_await connection.write(ok("first"));
        }
        std::string heard;
        while (heard.find("\r\n\r\n") == std::string::npos) {
          const std::string more = co_await connection.read_some();
          if (more.empty()) co_return;
          heard += more;
        }
        if (connection.nth == 1) {
          co_await connection.write("HTTP/1.1 413 Too Large\r\nContent-Length: 4\r\n\r\nlong");
          if (!resets) {
            // reads no more, and keeps the connection
            while (hold)
              co_await connection.write("");
          }
          co_return;
        }
        co_await connection.write(ok("next"));
      });
  if (kept) CHECK(stage.ask(stage.post(server, "")).body == "first");
  const auto got = stage.ask(stage.post(server, std::string(20'000'000, 'x')));
  CHECK(got.error.detail == "");
  CHECK(got.status == 413);
  CHECK(got.body == "long");
  hold = false;
  // its connection was in the middle of a request: never used again
  CHECK(stage.ask(stage.post(server)).body == "next");
  CHECK(server.accepted() == 2);
}

TEST_CASE("interim responses are skipped") {
  world stage;
  stage.reads_ready = GENERATE(false, true);
  scripted_server server(stage.io, localhost_server(),
                         [&](server_connection& connection) -> asio::awaitable<void> {
                           co_await connection.read_request();
                           co_await connection.write(
                               "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: "
                               "x\r\n\r\n");
                           co_await connection.write(ok("final"));
                           co_await connection.read_some();
                         });
  const auto got = stage.ask(stage.post(server));
  CHECK(got.status == 200);
  CHECK(got.body == "final");
  CHECK_FALSE(got.headers.contains("Link"));
}

TEST_CASE("a header that could smuggle is refused before anything is sent") {
  world stage;
  stage.reads_ready = GENERATE(false, true);
  scripted_server server(stage.io, localhost_server(), echo);
  auto request = stage.post(server);
  SECTION("a target with a line break") { request.url.target = "/a HTTP/1.1\r\nX: y"; }
  SECTION("a method with a space") { request.method = "GET /x"; }
  SECTION("a length of one's own") { request.headers.add("Content-Length", "3"); }
  SECTION("a host with a line break") { request.url.host = "localhost\r\nX: y"; }
  const auto got = stage.ask(request);
  CHECK(got.error.code == errc::rejected);
  CHECK_FALSE(got.error.sent);
  CHECK(server.accepted() == 0);
}

TEST_CASE("an idle pool lets the loop end") {
  world stage;
  stage.reads_ready = GENERATE(false, true);
  stage.client = make_https_transport(stage.io.get_executor(), stage.options);
  scripted_server server(stage.io, localhost_server(),
                         [&](server_connection& connection) -> asio::awaitable<void> {
                           co_await connection.read_request();
                           co_await connection.write(ok("once"));
                         });
  const auto pending = stage.start(stage.post(server));
  stage.run_until([&] { return pending->done; });
  server.stop_listening();
  // neither the keep-alive time nor a listening read keeps it
  stage.io.run();
  CHECK(pending->result.body == "once");
}

TEST_CASE("wrong options are refused by name") {
  asio::io_context io;
  https_options options;
  const auto make = [&] { (void)make_https_transport(io.get_executor(), options); };
  using Catch::Contains;
  SECTION("time") {
    options.idle_timeout = std::chrono::milliseconds(-1);
    CHECK_THROWS_WITH(make(), Contains("idle_timeout"));
  }
  SECTION("count") {
    options.max_connecting = 0;
    CHECK_THROWS_WITH(make(), Contains("max_connecting"));
  }
  SECTION("a file that is not there") {
    options.tls.ca_file = "/nowhere/roots.pem";
    CHECK_THROWS_WITH(make(), Contains("tls.ca_file") && Contains("/nowhere/roots.pem"));
  }
  SECTION("text that is no certificate") {
    options.tls.ca_pem = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n";
    CHECK_THROWS_AS(make(), std::invalid_argument);
    CHECK_THROWS_WITH(make(), Contains("tls.ca_pem"));
  }
}
