// The gate as scripts: what is asked, what is heard, when the next one may go.
#include "traffic/gate.hpp"

#include "tests/support/catch.hpp"
#include "tests/traffic/gate_scripts.hpp"

#include <vector>

using namespace std::chrono_literals;
using reroute::gate_options;
using reroute::gate_state;
using reroute::normalized_error;
using reroute::detail::gate;
using reroute::detail::permit;
using tests::refusal;
using tests::send;
using tests::start;
using time_point = gate::time_point;

namespace {

bool admits(gate& at, time_point now) { return at.earliest(now) <= now; }

// sends until the gate says no
std::vector<permit> drain(gate& at, time_point now) {
  std::vector<permit> all;
  while (admits(at, now))
    all.push_back(send(at, now));
  return all;
}

gate_options exact() {
  gate_options options;
  options.hint_jitter = 0;
  options.silence = 250ms;
  return options;
}

}  // namespace

// an answer whose headers tell of the limit on requests
void http_limits_of(gate& at, time_point now, std::int64_t limit, std::int64_t left) {
  const permit held = send(at, now);
  reroute::http::rate_limits told;
  told.requests.limit = limit;
  told.requests.remaining = left;
  at.read(held, told, now);
  at.admitted(held, now);
}

// sends as soon as the gate says, until `end` or until it waits to hear something
std::vector<permit> send_until(gate& at, time_point& now, time_point end) {
  std::vector<permit> all;
  while (now < end) {
    if (admits(at, now)) {
      all.push_back(send(at, now));
    } else if (const time_point next = at.earliest(now); next == gate::when_heard) {
      break;
    } else {
      now = next;
    }
  }
  return all;
}

TEST_CASE("a new gate sends a few at once, then its window in half the time of silence") {
  gate at(exact());
  CHECK(drain(at, start).size() == 4);
  time_point now = start;
  std::vector<permit> more = send_until(at, now, start + 249ms);
  CHECK(more.size() == 28);
  CHECK(at.in_flight() == 32);
  CHECK(now == start + 250ms);  // the first is silent for long enough by then
  for (const permit& each : more)
    at.admitted(each, start + 200ms);
  CHECK(at.window() > 40);  // each answer widens it
}

TEST_CASE("silence counts as admission, but only after a while") {
  gate at(exact());
  time_point now = start;
  send_until(at, now, start + 249ms);
  REQUIRE(at.in_flight() == 32);
  now = start + 250ms;
  CHECK(send_until(at, now, start + 450ms).size() > 32);
}

TEST_CASE("a window that is not used does not grow") {
  gate at(exact());
  for (int i = 0; i < 1000; ++i) {
    const time_point now = start + i * 1s;
    at.admitted(send(at, now), now);
  }
  CHECK(at.window() == 32);
}

TEST_CASE("a refusal closes the gate for everybody, until its hint is over") {
  gate at(exact());
  const auto sent = drain(at, start);
  at.refused(sent[0], refusal(2s), start + 10ms, 0.5);
  CHECK(at.current(start + 10ms) == gate::state::closed);
  CHECK(at.earliest(start + 10ms) == start + 2010ms);
  CHECK(at.earliest(start + 2009ms) == start + 2010ms);
  CHECK(admits(at, start + 2010ms));
  CHECK(at.current(start + 2010ms) == gate::state::open);
}

TEST_CASE("those in flight that are refused afterwards add what they know, and count once") {
  gate at(exact());
  const auto sent = drain(at, start);
  at.refused(sent[0], refusal(1s), start + 10ms, 0.5);
  for (std::size_t i = 1; i < sent.size(); ++i)
    at.refused(sent[i], refusal(1s), start + 20ms, 0.99);
  // the later deadline holds; thirty-two refusals are one, so no probe and no long backoff
  CHECK(at.earliest(start + 30ms) == start + 1020ms);
  CHECK(admits(at, start + 1020ms));
  CHECK_FALSE(send(at, start + 1020ms).probe);
}

TEST_CASE("a later, longer deadline is never dropped for an earlier one") {
  gate at(exact());
  const auto sent = drain(at, start);
  at.refused(sent[0], refusal(10s), start, 0.5);
  at.refused(sent[1], refusal(1s), start + 100ms, 0.5);
  CHECK(at.earliest(start + 1s) == start + 10s);
}

