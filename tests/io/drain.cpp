// A transport that ends in order: nothing new, what is under way to its end, then all connections.
#include "tests/io/h2_peer.hpp"
#include "tests/io/world.hpp"
#include "tests/support/catch.hpp"

#include <asio/bind_cancellation_slot.hpp>
#include <asio/co_spawn.hpp>
#include <asio/detached.hpp>
#include <asio/error.hpp>

#include <chrono>
#include <exception>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

using namespace reroute;
using namespace reroute::io_test;
using namespace std::chrono_literals;

namespace {

struct draining {
  transport_error error;
  bool done = false;
  asio::cancellation_signal cancel;
};

// a server of either version that answers "slow" only when it is told to
struct drain_world : world {
  drain_world() {
    if (offers_http2) options.versions = http_versions::http2_or_1;
    server.emplace(io, http2 ? h2_server() : localhost_server(),
                   [this](server_connection& connection) -> asio::awaitable<void> {
                     if (http2) {
                       co_await serve_h2(connection);
                     } else {
                       co_await serve_h1(connection);
                     }
                   });
  }
  // three fetches that have come as far as they do until some moment
  std::vector<std::shared_ptr<pending_fetch>> three_under_way() {
    const int moment = GENERATE(range(0, 60, 2));
    std::vector<std::shared_ptr<pending_fetch>> all;
    for (int i = 0; i < 3; ++i)
      all.push_back(start(post(*server, "x")));
    turns(moment);
    return all;
  }
  ~drain_world() { answer = true; }

  asio::awaitable<void> serve_h1(server_connection& connection) {
    for (;;) {
      const std::string request = co_await connection.read_request();
      if (request.empty()) co_return;
      const std::string body = body_of(request);
      co_await hold(connection, body);
      co_await connection.write(ok(body));
    }
  }
  asio::awaitable<void> serve_h2(server_connection& connection) {
    h2_peer peer(connection);
    for (;;) {
      const std::optional<h2_heard> heard = co_await peer.read_request();
      if (!heard) break;
      co_await hold(connection, heard->body);
      h2_answer what;
      what.frames.push_back(heard->body);
      co_await peer.answer(heard->id, what);
    }
    if (peer.heard_goodbye()) ++goodbyes;
  }
  asio::awaitable<void> hold(server_connection& connection, const std::string& body) {
    if (body != "slow") co_return;
    asked = true;
    while (!answer && !connection.broken)
      co_await connection.write("");
  }

  std::shared_ptr<draining> drain(std::chrono::milliseconds within = 0ms) {
    auto state = std::make_shared<draining>();
    asio::co_spawn(io, over().drain(within),
                   asio::bind_cancellation_slot(state->cancel.slot(),
                                                [state](std::exception_ptr, transport_error error) {
                                                  state->error = std::move(error);
                                                  state->done = true;
                                                }));
    return state;
  }
  void turns(int count) {
    io.restart();
    for (int i = 0; i < count; ++i)
      io.run_one_for(1ms);
  }

  const int kind = GENERATE(0, 1, 2);
  bool offers_http2 = kind < 2;  // and in the second it is the server that does not
  bool http2 = kind == 0;
  bool asked = false, answer = false;
  int goodbyes = 0;
  std::optional<scripted_server> server;
};

}  // namespace

TEST_CASE("an idle transport is drained at once, with goodbyes, and takes nothing from then on") {
  drain_world stage;
  CHECK(stage.ask(stage.post(*stage.server, "x")).body == "x");
  const auto end = stage.drain();
  stage.run_until([&] { return end->done; });
  CHECK_FALSE(end->error);
  stage.run_until([&] { return stage.server->open() == 0; });
  CHECK(stage.goodbyes == (stage.http2 ? 1 : 0));
  const auto refused = stage.ask(stage.post(*stage.server, "x"));
  CHECK(refused.error.code == errc::draining);
  CHECK_FALSE(refused.error.sent);
  std::optional<transport_error> warm;
  asio::co_spawn(stage.io, stage.over().warm_up(stage.post(*stage.server).url, 1),
                 [&warm](std::exception_ptr, transport_error error) { warm = std::move(error); });
  stage.run_until([&] { return warm.has_value(); });
  CHECK(warm->code == errc::draining);
  CHECK(stage.server->accepted() == 1);
}

TEST_CASE("what is under way finishes, what is new is refused, and all connections close") {
  drain_world stage;
  CHECK(stage.ask(stage.post(*stage.server, "x")).body == "x");
  const auto slow = stage.start(stage.post(*stage.server, "slow"));
  stage.run_until([&] { return stage.asked; });
  const auto first = stage.drain(1min);
  const auto second = stage.drain();
  CHECK(stage.ask(stage.post(*stage.server, "x")).error.code == errc::draining);
  stage.turns(50);
  CHECK_FALSE(slow->done);
  CHECK_FALSE(first->done);
  stage.answer = true;
  CHECK(stage.finish(slow).body == "slow");
  stage.run_until([&] { return first->done && second->done; });
  CHECK_FALSE(first->error);
  CHECK_FALSE(second->error);
  stage.run_until([&] { return stage.server->open() == 0; });
  CHECK(stage.goodbyes == (stage.http2 ? 1 : 0));
}

