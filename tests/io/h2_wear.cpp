// Connections over HTTP/2 that have served long or often enough take nothing new, and close with a goodbye.
#include "tests/io/h2_peer.hpp"
#include "tests/io/world.hpp"
#include "tests/support/catch.hpp"

#include <chrono>
#include <memory>
#include <string>
#include <vector>

using namespace reroute;
using namespace reroute::io_test;
using namespace std::chrono_literals;

TEST_CASE("a connection over HTTP/2 serves so many requests, one after the other") {
  h2_world stage;
  stage.options.max_requests_per_connection = 3;
  int goodbyes = 0;
  scripted_server server(stage.io, h2_server(), h2_echo(&goodbyes));
  for (int i = 1; i <= 7; ++i) {
    CHECK(stage.ask(stage.post(server, "again")).body == "again");
    CHECK(server.accepted() == (i + 2) / 3);
  }
  stage.run_until([&] { return server.open() == 1 && goodbyes == 2; });
}

TEST_CASE("at once, over HTTP/2, each connection gets as many as it may serve") {
  h2_world stage;
  stage.options.max_requests_per_connection = 3;
  int goodbyes = 0;
  scripted_server server(stage.io, h2_server(), h2_echo(&goodbyes));
  std::vector<std::shared_ptr<pending_fetch>> all;
  for (int i = 0; i < 9; ++i)
    all.push_back(stage.start(stage.post(server, "x")));
  for (const auto& each : all)
    CHECK(stage.finish(each).body == "x");
  stage.run_until([&] { return server.open() == 0; });
  CHECK(server.accepted() == 3);
  CHECK(goodbyes == 3);
}

TEST_CASE("a worn connection finishes what it has, while new requests go over a new one") {
  h2_world stage;
  const bool by_age = GENERATE(true, false);
  stage.options.max_connection_age = by_age ? 20s : 0s;
  stage.options.max_requests_per_connection = by_age ? 0 : 2;
  bool asked = false, answer = false;
  int goodbyes = 0;
  scripted_server server(stage.io, h2_server(),
                         [&](server_connection& connection) -> asio::awaitable<void> {
                           h2_peer peer(connection);
                           for (;;) {
                             const std::optional<h2_heard> heard = co_await peer.read_request();
                             if (!heard) break;
                             h2_answer what;
                             what.frames.push_back(heard->body);
                             if (heard->body == "slow") {
                               asked = true;
                               while (!answer)
                                 co_await connection.write("");
                             }
                             co_await peer.answer(heard->id, what);
                           }
                           if (peer.heard_goodbye()) ++goodbyes;
                         });
  CHECK(stage.ask(stage.post(server, "first")).body == "first");
  const auto slow = stage.start(stage.post(server, "slow"));
  stage.run_until([&] { return asked; });
  if (by_age) stage.time->advance(20s);
  CHECK(stage.ask(stage.post(server, "new")).body == "new");
  CHECK(server.accepted() == 2);
  CHECK(server.open() == 2);
  CHECK_FALSE(slow->done);
  answer = true;
  CHECK(stage.finish(slow).body == "slow");
  stage.run_until([&] { return goodbyes == 1; });
  CHECK(server.open() == 1);
}

TEST_CASE("a connection over HTTP/2 that grew old while it rested is replaced") {
  h2_world stage;
  stage.options.max_connection_age = 20s;
  stage.options.keep_alive = 0ms;
  stage.options.max_connections = GENERATE(1u, 256u);
  int goodbyes = 0;
  scripted_server server(stage.io, h2_server(), h2_echo(&goodbyes));
  const auto ask = [&] { CHECK(stage.ask(stage.post(server, "again")).body == "again"); };
  ask();
  stage.time->advance(19s);
  ask();
  CHECK(server.accepted() == 1);
  stage.time->advance(1s);
  ask();
  CHECK(server.accepted() == 2);
  stage.run_until([&] { return server.open() == 1; });
  CHECK(goodbyes == 1);
}

TEST_CASE("over either version, no more connections than may be open, worn ones included") {
  h2_world stage;
  const bool http2 = GENERATE(true, false);
  stage.options.max_connections = 1;
  stage.options.max_requests_per_connection = 1;
  scripted_server server(stage.io, http2 ? h2_server() : localhost_server(),
                         http2 ? h2_echo() : server_script(echo));
  std::vector<std::shared_ptr<pending_fetch>> all;
  for (int i = 0; i < 5; ++i)
    all.push_back(stage.start(stage.post(server, "x")));
  for (const auto& each : all)
    CHECK(stage.finish(each).body == "x");
  CHECK(server.accepted() == 5);
}

TEST_CASE("a reserved place that is given up goes to the next in line") {
  h2_world stage;
  stage.options.max_connections = 1;
  stage.options.max_requests_per_connection = 1;
  bool asked = false, answer = false;
  scripted_server server(stage.io, h2_server(),
                         [&](server_connection& connection) -> asio::awaitable<void> {
                           h2_peer peer(connection);
                           const std::optional<h2_heard> heard = co_await peer.read_request();
                           if (!heard) co_return;
                           asked = true;
                           while (!answer)
                             co_await connection.write("");
                           const h2_answer empty;
                           co_await peer.answer(heard->id, empty);
                           (void)co_await peer.read_request();
                         });
  const auto first = stage.start(stage.post(server));
  stage.run_until([&] { return asked; });
  std::vector<std::shared_ptr<pending_fetch>> all;
  for (int i = 0; i < 3; ++i)
    all.push_back(stage.start(stage.post(server)));
  for (int i = 0; i < 100; ++i)
    stage.io.run_one_for(1ms);  // they stand in line
  answer = true;
  // they are cancelled at every moment, also between the place and its use
  const int turns = GENERATE(range(0, 40, 3));
  for (int i = 0; i < turns; ++i)
    stage.io.run_one_for(1ms);
  all[0]->cancel.emit(asio::cancellation_type::terminal);
  stage.finish(first);
  CHECK(stage.finish(all[1]).status == 200);
  CHECK(stage.finish(all[2]).status == 200);
  stage.finish(all[0]);
}
