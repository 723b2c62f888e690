// Histories that no well-behaved server makes: after each of them the gate sends again.
#include "tests/support/catch.hpp"
#include "tests/traffic/gate_scripts.hpp"
#include "traffic/gate.hpp"
#include "traffic/limit_shape.hpp"
#include "traffic/pace.hpp"
#include "traffic/window_mirror.hpp"

using namespace std::chrono_literals;
using reroute::gate_options;
using reroute::normalized_error;
using reroute::detail::gate;
using reroute::detail::permit;
using reroute::detail::window_mirror;
using tests::refusal;
using tests::send;
using tests::start;
using time_point = gate::time_point;

namespace {
reroute::http::rate_limits told(std::int64_t limit, std::int64_t left,
                                std::chrono::milliseconds reset) {
  reroute::http::rate_limits all;
  all.requests = {limit, left, reset};
  return all;
}
}  // namespace

TEST_CASE("window: the first of a guessed window comes to nothing: another takes its place") {
  window_mirror at;
  at.adopt(1, start, 51, 50);
  at.refused(51, start + 300ms, 5s, 1s);
  for (int number = 52; number < 102; ++number) {
    at.take(number, start + 5300ms);
    if (number == 52) at.confirmed(52);
  }
  const time_point next = at.earliest(start + 5400ms);
  at.take(102, next);
  REQUIRE(at.earliest(next) == time_point::max());  // one goes first
  at.give_back(102);                                // never sent, or refused for another reason
  CHECK(at.earliest(next) <= next);
}

TEST_CASE("gate: a loop that is always late still sends") {
  gate at({});
  time_point now = start;
  int sent = 0;
  for (int turn = 0; turn < 100; ++turn) {
    while (at.earliest(now) <= now) {
      send(at, now);
      ++sent;
    }
    const time_point next = at.earliest(now);
    if (next == gate::when_heard) break;
    now = next + 60ms;  // the timer is late,
    at.stalled(now);    // and the engine says so
  }
  CHECK(sent > 20);
}

TEST_CASE("limit_shape: one odd reading does not stand for ever") {
  reroute::detail::limit_shape shape(50);
  for (int left = 10; left < 40; ++left)
    shape.heard(left, std::chrono::ceil<std::chrono::seconds>((50 - left) * 1200ms), 2s);
  shape.heard(9, 1s, 2s);  // written a minute before it was read
  for (int again = 0; again < 1000; ++again)
    shape.heard(10 + again % 30,
                std::chrono::ceil<std::chrono::seconds>((40 - again % 30) * 1200ms), 2s);
  CHECK(shape.rate() < 2);
  CHECK_FALSE(shape.window());
}

TEST_CASE("pace: growth without a refusal has no end") {
  reroute::detail::pace at(4);
  at.take();
  at.refused(start, 0, start, start + 30s, 1s);
  time_point now = start + 30s;
  at.opened(now, false, 0);
  for (; now < start + 1h; now += 100ms)
    while (at.earliest(now, {}) <= now)
      at.take();
  CHECK(at.rate() > 100);
}

TEST_CASE("gate: a refusal gives back the tokens that it did not take") {
  reroute::quota stated;
  stated.output_tokens_per_minute = 8000;
  gate at({}, stated);
  const reroute::detail::cost need{1000, 64000};
  const permit held = at.admit(start, need);
  at.sent(held, start);
  at.refused(held, refusal(1s), start + 5ms, 0);
  CHECK(at.earliest(start + 1100ms, need) <= start + 3s);
}

TEST_CASE("gate: who is cancelled after it was let through has taken its place") {
  reroute::quota stated;
  stated.requests_per_minute = 60;
  stated.burst = 10;
  gate at({}, stated);
  int sent = 0;
  std::deque<permit> out;
  for (time_point now = start; now < start + 60s; now += 10ms) {
    while (!out.empty() && out.front().at + 1s <= now) {
      at.released(out.front(), now);  // on the wire for a second
      out.pop_front();
    }
    for (; at.earliest(now) <= now; ++sent)
      out.push_back(send(at, now));
  }
  CHECK(sent <= 71);
}

TEST_CASE("gate: a probe's silence does not open before a later deadline that came meanwhile") {
  gate at({});
  const permit early = send(at, start), first = send(at, start);
  at.refused(first, refusal(1s), start + 5ms, 0);
  time_point now = start + 1100ms;
  REQUIRE(at.earliest(now) <= now);
  at.refused(send(at, now), refusal(1s), now + 5ms, 0);  // the second in a row: a probe goes first
  now += 1200ms;
  REQUIRE(at.earliest(now) <= now);
  const permit probe = send(at, now);
  REQUIRE(probe.probe);
  at.refused(early, refusal(20s), now + 10ms, 0);
  CHECK(at.earliest(now + 2500ms) >= now + 10ms + 20s);
}

TEST_CASE("gate: headers with a limit of 0 say nothing") {
  gate at({});
  const permit held = send(at, start);
  at.read(held, told(0, 0, 0ms), start + 200ms);
  at.admitted(held, start + 200ms);
  CHECK(at.earliest(start + 1s) <= start + 1s);
}

TEST_CASE("window: what was sent before it was known does not count") {
  window_mirror at;
  for (int number = 1; number <= 500; ++number)
    at.take(number, start);
  at.told(1000, 500, 60s, 2s, start + 600ms);
  at.take(501, start + 600ms);
  CHECK(at.earliest(start + 700ms) <= start + 700ms);
}

TEST_CASE("gate: refusals that headers do not foresee are learned from all the same") {
  gate at({});
  time_point now = start;
  for (int times = 0; times < 20; ++times) {
    for (int number = 0; number < 10; ++number) {
      while (at.earliest(now) > now)
        now = at.earliest(now);
      const permit held = send(at, now);
      at.read(held, told(1000, 900, 6s), now + 5ms);
      at.admitted(held, now += 5ms);
    }
    while (at.earliest(now) > now)
      now = at.earliest(now);
    const permit held = send(at, now);
    at.read(held, told(1000, 900, 6s), now + 5ms);
    at.refused(held, refusal(1s), now += 5ms, 0);
  }
  CHECK(at.status(now).evidence != reroute::limit_evidence::headers);
}

TEST_CASE("gate: refusals that agree with headers do not discredit them") {
  gate at({});
  time_point now = start;
  for (int times = 0; times < 5; ++times, now += 1h) {
    for (int left : {30, 20, 10, 5, 0}) {
      while (at.earliest(now) > now)
        now = at.earliest(now);
      const permit held = send(at, now);
      now += 5ms;
      at.read(held, told(50, left, (50 - left) * 1200ms), now);
      if (left > 0)
        at.admitted(held, now);
      else
        at.refused(held, refusal(2s), now, 0);
    }
  }
  while (at.earliest(now) > now)
    now = at.earliest(now);
  const permit held = send(at, now);
  at.read(held, told(50, 49, 2s), now + 200ms);
  at.admitted(held, now + 200ms);
  CHECK(at.status(now + 200ms).evidence == reroute::limit_evidence::headers);
}
