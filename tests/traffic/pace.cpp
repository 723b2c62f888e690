// What one period of a bucket proves, and what it does not.
#include "traffic/pace.hpp"

#include "tests/support/catch.hpp"
#include "tests/traffic/storm_on_a_gate.hpp"

using namespace std::chrono_literals;
using reroute::detail::pace;
using time_point = pace::time_point;

namespace {

const time_point start{1h};

// a bucket against its mirror: who waits always does
struct rig {
  pace at{4};
  double rate = 40, burst = 40, level = 40;
  time_point now = start;
  double admitted = 0, sent = 0;

  void pass(std::chrono::nanoseconds time) {
    now += time;
    level = std::min(burst, level + std::chrono::duration<double>(time).count() * rate);
  }
  // until a refusal or so long; true: refused
  bool run(std::chrono::nanoseconds longest) {
    for (const time_point end = now + longest; now < end; pass(1ms))
      while (at.earliest(now, {}) <= now) {
        at.take();
        ++sent;
        if (level < 1) return true;
        level -= 1;
        ++admitted;
      }
    return false;
  }
  // a refusal was heard, and the route opens again
  void reopen(std::chrono::nanoseconds closed) {
    at.refused(now, admitted, now, now + closed, 1s);
    pass(closed);
    at.opened(now, false, 0);
    admitted = 0;
  }
  // it has been measured once
  void learn() {
    at.ramp(400);
    REQUIRE(run(10s));
    reopen(1s);
    REQUIRE(run(60s));
    reopen(1s);
    REQUIRE(at.rate() > 0.9 * rate);
    REQUIRE(at.rate() < 1.1 * rate);
  }
};

}  // namespace

TEST_CASE("pace: headers tell the burst, the first refusal what has come besides") {
  pace at(4);
  at.ramp(400);
  (void)at.earliest(start, {});
  at.heard(200, 0, 67, 1e9, {}, start + 500ms);
  at.refused(start + 500ms, 280, start + 510ms, start + 1510ms, 1s);
  CHECK(at.rate() > 140);
  CHECK(at.rate() < 165);
}

TEST_CASE("pace: headers that come no more hold no growth back") {
  pace at(4);
  at.heard(200, 0, 67, 1e9, {}, start);
  at.refused(start, 200, start, start + 1s, 1s);
  at.opened(start + 1s, false, 0);
  const double before = at.rate();
  for (time_point now = start + 1s; now < start + 16s; now += 1ms)
    while (at.earliest(now, {}) <= now)
      at.take();
  CHECK(at.rate() > 1.5 * before);
}

TEST_CASE("pace: what grew too far is no contradiction of headers") {
  pace at(4);
  time_point now = start;
  for (int refusal = 0; refusal < 8; ++refusal) {
    at.heard(50, 0, 20, 30, {}, now);
    at.refused(now, 100, now, now + 1s, 1s);
    now += 1s;
    at.opened(now, false, 0);
    for (const time_point end = now + 4s; now < end; now += 1ms)
      while (at.earliest(now, {}) <= now)
        at.take();
  }
  CHECK(at.burst() == 50);
}

TEST_CASE("pace: what slipped through after the refusal has emptied the bucket") {
  rig of;
  of.learn();
  REQUIRE(of.run(60s));
  pace none = of.at, some = of.at;
  for (pace* each : {&none, &some})
    each->refused(of.now, of.admitted, of.now, of.now + 500ms, 1s);
  none.opened(of.now + 500ms, false, 0);
  some.opened(of.now + 500ms, false, 15);
  const auto at_once = [&](pace& at) {
    int count = 0;
    for (time_point now = of.now + 500ms; now < of.now + 520ms; now += 1ms)
      for (; at.earliest(now, {}) <= now; ++count)
        at.take();
    return count;
  };
  CHECK(at_once(some) <= at_once(none) - 7);
}

TEST_CASE("pace: time in which nobody called is no time in which the bucket gave little") {
  rig of;
  of.learn();
  (void)of.run(1s);
  of.pass(20s);  // full, and nobody takes any
  (void)of.at.earliest(of.now, {});
  REQUIRE(of.run(60s));
  of.reopen(1s);
  CHECK(of.at.rate() > 0.9 * of.rate);
}

TEST_CASE("pace: what was let through while it grew stands when another limit closes it") {
  rig of;
  of.learn();
  of.rate = 400;
  REQUIRE_FALSE(of.run(4s));
  const double grown = of.at.rate();
  REQUIRE(grown > 50);
  of.at.interrupted(of.now);
  of.at.opened(of.now + 1s, false, 0);
  CHECK(of.at.rate() > 0.8 * grown);
}

TEST_CASE("pace: what was taken away and comes back costs no refusal") {
  rig of;
  of.learn();
  of.rate = of.burst = 10, of.level = std::min(of.level, 10.0);
  for (int cut = 0; cut < 3 && of.at.rate() > 13; ++cut) {
    REQUIRE(of.run(60s));
    of.reopen(1s);
  }
  REQUIRE(of.at.rate() < 13);
  of.rate = of.burst = 40;
  REQUIRE_FALSE(of.run(4s));
  CHECK(of.at.rate() > 0.9 * of.rate);
  CHECK(of.at.rate() < 1.2 * of.rate);
}

TEST_CASE("pace: a stated quota that was measured is not thrown away for one early refusal") {
  pace at(4);
  at.state({.requests_per_minute = 1620, .burst = 30});
  time_point now = start;
  at.refused(now, 500, now, now + 40ms, 2ms);
  at.opened(now + 40ms, false, 0);
  at.interrupted(now + 45ms);
  at.opened(now + 90ms, false, 0);
  at.refused(now + 95ms, 0, now + 180ms, now + 1800ms, 2ms);
  CHECK(at.rate() > 10);
}

TEST_CASE("a bucket whose burst comes before its headers do") {
  tests::gate_storm storm;
  storm.rate = 170, storm.burst = 207, storm.calls = 3000, storm.headers = true;
  storm.latency = 12s;
  storm.run();
  CHECK(storm.answered == storm.calls);
  CHECK(storm.drain <= 1.03 * (12 + (3000 - 207) / 170.0));
}

TEST_CASE("pace: growth comes to sixteen times the rate at once, however late it is looked at") {
  rig of;
  of.learn();
  const double before = of.at.rate();
  of.pass(60s);
  while (of.at.earliest(of.now, {}) <= of.now)
    of.at.take();
  of.pass(30s);  // somebody waits, and nobody has looked
  (void)of.at.earliest(of.now, {});
  CHECK(of.at.rate() <= 16.1 * before);
}