TEST_CASE("a second refusal in a row puts one probe in front") {
  gate at(exact());
  at.refused(send(at, start), refusal(1s), start, 0.5);
  const time_point second = start + 1s;
  REQUIRE(admits(at, second));
  at.refused(send(at, second), refusal(1s), second, 0.25);
  const time_point third = at.earliest(second);
  CHECK(third >= second + 1s);
  REQUIRE(admits(at, third));
  const permit probe = send(at, third);
  CHECK(probe.probe);
  CHECK_FALSE(admits(at, third));
  CHECK(at.current(third) == gate::state::probing);

  SECTION("whose answer opens it gently") {
    at.admitted(probe, third + 10ms);
    CHECK(drain(at, third + 10ms).size() <= 4);
  }
  SECTION("whose silence opens it too: a limiter refuses quickly") {
    CHECK(at.earliest(third) == third + 250ms);
    CHECK(admits(at, third + 250ms));
  }
  SECTION("whose refusal closes it again, longer") {
    at.refused(probe, refusal(1s), third, 0.9);
    CHECK(at.earliest(third) > third + 3s);
  }
  SECTION("whose cancellation frees its place") {
    at.released(probe, third);
    CHECK(admits(at, third));
    CHECK(send(at, third).probe);
  }
}

TEST_CASE("no hint closes by backoff, which grows while refusals repeat") {
  gate at(exact());
  time_point now = start;
  for (int n = 0; n < 8; ++n) {
    at.refused(send(at, now), refusal(), now, 0.5);
    const auto expected = std::min<std::chrono::milliseconds>(500ms * (1 << n), 15s);
    CHECK(at.earliest(now) == now + expected);
    now = at.earliest(now);
    REQUIRE(admits(at, now));
  }
}

TEST_CASE("an admission ends the row of refusals") {
  gate at(exact());
  at.refused(send(at, start), refusal(), start, 0.5);
  time_point now = at.earliest(start);
  REQUIRE(admits(at, now));
  at.admitted(send(at, now), now);
  at.refused(send(at, now), refusal(), now, 0.5);
  CHECK(at.earliest(now) == now + 500ms);
}

TEST_CASE("an admission that was none gives nothing back twice, and ends no row") {
  gate at(exact());
  time_point now = start;
  at.refused(send(at, now), refusal(), now, 1.0);
  for (const auto wait : {2s, 4s, 8s}) {
    now = at.closed_until();
    REQUIRE(admits(at, now));
    permit held = send(at, now);
    at.admitted(held, now);
    CHECK(at.in_flight() == 0);
    held.given_back = true;
    at.refused(held, refusal(), now, 1.0);
    CHECK(at.in_flight() == 0);
    CHECK(at.current(now) == gate_state::closed);
    CHECK(at.closed_until() - now == wait);
  }
}

TEST_CASE("faults behind good heads close as others do, and a probe's at once") {
  gate at(exact());
  time_point now = start;
  const auto fault = [&] {
    permit held = send(at, now);
    at.admitted(held, now);
    held.given_back = true;
    at.faulted(held, false, now, 0.5);
  };
  for (int i = 0; i < 5; ++i) {
    CHECK(at.current(now) == gate_state::open);
    fault();
  }
  CHECK(at.current(now) == gate_state::closed);
  now = at.closed_until();
  REQUIRE(admits(at, now));
  fault();
  CHECK(at.current(now) == gate_state::closed);
  CHECK(at.in_flight() == 0);
}

TEST_CASE("a hint beyond the cap is kept, but single probes look again at growing intervals") {
  gate at(exact());
  const auto days = std::chrono::hours(24 * 3);
  at.refused(send(at, start), refusal(days), start, 0.999999);
  CHECK(at.announced_opening() == start + days);
  time_point now = start;
  std::chrono::nanoseconds last{0};
  int probes = 0;
  while (now < start + 10min) {
    const time_point next = at.earliest(now);
    const auto wait = next - now;
    CHECK(wait <= 30s);
    CHECK(wait + 1ms >= last);
    last = wait;
    now = next;
    REQUIRE(admits(at, now));
    const permit probe = send(at, now);
    CHECK(probe.probe);
    CHECK_FALSE(admits(at, now + 200ms));  // not silent for long enough
    at.refused(probe, refusal(days), now, 0.999999);
    ++probes;
  }
  CHECK(probes < 40);
  REQUIRE(admits(at, at.earliest(now)));
  now = at.earliest(now);
  at.admitted(send(at, now), now + 50ms);
  CHECK(at.current(now + 50ms) == gate::state::open);
  CHECK_FALSE(at.announced_opening());
}

TEST_CASE("where a route says no in words, a probe that is not refused opens") {
  gate at(exact());
  at.refused(send(at, start), refusal(std::chrono::hours(24)), start + 5ms, 0.5);
  const time_point again = at.earliest(start + 5ms);
  CHECK(send(at, again).probe);
  CHECK(at.current(again + 249ms) == gate::state::probing);
  REQUIRE(admits(at, again + 250ms));
  CHECK(at.current(again + 250ms) == gate::state::open);
  CHECK(drain(at, again + 250ms).size() <= 8);  // gently
}

