// Many limits behind one timer, and the real clock's timers.
#include "io/deadlines.hpp"

#include "tests/io/fake_clock.hpp"
#include "tests/support/catch.hpp"

#include <asio/io_context.hpp>

#include <functional>
#include <memory>
#include <optional>
#include <vector>

using namespace reroute;
using namespace reroute::detail;
using namespace std::chrono_literals;

namespace {

struct limit {
  explicit limit(deadlines& queue)
      : at(
            queue, [](void* self) { static_cast<limit*>(self)->passed(); }, this) {}
  void passed() {
    ++count;
    if (then) then();
  }
  deadline at;
  int count = 0;
  std::function<void()> then;
};

struct scene {
  asio::io_context io;
  std::shared_ptr<io_test::fake_clock> time = std::make_shared<io_test::fake_clock>();
  deadlines queue{io.get_executor(), time};

  void pass(duration by) {
    time->advance(by);
    io.restart();
    io.poll();
  }
};

}  // namespace

TEST_CASE("limits pass in order, each once") {
  scene s;
  const deadlines::hold running(s.queue);
  limit a(s.queue);
  limit b(s.queue);
  limit c(s.queue);
  a.at.set_after(30ms);
  b.at.set_after(10ms);
  c.at.set_after(20ms);
  s.pass(9ms);
  CHECK(a.count + b.count + c.count == 0);
  s.pass(1ms);
  CHECK(b.count == 1);
  s.pass(10ms);
  CHECK(c.count == 1);
  CHECK(a.count == 0);
  s.pass(1h);
  CHECK(a.count == 1);
  CHECK(b.count == 1);
}

TEST_CASE("a limit that is set later, cleared or zero does not pass early") {
  scene s;
  const deadlines::hold running(s.queue);
  limit later(s.queue);
  limit sooner(s.queue);
  limit cleared(s.queue);
  limit none(s.queue);
  for (limit* each : {&later, &sooner, &cleared, &none})
    each->at.set_after(10ms);
  later.at.set_after(50ms);
  sooner.at.set_after(5ms);
  cleared.at.clear();
  none.at.set_after(0ms);
  s.pass(5ms);
  CHECK(sooner.count == 1);
  s.pass(44ms);
  CHECK(later.count == 0);
  s.pass(1ms);
  CHECK(later.count == 1);
  CHECK(cleared.count + none.count == 0);
}

TEST_CASE("setting a limit later again and again sets no timer") {
  scene s;
  const deadlines::hold running(s.queue);
  limit idle(s.queue);
  idle.at.set_after(1000ms);
  const int before = s.time->armed_count;
  for (int i = 0; i < 500; ++i) {
    s.pass(1ms);
    idle.at.clear();
    idle.at.set_after(1000ms);
  }
  CHECK(s.time->armed_count == before);
  s.pass(999ms);
  CHECK(idle.count == 0);
  s.pass(1ms);
  CHECK(idle.count == 1);
}

TEST_CASE("the timer runs only while somebody holds it") {
  scene s;
  limit a(s.queue);
  a.at.set_after(10ms);
  CHECK(s.time->pending() == 0);
  {
    const deadlines::hold one(s.queue);
    const deadlines::hold two(s.queue);
    CHECK(s.time->pending() == 1);
  }
  CHECK(s.time->pending() == 0);
  s.pass(20ms);
  CHECK(a.count == 0);
  const deadlines::hold again(s.queue);
  s.pass(0ms);
  CHECK(a.count == 1);
}

TEST_CASE("a limit may destroy itself, another one, or set itself again") {
  scene s;
  const deadlines::hold running(s.queue);
  auto self = std::make_unique<limit>(s.queue);
  auto other = std::make_unique<limit>(s.queue);
  limit again(s.queue);
  self->at.set_after(1ms);
  self->then = [&] { self.reset(); };
  other->at.set_after(10ms);
  limit killer(s.queue);
  killer.at.set_after(5ms);
  killer.then = [&] { other.reset(); };
  again.at.set_after(1ms);
  again.then = [&] { again.at.set_after(1ms); };
  for (int i = 0; i < 20; ++i)
    s.pass(1ms);
  CHECK_FALSE(self);
  CHECK_FALSE(other);
  CHECK(again.count == 20);
}

TEST_CASE("thousands of equal limits do not keep the loop") {
  scene s;
  const deadlines::hold running(s.queue);
  std::vector<std::unique_ptr<limit>> all;
  int passed = 0;
  for (int i = 0; i < 2000; ++i) {
    all.push_back(std::make_unique<limit>(s.queue));
    all.back()->at.set_after(1ms);
    all.back()->then = [&] { ++passed; };
  }
  s.time->advance(1ms);
  s.io.poll_one();
  CHECK(passed > 0);
  CHECK(passed < 2000);
  s.io.poll();
  CHECK(passed == 2000);
}

TEST_CASE("the real clock's timer") {
  asio::io_context io;
  const auto time = system_clock();
  auto timer = time->make_timer(io.get_executor());
  int first = 0;
  int second = 0;
  const auto soon = time->now() + 1ms;
  SECTION("fires once, on a grid, not before its time, and not inline") {
    timer->wake_at(soon, [&] {
      ++first;
      CHECK(time->now() >= soon);
    });
    CHECK(first == 0);
    io.run();
    CHECK(first == 1);
  }
  SECTION("a time in the past fires soon, and not inline") {
    timer->wake_at(time_point(), [&] { ++first; });
    CHECK(first == 0);
    io.run();
    CHECK(first == 1);
  }
  SECTION("a later wish replaces an earlier one") {
    timer->wake_at(soon, [&] { ++first; });
    timer->wake_at(soon, [&] { ++second; });
    timer->wake_at(time_point::max(), [&] { ++first; });
    timer->wake_at(soon, [&] { ++second; });
    io.run();
    CHECK(first == 0);
    CHECK(second == 1);
  }
  SECTION("cancelled, even when due") {
    timer->wake_at(time_point(), [&] { ++first; });
    timer->cancel();
    io.run();
    CHECK(first == 0);
  }
  SECTION("destroyed") {
    timer->wake_at(soon, [&] { ++first; });
    timer.reset();
    io.run();
    CHECK(first == 0);
  }
  SECTION("a wake may set the next one") {
    timer->wake_at(soon, [&] {
      ++first;
      timer->wake_at(time->now(), [&] { ++second; });
    });
    io.run();
    CHECK(second == 1);
  }
}
