// Connections opened ahead of the first request.
#include "tests/io/world.hpp"
#include "tests/support/catch.hpp"

#include <asio/bind_cancellation_slot.hpp>
#include <asio/co_spawn.hpp>
#include <asio/error.hpp>

#include <chrono>
#include <exception>
#include <memory>
#include <utility>
#include <vector>

using namespace reroute;
using namespace reroute::io_test;
using namespace std::chrono_literals;

namespace {

struct warming {
  transport_error error;
  bool done = false;
  asio::cancellation_signal cancel;
};

std::shared_ptr<warming> start(world& stage, const scripted_server& to, std::size_t count) {
  auto state = std::make_shared<warming>();
  asio::co_spawn(stage.io, stage.over().warm_up(stage.post(to).url, count),
                 asio::bind_cancellation_slot(state->cancel.slot(),
                                              [state](std::exception_ptr, transport_error error) {
                                                state->error = std::move(error);
                                                state->done = true;
                                              }));
  return state;
}

transport_error warm_up(world& stage, const scripted_server& to, std::size_t count) {
  const auto state = start(stage, to, count);
  stage.run_until([&] { return state->done; });
  return state->error;
}

}  // namespace

TEST_CASE("requests find the connections that were opened ahead") {
  world stage;
  stage.options.max_connecting = 2;
  stage.options.max_requests_per_connection = 1;
  if (GENERATE(true, false)) stage.options.versions = http_versions::http2_or_1;
  scripted_server server(stage.io, localhost_server(), echo);
  CHECK_FALSE(warm_up(stage, server, 5));
  stage.run_until([&] { return server.handshakes() == 5; });
  CHECK(server.bytes_heard() == 0);
  std::vector<std::shared_ptr<pending_fetch>> all;
  for (int i = 0; i < 5; ++i)
    all.push_back(stage.start(stage.post(server, "warm")));
  for (const auto& each : all)
    CHECK(stage.finish(each).body == "warm");
  CHECK(server.accepted() == 5);
}

TEST_CASE("those that are idle count among those that are wanted") {
  world stage;
  scripted_server server(stage.io, localhost_server(), echo);
  CHECK(stage.ask(stage.post(server, "x")).body == "x");
  CHECK_FALSE(warm_up(stage, server, 2));
  CHECK(server.accepted() == 2);
  CHECK_FALSE(warm_up(stage, server, 2));
  CHECK(server.accepted() == 2);
}

TEST_CASE("no more are opened than may be open") {
  world stage;
  stage.options.max_connections = 3;
  scripted_server server(stage.io, localhost_server(), echo);
  CHECK_FALSE(warm_up(stage, server, 5));
  CHECK(server.accepted() == 3);
  CHECK(stage.ask(stage.post(server, "x")).body == "x");
  CHECK(server.accepted() == 3);
}

TEST_CASE("a peer that cannot be reached is told, and plain http refused") {
  world stage;
  scripted_server server(stage.io, localhost_server(), echo);
  const auto url = stage.post(server).url;
  server.stop_listening();
  const auto state = std::make_shared<warming>();
  const bool plain = GENERATE(true, false);
  auto where = url;
  if (plain) where.scheme = "http";
  asio::co_spawn(stage.io, stage.over().warm_up(where, 3),
                 [state](std::exception_ptr, transport_error error) {
                   state->error = std::move(error);
                   state->done = true;
                 });
  stage.run_until([&] { return state->done; });
  CHECK(state->error.code == (plain ? errc::rejected : errc::connect_failed));
}

TEST_CASE("warming up can be left, and ends with its transport") {
  world stage;
  stage.options.connect_timeout = 4s;
  bool met = false;
  scripted_server server(stage.io, {}, [&](server_connection& connection) -> asio::awaitable<void> {
    met = true;
    while (!(co_await connection.read_some()).empty()) {
    }
  });
  const auto state = start(stage, server, 3);
  stage.run_until([&] { return met; });
  const bool cancels = GENERATE(true, false);
  if (cancels) {
    state->cancel.emit(asio::cancellation_type::terminal);
  } else {
    stage.client.reset();
  }
  stage.run_until([&] { return state->done; });
  CHECK(state->error.code == make_error_code(asio::error::operation_aborted));
  stage.client.reset();
  stage.run_until([&] { return server.open() == 0; });
}
