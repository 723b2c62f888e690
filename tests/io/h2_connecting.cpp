// How many HTTP/2 connections are opened to a peer that takes no requests on them.
#include "io/connect_backoff.hpp"
#include "tests/io/h2_frames.hpp"
#include "tests/io/h2_peer.hpp"
#include "tests/io/world.hpp"
#include "tests/support/catch.hpp"

#include <asio/co_spawn.hpp>
#include <asio/detached.hpp>

#include <algorithm>
#include <chrono>
#include <memory>
#include <optional>
#include <vector>

using namespace reroute;
using namespace reroute::io_test;
using namespace std::chrono_literals;

namespace {

// lets all that is under way on the loopback arrive
void calm_down(world& stage) {
  for (int i = 0; i < 30; ++i)
    stage.io.run_one_for(1ms);
}

// takes no requests on a connection at first, and ten at once when it is told to
class reluctant_peers {
 public:
  explicit reluctant_peers(h2_world& stage) : stage_(stage) {}

  server_script script() {
    return [this](server_connection& on) -> asio::awaitable<void> {
      h2_peer peer(on, willing ? 10u : 0u);
      met_.push_back({&peer, stage_.time->now(), willing});
      for (;;) {
        const std::optional<h2_heard> heard = co_await peer.read_request();
        if (!heard) break;
        const h2_answer fine;
        co_await peer.answer(heard->id, fine);
      }
      std::erase_if(met_, [&](const meeting& each) { return each.peer == &peer; });
    };
  }
  /// All whom it met so long ago.
  void open_up(std::chrono::seconds after) {
    for (meeting& each : met_) {
      if (each.open || stage_.time->now() - each.since < after) continue;
      each.open = true;
      asio::co_spawn(stage_.io, each.peer->allow(10), asio::detached);
    }
  }
  bool willing = false;  // from the first word on

 private:
  struct meeting {
    h2_peer* peer;
    time_point since;
    bool open;
  };
  h2_world& stage_;
  std::vector<meeting> met_;
};

bool all_done(const std::vector<std::shared_ptr<pending_fetch>>& calls) {
  return std::all_of(calls.begin(), calls.end(), [](const auto& each) { return each->done; });
}

std::vector<std::shared_ptr<pending_fetch>> start_many(h2_world& stage, const scripted_server& to,
                                                       int count) {
  std::vector<std::shared_ptr<pending_fetch>> calls;
  for (int i = 0; i < count; ++i)
    calls.push_back(stage.start(stage.post(to, "")));
  return calls;
}

}  // namespace

TEST_CASE("a peer that takes no streams for two seconds is listened to, not connected to") {
  h2_world stage;
  reluctant_peers peers(stage);
  scripted_server server(stage.io, h2_server(), peers.script());
  const int count = GENERATE(1, 100);
  const bool each_anew = GENERATE(true, false);  // each connection has its own two seconds
  const auto calls = start_many(stage, server, count);
  stage.run_until([&] { return server.handshakes() == 2; });
  calm_down(stage);
  for (int i = 0; i < 19; ++i) {
    stage.time->advance(100ms);
    calm_down(stage);
  }
  CHECK(server.accepted() == 2);
  stage.time->advance(100ms);
  peers.willing = !each_anew;
  peers.open_up(2s);
  stage.run_until([&] { return all_done(calls); });
  for (const auto& each : calls)
    CHECK(each->result.status == 200);
  CHECK(server.accepted() <= (count == 1 ? 2 : 12));
}

TEST_CASE("a peer that never takes a stream is asked ever more rarely") {
  h2_world stage;
  reluctant_peers peers(stage);
  scripted_server server(stage.io, h2_server(), peers.script());
  const auto calls = start_many(stage, server, GENERATE(1, 20));
  stage.run_until([&] { return server.handshakes() == 2; });
  const auto after = [&](duration time) {
    stage.time->advance(time);
    calm_down(stage);
    return server.accepted();
  };
  calm_down(stage);
  CHECK(after(3999ms) == 2);
  CHECK(after(1ms) == 3);
  CHECK(after(7999ms) == 3);
  CHECK(after(1ms) == 4);
  CHECK(after(15s) == 4);
  CHECK(after(1s) == 5);
  CHECK(after(32s) == 6);
  CHECK(after(32s) == 7);
  // one that takes them at once ends it
  peers.willing = true;
  stage.time->advance(32s);
  stage.run_until([&] { return all_done(calls); });
}

TEST_CASE("connections that do not come up beside one that is full are not tried again and again") {
  h2_world stage;
  bool go_on = false;
  const auto script = [&](server_connection& on) -> asio::awaitable<void> {
    if (on.nth > 1) co_return;  // hangs up
    h2_peer peer(on, 1);
    for (;;) {
      const std::optional<h2_heard> heard = co_await peer.read_request();
      if (!heard) co_return;
      while (!go_on)
        co_await on.write("");
      const h2_answer fine;
      co_await peer.answer(heard->id, fine);
    }
  };
  scripted_server server(stage.io, h2_server(), script);
  const auto first = start_many(stage, server, 1);
  stage.run_until([&] { return server.handshakes() == 1; });
  calm_down(stage);
  for (int i = 0; i < 20; ++i) {
    const auto more = start_many(stage, server, 1);
    calm_down(stage);
    for (const auto& each : more)
      each->cancel.emit(asio::cancellation_type::terminal);
  }
  CHECK(server.accepted() <= 4);
  go_on = true;
  CHECK(stage.finish(first[0]).status == 200);
}

TEST_CASE("a peer that takes no streams and hangs up fails the calls") {
  h2_world stage;
  scripted_server server(stage.io, h2_server(), [](server_connection& on) -> asio::awaitable<void> {
    co_await on.write(frame(0x4, 0, 0, setting(3, 0)));
    co_await on.close();
  });
  const auto calls = start_many(stage, server, 10);
  stage.run_until([&] { return all_done(calls); });
  for (const auto& each : calls)
    CHECK(each->result.error.code == errc::connection_lost);
  CHECK(server.accepted() <= 2);
}

TEST_CASE("connections in vain: one more at once, then each later than the one before") {
  detail::connect_backoff backoff;
  const time_point start(1h);
  time_point now = start;
  CHECK_FALSE(backoff.strained());
  backoff.in_vain(now);
  CHECK(backoff.strained());
  CHECK(backoff.next() == now);
  for (const auto wait : {4s, 8s, 16s, 32s, 32s}) {
    for (int several = 0; several < 3; ++several)
      backoff.in_vain(now);
    CHECK(backoff.next() == now + wait);
    now = backoff.next();
  }
  backoff.worthwhile();
  CHECK_FALSE(backoff.strained());
  backoff.in_vain(now);
  CHECK(backoff.next() == now);
}