TEST_CASE("faults in words, too; but one that was silence needs an answer") {
  const bool silent = GENERATE(false, true);
  gate at(exact());
  for (int i = 0; i < 5; ++i) {
    const time_point now = start + i * 10ms;
    at.faulted(send(at, now), i != 2 || !silent, now, 0.5);
  }
  const time_point again = at.earliest(start + 50ms);
  CHECK(send(at, again).probe);
  CHECK(admits(at, again + 1s) == !silent);
}

TEST_CASE("answers to what was sent before the faults do not end their row") {
  gate at(exact());
  std::vector<permit> before;
  for (int i = 0; i < 4; ++i)
    before.push_back(send(at, start));
  for (int i = 0; i < 5; ++i) {
    const time_point now = start + 100ms + i * 10ms;
    const permit faulty = send(at, now);
    if (i < 4) at.admitted(before[static_cast<std::size_t>(i)], now);
    at.faulted(faulty, true, now + 5ms, 0.5);
  }
  CHECK(at.current(start + 200ms) == gate::state::closed);
}

TEST_CASE("one stray fault closes nothing; several in a row do, until a probe is answered") {
  gate at(exact());
  time_point now = start;
  const auto fault = [&] {
    now += 10ms;
    REQUIRE(admits(at, now));
    at.faulted(send(at, now), false, now, 0.5);
  };
  for (int i = 0; i < 4; ++i)
    fault();
  now += 10ms;
  at.admitted(send(at, now), now);  // ends the row
  for (int i = 0; i < 4; ++i)
    fault();
  CHECK(at.current(now) == gate::state::open);
  fault();
  const time_point again = at.earliest(now);
  CHECK(again >= now + 375ms);
  CHECK(again <= now + 500ms);
  REQUIRE(admits(at, again));
  const permit probe = send(at, again);
  CHECK(probe.probe);
  CHECK(at.earliest(again + 10s) == again + 30s);  // a black hole is silent too

  SECTION("its fault closes again, for longer") {
    at.faulted(probe, false, again + 10s, 0.5);
    CHECK(at.earliest(again + 10s) >= again + 10s + 1500ms);  // a sixth of the time it was closed
  }
  SECTION("lost without a word, it makes room for another after the cap") {
    REQUIRE(admits(at, again + 30s));
    const permit second = send(at, again + 30s);
    CHECK(second.probe);
    CHECK_FALSE(admits(at, again + 31s));
    SECTION("and a late answer to the first opens, too") {
      at.admitted(probe, again + 31s);
      CHECK(at.current(again + 31s) == gate::state::open);
      at.admitted(second, again + 32s);
      CHECK(at.current(again + 32s) == gate::state::open);
    }
  }
}

TEST_CASE("faults of attempts sent before the gate closed do not count again") {
  gate at(exact());
  const auto sent = drain(at, start);
  for (const permit& each : sent)
    at.faulted(each, false, start, 0.5);
  CHECK(at.earliest(start) <= start + 1s);
}

TEST_CASE("quarantine is long, says why, and ends with a probe") {
  gate_options options = exact();
  options.quarantine = 5min;
  gate at(options);
  normalized_error spent;
  spent.category = reroute::category::quota;
  spent.raw_code = "enforced_spend_limit_reached";
  const auto sent = drain(at, start);
  at.quarantined(sent[0], spent, start, std::chrono::hours(200));
  at.quarantined(sent[1], spent, start + 1s);  // the same news again
  CHECK(at.current(start + 1min) == gate::state::quarantined);
  REQUIRE(at.quarantine_reason());
  CHECK(at.quarantine_reason()->raw_code == "enforced_spend_limit_reached");
  CHECK(at.announced_opening() == start + std::chrono::hours(200));
  CHECK(at.earliest(start + 1min) == start + 5min);
  REQUIRE(admits(at, start + 5min));
  const permit probe = send(at, start + 5min);
  CHECK(probe.probe);
  at.admitted(probe, start + 5min);
  CHECK_FALSE(at.quarantine_reason());
}

TEST_CASE("the limit of calls in flight holds until one ends") {
  gate_options options = exact();
  options.max_in_flight = 3;
  gate at(options);
  const auto sent = drain(at, start);
  CHECK(sent.size() == 3);
  CHECK(at.earliest(start + 1h) == gate::when_heard);
  at.admitted(sent[0], start);
  CHECK(drain(at, start).size() == 1);
}