TEST_CASE("what waits for a connection has begun, and finishes") {
  drain_world stage;
  stage.options.max_connections = 1;
  stage.options.max_streams = 1;
  const auto slow = stage.start(stage.post(*stage.server, "slow"));
  std::vector<std::shared_ptr<pending_fetch>> waiting;
  for (int i = 0; i < 3; ++i)
    waiting.push_back(stage.start(stage.post(*stage.server, "x")));
  stage.run_until([&] { return stage.asked; });
  const auto end = stage.drain();
  stage.turns(20);
  stage.answer = true;
  CHECK(stage.finish(slow).body == "slow");
  for (const auto& each : waiting)
    CHECK(stage.finish(each).body == "x");
  stage.run_until([&] { return end->done && stage.server->open() == 0; });
  CHECK_FALSE(end->error);
}

TEST_CASE("after its time it gives up what is left") {
  drain_world stage;
  const auto slow = stage.start(stage.post(*stage.server, "slow"));
  stage.run_until([&] { return stage.asked; });
  const auto end = stage.drain(5s);
  stage.turns(20);
  stage.time->advance(4999ms);
  stage.turns(50);
  CHECK_FALSE(end->done);
  stage.time->advance(1ms);
  stage.run_until([&] { return end->done; });
  CHECK(end->error.code == make_error_code(asio::error::timed_out));
  CHECK(stage.finish(slow).error.code == make_error_code(asio::error::operation_aborted));
  stage.answer = true;
  stage.run_until([&] { return stage.server->open() == 0; });
}

TEST_CASE("who stops waiting stops nothing else") {
  drain_world stage;
  const auto slow = stage.start(stage.post(*stage.server, "slow"));
  stage.run_until([&] { return stage.asked; });
  const auto end = stage.drain(5s);
  stage.turns(20);
  end->cancel.emit(asio::cancellation_type::terminal);
  stage.run_until([&] { return end->done; });
  CHECK(end->error.code == make_error_code(asio::error::operation_aborted));
  stage.time->advance(6s);
  stage.turns(20);
  CHECK(stage.ask(stage.post(*stage.server, "x")).error.code == errc::draining);
  CHECK_FALSE(slow->done);
  stage.answer = true;
  CHECK(stage.finish(slow).body == "slow");
  stage.run_until([&] { return stage.server->open() == 0; });
}

TEST_CASE("a body that is still being read is waited for") {
  drain_world stage;
  std::optional<exchange_result> got;
  asio::co_spawn(stage.io, stage.over().exchange(stage.post(*stage.server, "body")),
                 [&](std::exception_ptr, exchange_result result) { got = std::move(result); });
  stage.run_until([&] { return got.has_value(); });
  REQUIRE_FALSE(got->error);
  const auto end = stage.drain();
  stage.turns(50);
  if (stage.http2) CHECK_FALSE(end->done);  // over HTTP/1.1 all of it may have come with the head
  got.reset();
  stage.run_until([&] { return end->done; });
  CHECK_FALSE(end->error);
  stage.run_until([&] { return stage.server->open() == 0; });
}

TEST_CASE("the transport may go while it is drained") {
  drain_world stage;
  const auto slow = stage.start(stage.post(*stage.server, "slow"));
  stage.run_until([&] { return stage.asked; });
  const auto end = stage.drain();
  stage.turns(20);
  stage.client.reset();
  CHECK(stage.finish(slow).error.code == make_error_code(asio::error::operation_aborted));
  stage.run_until([&] { return end->done; });
  CHECK_FALSE(end->error);
  stage.answer = true;
}

TEST_CASE("drained at any moment, what is under way is answered, and nothing else is asked") {
  drain_world stage;
  const auto all = stage.three_under_way();
  const auto end = stage.drain();
  const auto late = stage.finish(stage.start(stage.post(*stage.server, "x")));
  CHECK(late.error.code == errc::draining);
  CHECK_FALSE(late.error.sent);
  for (const auto& each : all) {
    const auto got = stage.finish(each);
    CHECK_FALSE(got.error);
    CHECK(got.body == "x");
  }
  stage.run_until([&] { return end->done && stage.server->open() == 0; });
  CHECK_FALSE(end->error);
}

TEST_CASE("closed at any moment, each request ends") {
  drain_world stage;
  auto all = stage.three_under_way();
  stage.client->shutdown();
  for (const auto& each : all)
    stage.finish(each);
  stage.client.reset();
  stage.run_until([&] { return stage.server->open() == 0; });
}
