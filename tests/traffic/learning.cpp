// What a gate makes of a limit: how much it gets out of it, and how many refusals that costs.
#include "tests/support/catch.hpp"
#include "tests/traffic/gate_scripts.hpp"
#include "tests/traffic/storm_on_a_gate.hpp"

#include <vector>

using namespace std::chrono_literals;
using tests::gate_storm;
using tests::hint_form;

namespace {

// `ideal` is the time in which an all-knowing scheduler has the last answer
void run(gate_storm& storm, double ideal, double longest, double most_wasted) {
  storm.run();
  INFO("drain " << storm.drain << " s of " << ideal << ", refused " << storm.refused);
  CHECK(storm.answered == storm.calls);
  CHECK(storm.into_closed == 0);
  CHECK(storm.drain <= longest * ideal);
  CHECK(storm.wasted() <= most_wasted);
}

}  // namespace

TEST_CASE("a bucket is learned from its refusals") {
  for (unsigned seed = 1; seed <= 5; ++seed) {
    gate_storm storm;
    storm.seed = seed;
    storm.rate = storm.burst = 40;
    storm.calls = 2000;
    run(storm, 49.2, 1.03, 0.01);
  }
}

TEST_CASE("a bucket with a large burst, and one without hints") {
  gate_storm large;
  large.rate = 100, large.burst = 200, large.calls = 3000;
  run(large, 28.2, 1.03, 0.02);
  gate_storm mute;
  mute.rate = mute.burst = 40, mute.form = hint_form::none;
  run(mute, 24.2, 1.05, 0.03);
}

TEST_CASE("calls of five and of thirty seconds slow nothing down: admission is no answer") {
  gate_storm slow;
  slow.rate = slow.burst = 40, slow.latency = 5s;
  run(slow, 29, 1.03, 0.02);
  slow = {};
  slow.rate = slow.burst = 40, slow.latency = 30s;
  run(slow, 54, 1.03, 0.02);
}

TEST_CASE("a window is learned: all of it at its opening, one refusal for its end") {
  gate_storm storm;
  storm.window_requests = 200, storm.calls = 2000;
  run(storm, 45.2, 1.04, 0.02);
  gate_storm exact;
  exact.window_requests = 200, exact.form = hint_form::milliseconds;
  run(exact, 20.2, 1.04, 0.02);
}

TEST_CASE("headers tell the limit: next to no refusals, whatever the latency") {
  gate_storm storm;
  storm.rate = storm.burst = 40, storm.headers = true;
  run(storm, 24.2, 1.01, 0.005);
  storm = {};
  storm.rate = storm.burst = 40, storm.headers = true, storm.latency = 5s;
  run(storm, 29, 1.01, 0.005);
  storm = {};
  storm.rate = storm.burst = 40, storm.headers = true, storm.latency = 30s;
  run(storm, 54, 1.01, 0.005);
}

TEST_CASE("a quota that the user states costs no refusal at all") {
  gate_storm storm;
  storm.rate = storm.burst = 40;
  storm.stated.requests_per_minute = 2400;
  storm.stated.burst = 40;
  run(storm, 24.2, 1.01, 0);
}

TEST_CASE("a quota that was stated too high is learned all the same") {
  gate_storm storm;
  storm.rate = storm.burst = 40;
  storm.stated.requests_per_minute = 6000;
  storm.stated.burst = 100;
  run(storm, 24.2, 1.06, 0.1);
}

TEST_CASE("prompt tokens bind before requests do") {
  using reroute::detail::gate;
  const gate::time_point start{1h};
  reroute::quota limits;
  limits.requests_per_minute = 6000;
  limits.burst = 100;
  limits.input_tokens_per_minute = 6000;
  gate at({}, limits);
  // a quarter of a token per byte until it is known better: 1,000 tokens each
  const reroute::detail::cost need{4000, 64};
  gate::time_point now = start;
  std::size_t sent = 0;
  for (; now < start + 1s; now += 10ms)
    if (at.earliest(now, need) <= now) {
      at.sent(at.admit(now, need), now);
      ++sent;
    }
  CHECK(sent == 6);
  CHECK(at.earliest(now, need) > start + 9900ms);
  CHECK(at.earliest(now, need) < start + 10500ms);
  CHECK(at.earliest(now, {}) <= now);  // one without a prompt may go

  SECTION("an answer that took less gives the rest back") {
    now = start + 11s;
    const auto held = at.admit(now, need);
    at.settle(held, {200, 10}, now);
    CHECK(at.earliest(now, need) < now + 8s);
  }
}

TEST_CASE("answer tokens are reserved by max_tokens, and given back when the answer is there") {
  using reroute::detail::gate;
  const gate::time_point start{1h};
  reroute::quota limits;
  limits.output_tokens_per_minute = 1000;
  gate at({}, limits);
  const reroute::detail::cost need{100, 600};
  const auto held = at.admit(start, need);
  CHECK(at.earliest(start + 1s, need) > start + 11s);
  CHECK(at.earliest(start + 1s, need) < start + 13s);
  at.settle(held, {25, 100}, start + 1s);
  CHECK(at.earliest(start + 1s, need) <= start + 1s);
}

TEST_CASE("an attempt that was never sent gives back what it reserved, of every limit") {
  using reroute::detail::gate;
  const gate::time_point start{1h};
  gate at({});
  reroute::http::rate_limits told;
  told.tokens.limit = 10'000;
  told.tokens.remaining = 10'000;
  const auto first = tests::send(at, start);
  at.read(first, told);
  at.admitted(first, start + 10ms);
  const reroute::detail::cost need{4000, 7000};
  const gate::time_point later = start + 1s;
  REQUIRE(at.earliest(later, need) <= later);
  const auto held = at.admit(later, need);
  CHECK(at.earliest(later + 1s, need) > later + 10s);
  at.released(held, later + 1s);
  CHECK(at.earliest(later + 1s, need) <= later + 1s);
}

TEST_CASE("token headers count more than what was reserved") {
  using reroute::detail::gate;
  const gate::time_point start{1h};
  gate at({});
  reroute::http::rate_limits told;
  told.input_tokens.limit = 8000;
  told.input_tokens.remaining = 2000;
  told.input_tokens.reset = 45s;
  const auto held = tests::send(at, start);
  at.read(held, told);
  at.admitted(held, start + 10ms);
  CHECK(at.earliest(start + 1s, {400, 400}) <= start + 1s);
  // 5,000 of a hundred and a third per second
  CHECK(at.earliest(start + 1s, {20'000, 400}) > start + 10s);
}

TEST_CASE("a window without hints: its end is found, though not at once") {
  for (unsigned seed = 1; seed <= 2; ++seed) {
    gate_storm storm;
    storm.seed = seed;
    storm.window_requests = 73, storm.window = 1s, storm.form = hint_form::none;
    storm.latency = 60ms, storm.way = 25ms, storm.calls = 500;
    run(storm, 6.2, 2.5, 0.2);
  }
}
