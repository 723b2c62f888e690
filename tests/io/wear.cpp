// Connections that have served long or often enough are replaced, between two requests.
#include "tests/io/world.hpp"
#include "tests/support/catch.hpp"

#include <chrono>

using namespace reroute;
using namespace reroute::io_test;
using namespace std::chrono_literals;

TEST_CASE("a connection serves so many requests") {
  world stage;
  stage.options.max_requests_per_connection = 3;
  scripted_server server(stage.io, localhost_server(), echo);
  for (int i = 1; i <= 7; ++i) {
    CHECK(stage.ask(stage.post(server, "again")).body == "again");
    CHECK(server.accepted() == (i + 2) / 3);
  }
  stage.run_until([&] { return server.open() == 1; });
}

TEST_CASE("a connection gets so old, while idle and in use") {
  world stage;
  stage.options.max_connection_age = 20s;
  stage.options.keep_alive = 0ms;
  scripted_server server(stage.io, localhost_server(), echo);
  const auto ask = [&] { CHECK(stage.ask(stage.post(server, "again")).body == "again"); };
  ask();
  stage.time->advance(19s);
  ask();
  CHECK(server.accepted() == 1);
  stage.time->advance(1s);
  ask();
  CHECK(server.accepted() == 2);
}

TEST_CASE("a connection that grows too old during a request ends with it") {
  world stage;
  stage.options.max_connection_age = 20s;
  bool asked = false;
  bool answer = false;
  scripted_server server(stage.io, localhost_server(),
                         [&](server_connection& connection) -> asio::awaitable<void> {
                           co_await connection.read_request();
                           asked = true;
                           while (!answer)
                             co_await connection.write("");
                           co_await connection.write(ok("late"));
                           co_await connection.read_some();
                         });
  const auto fetch = stage.start(stage.post(server));
  stage.run_until([&] { return asked; });
  stage.time->advance(21s);
  answer = true;
  CHECK(stage.finish(fetch).body == "late");
  stage.run_until([&] { return server.open() == 0; });
}

TEST_CASE("a negative age is refused") {
  world stage;
  stage.options.max_connection_age = -1ms;
  CHECK_THROWS_WITH(stage.over(), Catch::Contains("https_options::max_connection_age"));
}
