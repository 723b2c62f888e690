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

std::vector<permit> send_four(gate& at, time_point now) {
  return {send(at, now), send(at, now), send(at, now), send(at, now)};
}

gate_options exact() {
  gate_options options;
  options.hint_jitter = 0;
  options.silence = 250ms;
  return options;
}

}  // namespace

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

// lets so many through, a second apart, so that a refusal is no first word
void let_through(gate& at, time_point& now, int calls) {
  for (int i = 0; i < calls; ++i, now += 1s)
    at.admitted(send(at, now), now + 10ms);
}

TEST_CASE(
    "a new gate sends so many of which nobody has heard, at even distances, within the time of "
    "silence") {
  gate at(exact());
  time_point now = start;
  const std::vector<permit> first = send_until(at, now, start + 249ms);
  CHECK(first.size() == 10);
  CHECK(first[1].at - first[0].at == 25ms);
  CHECK(send_until(at, now, start + 2s).size() > 60);  // silence is admission, and more may go
}

TEST_CASE("silence counts from sending, not from the right to send") {
  gate at(exact());
  std::vector<permit> held;
  for (time_point now = start; held.size() < 10; now += 1ms)
    while (held.size() < 10 && admits(at, now))
      held.push_back(at.admit(now));
  CHECK(at.earliest(start + 10s) == gate::when_heard);  // a token is fetched, slowly
  CHECK(at.status(start + 10s).waits_for == reroute::gate_wait::ramp);
  for (const permit& each : held)
    at.sent(each, start + 10s);
  CHECK(at.earliest(start + 10s) == start + 10s + 250ms);
  CHECK(admits(at, start + 10s + 250ms));
}

TEST_CASE("one that is slow to be sent does not keep the others' silence from counting") {
  gate at(exact());
  const permit slow = at.admit(start);
  time_point now = start;
  send_until(at, now, start + 240ms);
  REQUIRE(at.in_flight() == 10);
  CHECK(admits(at, start + 500ms));
  at.released(slow, start + 1s);
  CHECK(admits(at, start + 1s));
}

TEST_CASE("after a stall, silence begins anew, and what came in meanwhile is read first") {
  gate at(exact());
  time_point now = start;
  send_until(at, now, start + 240ms);
  at.stalled(start + 1s);
  CHECK(at.earliest(start + 1s) == start + 1020ms);
  CHECK(at.status(start + 1s).waits_for == reroute::gate_wait::stall);
  CHECK(at.earliest(start + 1020ms) == start + 1250ms);
}

TEST_CASE("refusals in a row close for longer each time, and a single one looks") {
  gate_options options = exact();
  options.waits = {200ms, 3s};
  gate at(options);
  time_point now = start;
  const bool hinted = GENERATE(false, true);
  std::chrono::nanoseconds last{0};
  for (int times = 0; times < 6; ++times) {
    REQUIRE(admits(at, now));
    const permit one = send(at, now);
    if (times > 0) CHECK_FALSE(admits(at, now));
    at.refused(one, hinted ? refusal(1s) : refusal(), now + 5ms, 0.999999);
    const auto wait = at.earliest(now + 5ms) - (now + 5ms);
    CHECK(wait + 1ms >= last);
    CHECK(wait <= 3s + 1ms);
    last = wait;
    now = at.earliest(now + 5ms);
  }
  CHECK(last > 2900ms);
  SECTION("an admission ends the row") {
    at.admitted(send(at, now), now + 10ms);
    now += 10ms;
    while (!admits(at, now))
      now = at.earliest(now);
    at.refused(send(at, now), refusal(1s), now + 5ms, 0.999999);
    CHECK(at.closed_until() - now < 1100ms);
  }
}

TEST_CASE("an admission that was none gives nothing back twice") {
  gate at(exact());
  time_point now = start;
  permit held = send(at, now);
  at.admitted(held, now);
  CHECK(at.in_flight() == 0);
  held.given_back = true;
  at.refused(held, refusal(2s), now, 1.0);
  CHECK(at.in_flight() == 0);
  CHECK(at.current(now) == gate_state::closed);
}

