// manual_clock: time stands still, jumps, and fires what is due in order.
#include <reroute/testing/manual_clock.hpp>

#include "tests/support/catch.hpp"

#include <asio/executor_work_guard.hpp>
#include <asio/ip/tcp.hpp>
#include <asio/post.hpp>
#include <asio/read.hpp>
#include <asio/write.hpp>

#include <array>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

using namespace std::chrono_literals;
using reroute::testing::manual_clock;

namespace {

struct fixture {
  asio::io_context io;
  std::shared_ptr<manual_clock> clock = std::make_shared<manual_clock>();
  std::vector<std::string> heard;

  std::function<void()> say(std::string text) {
    return [this, text = std::move(text)] { heard.push_back(text); };
  }
  std::unique_ptr<reroute::timer> timer() { return clock->make_timer(io.get_executor()); }
};

using words = std::vector<std::string>;

}  // namespace

TEST_CASE("time stands still until it is moved") {
  manual_clock clock;
  const auto start = clock.now();
  CHECK(clock.now() == start);
  CHECK(clock.wall_now() == manual_clock::default_wall);
  clock.advance(90s);
  CHECK(clock.now() - start == 90s);
  CHECK(clock.wall_now() - manual_clock::default_wall == 90s);
  clock.advance_to(start + 100s);
  CHECK(clock.now() - start == 100s);
  CHECK_THROWS_AS(clock.advance(-1ns), std::invalid_argument);
  CHECK_THROWS_AS(clock.advance_to(start), std::invalid_argument);
}

TEST_CASE("the wall clock can be wrong while time goes on") {
  fixture f;
  auto timer = f.timer();
  timer->wake_at(f.clock->now() + 5s, f.say("five"));
  f.clock->set_wall(manual_clock::default_wall - 24h);
  f.clock->advance(1s);
  CHECK(f.clock->wall_now() == manual_clock::default_wall - 24h + 1s);
  CHECK(f.clock->pending() == 1);
}

TEST_CASE("timers fire through the loop, in the order of their times") {
  fixture f;
  auto a = f.timer(), b = f.timer(), c = f.timer(), d = f.timer();
  const auto now = f.clock->now();
  a->wake_at(now + 2s, f.say("a"));
  b->wake_at(now + 1s, f.say("b"));
  c->wake_at(now + 2s, f.say("c"));
  d->wake_at(now - 1s, f.say("d"));
  CHECK(f.heard.empty());
  CHECK(f.clock->next_timer() == now + 1s);
  f.clock->advance(2s);
  CHECK(f.heard.empty());
  f.io.run();
  CHECK(f.heard == words{"d", "b", "a", "c"});
  CHECK_FALSE(f.clock->next_timer());
}

TEST_CASE("a cancelled or replaced wish is not heard, not even after it was posted") {
  fixture f;
  auto cancelled = f.timer(), replaced = f.timer(), gone = f.timer();
  const auto now = f.clock->now();
  cancelled->wake_at(now + 1s, f.say("cancelled"));
  replaced->wake_at(now + 1s, f.say("old"));
  gone->wake_at(now + 1s, f.say("gone"));
  f.clock->advance(1s);
  cancelled->cancel();
  replaced->wake_at(now + 3s, f.say("new"));
  gone.reset();
  f.io.run();
  CHECK(f.heard.empty());
  CHECK(f.clock->run(f.io) == 2s);
  CHECK(f.heard == words{"new"});
}

TEST_CASE("a wake may set its own timer again, or destroy it") {
  fixture f;
  auto timer = f.timer();
  int left = 3;
  std::function<void()> again = [&] {
    if (--left == 0) {
      timer.reset();
    } else {
      timer->wake_at(f.clock->now() + 10s, again);
    }
  };
  timer->wake_at(f.clock->now() + 10s, again);
  CHECK(f.clock->run(f.io) == 30s);
  CHECK(left == 0);
}

TEST_CASE("timers outlive their clock and then stay silent") {
  fixture f;
  auto waiting = f.timer(), later = f.timer();
  waiting->wake_at(f.clock->now() + 1s, f.say("waiting"));
  f.clock.reset();
  later->wake_at(reroute::time_point{}, f.say("later"));
  f.io.run();
  CHECK(f.heard.empty());
}

TEST_CASE("run jumps only when nothing is ready, and stops at its limit") {
  fixture f;
  auto first = f.timer(), second = f.timer();
  const auto now = f.clock->now();
  first->wake_at(now + 1h, [&] {
    f.heard.push_back("first");
    asio::post(f.io, f.say("posted"));
  });
  second->wake_at(now + 2h, f.say("second"));
  CHECK(f.clock->run(f.io, 90min) == 90min);
  CHECK(f.heard == words{"first", "posted"});
  CHECK(f.clock->run(f.io, 30min) == 30min);
  CHECK(f.heard.back() == "second");
  CHECK(f.clock->run(f.io) == 0s);
}

TEST_CASE("run does not use up its limit when there is nothing left to do") {
  fixture f;
  auto timer = f.timer();
  timer->wake_at(f.clock->now() + 1s, f.say("once"));
  CHECK(f.clock->run(f.io, 1h) == 1s);
}

TEST_CASE("run_until ends as soon as it holds, between two handlers") {
  fixture f;
  for (int i = 0; i < 5; ++i)
    asio::post(f.io, f.say("x"));
  CHECK(f.clock->run_until(f.io, [&] { return f.heard.size() == 2; }));
  CHECK(f.heard.size() == 2);
  auto timer = f.timer();
  timer->wake_at(f.clock->now() + 1h, f.say("late"));
  CHECK_FALSE(f.clock->run_until(
      f.io, [&] { return f.heard.size() > 5; }, 1min));
  CHECK(f.heard.size() == 5);
}

TEST_CASE("an exception of a handler passes through, and the loop goes on after it") {
  fixture f;
  asio::post(f.io, [] { throw std::runtime_error("from a handler"); });
  asio::post(f.io, f.say("after"));
  CHECK_THROWS_AS(f.clock->run(f.io), std::runtime_error);
  f.clock->run(f.io);
  CHECK(f.heard == words{"after"});
}

TEST_CASE("bytes on their way over loopback arrive before time jumps") {
  using asio::ip::tcp;
  fixture f;
  tcp::acceptor acceptor(f.io, {asio::ip::address_v4::loopback(), 0});
  tcp::socket client(f.io), server(f.io);
  std::array<char, 4> bytes{};
  auto timeout = f.timer();
  timeout->wake_at(f.clock->now() + 1ms, f.say("timeout"));
  acceptor.async_accept(server, [&](std::error_code) {
    asio::async_write(server, asio::buffer("pong", 4), [](std::error_code, std::size_t) {});
  });
  client.async_connect(acceptor.local_endpoint(), [&](std::error_code) {
    asio::async_read(client, asio::buffer(bytes), [&](std::error_code, std::size_t) {
      f.heard.push_back(std::string(bytes.data(), bytes.size()));
    });
  });
  f.clock->run(f.io);
  CHECK(f.heard == words{"pong", "timeout"});
}
