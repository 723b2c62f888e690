// Histories that no well-behaved server makes: after each of them the gate sends again.
#include "tests/support/catch.hpp"
#include "tests/traffic/gate_scripts.hpp"
#include "traffic/gate.hpp"

using namespace std::chrono_literals;
using reroute::gate_options;
using reroute::normalized_error;
using reroute::detail::gate;
using reroute::detail::permit;
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

TEST_CASE("gate: headers with a limit of 0 say nothing") {
  gate at({});
  const permit held = send(at, start);
  at.read(held, told(0, 0, 0ms));
  at.admitted(held, start + 200ms);
  CHECK(at.earliest(start + 1s) <= start + 1s);
}

TEST_CASE("gate: refusals that headers do not foresee are learned from all the same") {
  gate at({});
  time_point now = start;
  for (int times = 0; times < 20; ++times) {
    for (int number = 0; number < 10; ++number) {
      while (at.earliest(now) > now)
        now = at.earliest(now);
      const permit held = send(at, now);
      at.read(held, told(1000, 900, 6s));
      at.admitted(held, now += 5ms);
    }
    while (at.earliest(now) > now)
      now = at.earliest(now);
    const permit held = send(at, now);
    at.read(held, told(1000, 900, 6s));
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
      at.read(held, told(50, left, (50 - left) * 1200ms));
      if (left > 0)
        at.admitted(held, now);
      else
        at.refused(held, refusal(2s), now, 0);
    }
  }
  while (at.earliest(now) > now)
    now = at.earliest(now);
  const permit held = send(at, now);
  at.read(held, told(50, 49, 2s));
  at.admitted(held, now + 200ms);
  CHECK(at.status(now + 200ms).evidence == reroute::limit_evidence::headers);
}