TEST_CASE("a hint beyond the cap is believed, but single attempts look after each cap's length") {
  gate at(exact());
  time_point now = start;
  let_through(at, now, 5);
  at.refused(send(at, now), refusal(100s), now, 0.5);
  const time_point closed = now;
  CHECK(at.status(now).announced_in == 100s);
  CHECK(at.earliest(now) == now + 30s);
  now += 30s;
  REQUIRE(admits(at, now));
  const permit look = send(at, now);
  CHECK_FALSE(admits(at, now));
  SECTION("a look that is refused, too, is followed by another") {
    at.refused(look, refusal(70s), now + 5ms, 0.5);
    const time_point next = at.earliest(now + 5ms);
    CHECK(next >= now + 30s);
    CHECK(next <= now + 31s);
  }
  SECTION("one that is let through opens: the hint was too long") {
    at.admitted(look, now + 10ms);
    CHECK(at.current(now + 10ms) == gate_state::open);
    CHECK(at.earliest(now + 300ms) < now + 1s);
  }
  SECTION("so does its silence") {
    CHECK(at.earliest(now + 1s) < now + 2s);
    CHECK(at.current(now + 1s) == gate_state::open);
  }
  SECTION("one that is given up makes room for the next") {
    at.released(look, now + 10ms);
    CHECK(admits(at, now + 10ms));
  }
  SECTION("a route that is truly closed for so long costs no more than four requests") {
    int asked = 1;
    at.refused(look, refusal(70s), now, 0.5);
    while (true) {
      now = at.earliest(now);
      if (now >= closed + 99s) break;
      at.refused(send(at, now),
                 refusal(std::chrono::ceil<std::chrono::seconds>(closed + 100s - now)), now, 0.5);
      ++asked;
    }
    CHECK(asked <= 3);
  }
}

TEST_CASE("a hint over as long a time as the refusal's own words name needs no look") {
  gate at(exact());
  time_point now = start;
  let_through(at, now, 5);
  normalized_error error = refusal(50s);
  error.message =
      "Rate limit of 40 per 60s exceeded for UserByModelByMinute. Please wait 50 seconds before "
      "retrying.";
  at.refused(send(at, now), error, now, 0.5);
  CHECK(at.earliest(now) >= now + 50s);
}

TEST_CASE("a hint beyond all that is plausible teaches nothing: probes at growing intervals") {
  gate at(exact());
  const auto days = std::chrono::hours(24 * 3);
  time_point now = start;
  at.refused(send(at, now), refusal(days), now, 0.999999);
  CHECK(at.status(now).announced_in == days);
  CHECK(at.earliest(now) == now + 1s);
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
    CHECK_FALSE(admits(at, now));
    at.refused(probe, refusal(days), now, 0.999999);
    ++probes;
  }
  CHECK(probes < 40);
  now = at.earliest(now);
  at.admitted(send(at, now), now + 50ms);
  CHECK(at.current(now + 50ms) == gate::state::open);
  CHECK_FALSE(at.status(now + 50ms).announced_in);
}

TEST_CASE("a hint of all time closes, and does not overflow") {
  gate at(exact());
  at.refused(send(at, start), refusal(std::chrono::milliseconds::max()), start, 0.5);
  CHECK(at.current(start) == gate::state::closed);
  CHECK(*at.status(start).announced_in > std::chrono::hours(24 * 365));
}

TEST_CASE("a probe's silence is waited for where nothing else is heard") {
  gate at(exact());
  for (int i = 0; i < 5; ++i)
    at.faulted(send(at, start), true, start, 0.5);
  const time_point again = at.earliest(start);
  CHECK(send(at, again).probe);
  CHECK(at.earliest(again) == again + 250ms);
  CHECK(admits(at, again + 250ms));
}

TEST_CASE("an overload that names a time closes at once, but not for a share") {
  const auto overload = [] {
    normalized_error error = refusal(5s);
    error.category = reroute::category::overloaded;
    error.status = 529;
    return error;
  };
  gate at(exact());
  time_point now = start;
  let_through(at, now, 20);
  const permit one = send(at, now), two = send(at, now);
  at.refused(one, overload(), now + 20ms, 0.5);
  CHECK(at.current(now + 20ms) == gate::state::closed);
  CHECK(at.earliest(now + 20ms) == now + 20ms + 5s);
  SECTION("whoever was sent with it and is let through opens") {
    at.admitted(two, now + 30ms);
    CHECK(at.current(now + 30ms) == gate::state::open);
    CHECK(admits(at, now + 60ms));
  }
  SECTION("so does its silence for longer than refusals take") {
    CHECK(at.earliest(now + 20ms) <= now + 20ms + 5s);
    CHECK(admits(at, now + 300ms));
  }
  SECTION("else a single one looks when that time is over") {
    at.refused(two, overload(), now + 21ms, 0.5);
    const time_point again = at.earliest(now + 21ms);
    CHECK(again >= now + 5s);
    CHECK(send(at, again).probe);
  }
}

