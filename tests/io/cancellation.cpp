// Cancelled at every step: one completion, the truth about `sent`, and a pool that still works.
#include "tests/io/world.hpp"
#include "tests/support/catch.hpp"

#include <asio/bind_cancellation_slot.hpp>
#include <asio/co_spawn.hpp>
#include <asio/detached.hpp>
#include <asio/error.hpp>
#include <asio/post.hpp>
#include <asio/this_coro.hpp>
#include <asio/use_awaitable.hpp>

#include <string>
#include <vector>

using namespace reroute;
using namespace reroute::io_test;

namespace {

// answers in pieces, so that there are many steps
asio::awaitable<void> slow_echo(server_connection& connection) {
  for (;;) {
    const std::string request = co_await connection.read_request();
    if (request.empty()) co_return;
    const std::string answer = ok(body_of(request));
    const std::size_t pieces = 5;
    for (std::size_t i = 0; i < pieces; ++i) {
      const auto from = i * answer.size() / pieces;
      const auto to = (i + 1) * answer.size() / pieces;
      co_await connection.write(answer.substr(from, to - from));
      for (int turn = 0; turn < 3; ++turn)
        co_await asio::post(asio::use_awaitable);
    }
  }
}

// runs up to `steps` handlers; true if the fetch is still under way
bool run_steps(world& stage, const std::shared_ptr<pending_fetch>& fetch, int steps) {
  for (int i = 0; i < steps && !fetch->done; ++i) {
    stage.io.restart();
    stage.io.run_one_for(std::chrono::seconds(10));
  }
  return !fetch->done;
}

}  // namespace

TEST_CASE("a fetch cancelled at every step") {
  const bool reuse = GENERATE(false, true);
  const bool large = GENERATE(false, true);
  const auto kind = GENERATE(asio::cancellation_type::terminal, asio::cancellation_type::all);
  CAPTURE(reuse, large);
  world stage;
  stage.options.max_connections = 2;
  auto options = localhost_server();
  if (large) options.receive_buffer = 4096;
  scripted_server server(stage.io, options, slow_echo);
  bool was_sent = false;
  int steps = 0;
  for (bool under_way = true; under_way; ++steps) {
    REQUIRE(steps < 5000);
    if (!reuse) stage.client.reset();
    const std::string body = large ? std::string(2'000'000, 'c') : "to be cancelled";
    // large bodies take many steps that are all alike
    const int stride = large ? steps * 5 : steps;
    const auto fetch = stage.start(stage.post(server, body));
    CAPTURE(steps);
    under_way = run_steps(stage, fetch, stride);
    fetch->cancel.emit(kind);
    const auto got = stage.finish(fetch);
    CHECK(fetch->completions == 1);
    if (under_way && got.error) {
      CHECK(got.error.code == make_error_code(asio::error::operation_aborted));
      was_sent = was_sent || got.error.sent;
      if (steps == 0) CHECK_FALSE(got.error.sent);
      CHECK_FALSE(got.whole);
    } else {
      CHECK(got.body == body);
    }
    CAPTURE(steps, under_way, got.error.code);
    const auto next = stage.ask(stage.post(server, "next " + std::to_string(steps)));
    CHECK_FALSE(next.error);
    CHECK(next.body == "next " + std::to_string(steps));
    if (large && steps > 24) break;
  }
  CHECK(was_sent);
  CHECK(steps > 5);
  stage.client.reset();
  stage.run_until([&] { return server.open() == 0; });
}

TEST_CASE("those in line, cancelled at every step, leave the others their turn") {
  for (int steps = 0; steps < 120; steps += 3) {
    world stage;
    stage.options.max_connections = 1;
    scripted_server server(stage.io, localhost_server(), slow_echo);
    std::vector<std::shared_ptr<pending_fetch>> all;
    for (const char* name : {"a", "b", "c", "d"})
      all.push_back(stage.start(stage.post(server, name)));
    run_steps(stage, all[3], steps);
    all[0]->cancel.emit(asio::cancellation_type::terminal);
    all[2]->cancel.emit(asio::cancellation_type::terminal);
    CHECK(stage.finish(all[1]).body == "b");
    CHECK(stage.finish(all[3]).body == "d");
    for (const auto& each : all) {
      stage.finish(each);
      CHECK(each->completions == 1);
    }
  }
}

TEST_CASE("a coroutine that was cancelled before gets a value, not an exception") {
  world stage;
  scripted_server server(stage.io, localhost_server(), echo);
  bool started = false;
  bool done = false;
  transport_error error;
  asio::cancellation_signal cancel;
  const auto stubborn = [](world& in, const scripted_server& to, transport_error& got, bool& began,
                           bool& end) -> asio::awaitable<void> {
    co_await asio::this_coro::throw_if_cancelled(false);
    began = true;
    for (int i = 0; i < 3; ++i)
      co_await asio::post(asio::use_awaitable);
    auto result = co_await in.over().exchange(in.post(to));
    got = result.error;
    CHECK_FALSE(co_await asio::this_coro::throw_if_cancelled());
    end = true;
  };
  asio::co_spawn(stage.io, stubborn(stage, server, error, started, done),
                 asio::bind_cancellation_slot(cancel.slot(), asio::detached));
  stage.run_until([&] { return started; });
  cancel.emit(asio::cancellation_type::terminal);
  stage.run_until([&] { return done; });
  CHECK(error.code == make_error_code(asio::error::operation_aborted));
  CHECK_FALSE(error.sent);
}