TEST_CASE("after a stall, silence begins anew, and what came in meanwhile is read first") {
  gate at(exact());
  time_point now = start;
  send_until(at, now, start + 247ms);
  REQUIRE(at.in_flight() == 32);
  at.stalled(start + 1s);
  CHECK(at.earliest(start + 1s) == start + 1020ms);
  CHECK(at.earliest(start + 1020ms) == start + 1250ms);
}

TEST_CASE("silence counts from sending, not from the right to send") {
  gate at(exact());
  std::vector<permit> held;
  for (time_point now = start; held.size() < 32; now += 10ms)
    while (held.size() < 32 && admits(at, now))
      held.push_back(at.admit(now));
  CHECK(at.earliest(start + 10s) == gate::when_heard);  // a token is fetched, slowly
  for (const permit& each : held)
    at.sent(each, start + 10s);
  CHECK(at.earliest(start + 10s) == start + 10s + 250ms);
  CHECK(admits(at, start + 10s + 250ms));
}

TEST_CASE("one that is slow to be sent does not keep the others' silence from counting") {
  gate at(exact());
  const permit slow = at.admit(start);
  time_point now = start;
  send_until(at, now, start + 249ms);
  REQUIRE(at.in_flight() == 32);
  CHECK(admits(at, start + 500ms));
  at.released(slow, start + 1s);
}

TEST_CASE("a hint of all time closes, and does not overflow") {
  gate at(exact());
  at.refused(send(at, start), refusal(std::chrono::milliseconds::max()), start, 0.5);
  CHECK(at.current(start) == gate::state::closed);
  CHECK(*at.announced_opening() > start + std::chrono::hours(24 * 365));
}

TEST_CASE("how many a route takes at once is learned from refusals that say so") {
  gate at(exact());
  std::vector<permit> under_way;
  REQUIRE(admits(at, start));
  for (int i = 0; i < 10; ++i)
    under_way.push_back(at.admit(start));
  reroute::http::rate_limits told;
  told.concurrency = true;
  for (int i = 9; i >= 6; --i) {  // it takes six
    at.read(under_way[static_cast<std::size_t>(i)], told, start);
    at.refused(under_way[static_cast<std::size_t>(i)], refusal(0ms), start, 0.5);
  }
  CHECK(at.current(start) == gate::state::open);
  CHECK(at.status(start).in_flight_limit == 6);
  CHECK(at.earliest(start + 1h) == gate::when_heard);
  at.admitted(under_way[0], start + 1h);
  REQUIRE(admits(at, start + 1h));
  SECTION("more are tried after a while") {
    std::vector<permit> now(under_way.begin() + 1, under_way.begin() + 6);
    time_point when = start + 1h;
    for (int answers = 0; answers < 300 && at.status(when).in_flight_limit == 6; ++answers) {
      when += 1s;
      while (admits(at, when))
        now.push_back(send(at, when));
      at.admitted(now.front(), when);
      now.erase(now.begin());
    }
    CHECK(at.status(when).in_flight_limit == 7);
  }
}

TEST_CASE("a route that takes none at once, for others use it up, is asked as after any refusal") {
  gate at(exact());
  const permit only = send(at, start);
  reroute::http::rate_limits told;
  told.concurrency = true;
  at.read(only, told, start);
  at.refused(only, refusal(0ms), start, 0.5);
  CHECK(at.current(start) == gate::state::closed);
  CHECK(at.earliest(start) == start + 500ms);
}

TEST_CASE("refusals that no header explains are doubted only while they come in a row") {
  gate at(exact());
  http_limits_of(at, start, 50, 49);
  time_point now = start;
  // true: it was taken for one of the limit on requests, whose mirror is empty now
  const auto refuse = [&](std::int64_t left) {
    now += 1s;
    const permit held = send(at, now);
    reroute::http::rate_limits told;
    told.requests.limit = 50;
    told.requests.remaining = left;
    at.read(held, told, now);
    at.refused(held, refusal(1s), now, 0.5);
    now += 1s;
    const std::size_t there = drain(at, now).size();
    UNSCOPED_INFO("there: " << there << " at " << at.status(now).rate);
    now += 2min;  // it is full again
    at.admitted(send(at, now), now);
    return there < 10;
  };
  for (int i = 0; i < 3; ++i)
    CHECK_FALSE(refuse(40));
  CHECK(refuse(40));
  SECTION("headers that explain one end the row") {
    CHECK(refuse(0));
    CHECK_FALSE(refuse(40));
  }
  SECTION("so does time") {
    now += 1h;
    CHECK_FALSE(refuse(40));
  }
}