TEST_CASE("a route's status says what the next call waits for") {
  using reroute::gate_wait;
  gate_options options = exact();
  options.max_in_flight = 3;
  gate at(options);
  CHECK(admits(at, start));
  CHECK(at.status(start).waits_for == gate_wait::nothing);
  time_point now = start;
  send_until(at, now, start + 1s);
  CHECK(at.status(now).waits_for == gate_wait::at_once);

  reroute::quota stated;
  stated.requests_per_minute = 60;
  stated.burst = 1;
  stated.output_tokens_per_minute = 1000;
  gate limited({}, stated);
  (void)limited.earliest(start, {100, 500});
  limited.admitted(send(limited, start), start);
  CHECK(limited.earliest(start) > start);
  CHECK(limited.status(start).waits_for == gate_wait::requests);
  CHECK(limited.status(start).next_in > 900ms);
  const permit held = limited.admit(start + 2s, {100, 900});
  limited.sent(held, start + 2s);
  CHECK(limited.earliest(start + 4s, {100, 500}) > start + 4s);
  CHECK(limited.status(start + 4s).waits_for == gate_wait::output_tokens);
  limited.refused(held, refusal(9s), start + 4s, 0.5);
  CHECK(limited.earliest(start + 5s) > start + 5s);
  CHECK(limited.status(start + 5s).waits_for == gate_wait::hint);
}

TEST_CASE("a refusal closes the gate for everybody, until its hint is over") {
  gate at(exact());
  const auto sent = send_four(at, start);
  at.refused(sent[0], refusal(2s), start + 10ms, 0.5);
  CHECK(at.current(start + 10ms) == gate::state::closed);
  CHECK(at.earliest(start + 10ms) == start + 2010ms);
  CHECK(at.earliest(start + 2009ms) == start + 2010ms);
  CHECK(admits(at, start + 2010ms));
  CHECK(at.current(start + 2010ms) == gate::state::open);
}

TEST_CASE("those in flight that are refused afterwards add what they know, and count once") {
  gate at(exact());
  const auto sent = send_four(at, start);
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
  const auto sent = send_four(at, start);
  at.refused(sent[0], refusal(10s), start, 0.5);
  at.refused(sent[1], refusal(1s), start + 100ms, 0.5);
  CHECK(at.earliest(start + 1s) == start + 10s);
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
  let_through(at, now, 20);
  const auto fault = [&] {
    now += 30ms;
    REQUIRE(admits(at, now));
    at.faulted(send(at, now), false, now, 0.5);
  };
  for (int i = 0; i < 4; ++i)
    fault();
  now += 30ms;
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
  const auto sent = send_four(at, start);
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
  const auto sent = send_four(at, start);
  at.quarantined(sent[0], spent, start, std::chrono::hours(200));
  at.quarantined(sent[1], spent, start + 1s);  // the same news again
  CHECK(at.current(start + 1min) == gate::state::quarantined);
  REQUIRE(at.quarantine_reason());
  CHECK(at.quarantine_reason()->raw_code == "enforced_spend_limit_reached");
  CHECK(at.status(start).announced_in == std::chrono::hours(200));
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
  time_point now = start;
  const auto sent = send_until(at, now, start + 1h);
  CHECK(sent.size() == 3);
  CHECK(at.earliest(start + 1h) == gate::when_heard);
  at.admitted(sent[0], now);
  CHECK(send_until(at, now, now + 1s).size() == 1);
}

TEST_CASE("refusals in words that nobody knows: this request alone, or the route") {
  gate at(exact());
  time_point now = start;
  const auto refuse = [&](std::uint64_t call) {
    permit held = send(at, now);
    held.call = call;
    at.refused_alone(held, refusal(), now, 0.5);
    now += 50ms;
  };
  SECTION("the same call again and again closes nothing") {
    for (int i = 0; i < 10; ++i)
      refuse(7);
    CHECK(at.current(now) == gate_state::open);
  }
  SECTION("different calls with others let through between them neither") {
    for (std::uint64_t call = 1; call < 20; ++call) {
      refuse(call);
      at.admitted(send(at, now), now);
    }
    CHECK(at.current(now) == gate_state::open);
  }
  SECTION("different calls in a row are the route's affair") {
    for (std::uint64_t call = 1; call < 4; ++call)
      refuse(call);
    CHECK(at.current(now) == gate_state::open);
    const permit other = send(at, now);
    permit held = send(at, now);
    held.call = 4;
    at.refused_alone(held, refusal(), now, 0.5);
    CHECK(at.current(now) == gate_state::closed);
    CHECK(at.closed_until() > now);
    at.released(other, now);
    CHECK(at.in_flight() == 0);
  }
}
