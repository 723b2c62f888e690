// What a gate makes of a limit: how much it gets out of it, and how many refusals that costs.
#include "tests/support/catch.hpp"
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
  run(storm, 45.2, 1.03, 0.02);
  gate_storm exact;
  exact.window_requests = 200, exact.form = hint_form::milliseconds;
  run(exact, 20.2, 1.02, 0.02);
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
  run(storm, 24.2, 1.05, 0.1);
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
  std::size_t sent = 0;
  for (; at.earliest(start, need) <= start; ++sent)
    (void)at.admit(start, need);
  CHECK(sent == 6);
  CHECK(at.earliest(start, need) == start + 10s);
  CHECK(at.earliest(start, {}) == start);  // one without a prompt may go

  SECTION("an answer that took less gives the rest back") {
    auto held = at.admit(start + 10s, need);
    at.settle(held, {200, 10}, false);
    CHECK(at.earliest(start + 10s, need) < start + 18s);
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
  CHECK(at.earliest(start, need) == start + 12s);
  at.settle(held, {25, 100}, false);
  CHECK(at.earliest(start, need) == start);
}

TEST_CASE("an attempt that was never sent gives back what it reserved, of every limit") {
  using reroute::detail::gate;
  const gate::time_point start{1h};
  gate at({});
  reroute::http::rate_limits told;
  told.tokens.limit = 1000;
  told.tokens.remaining = 1000;
  at.read(at.admit(start), told, start);
  const reroute::detail::cost need{400, 700};
  const auto held = at.admit(start, need);
  CHECK(at.earliest(start, need) > start);
  at.released(held, start);
  CHECK(at.earliest(start, need) == start);
}

TEST_CASE("token headers count more than what was reserved") {
  using reroute::detail::gate;
  const gate::time_point start{1h};
  gate at({});
  reroute::http::rate_limits told;
  told.output_tokens.limit = 8000;
  told.output_tokens.remaining = 500;
  told.output_tokens.reset = 60s;
  at.read(at.admit(start), told, start);
  CHECK(at.earliest(start, {100, 400}) == start);
  CHECK(at.earliest(start, {100, 750}) == start + 1875ms);  // a hundred and a third per second
}

TEST_CASE("headers may be as old as their request, or as young as their response") {
  using reroute::detail::gate;
  const gate::time_point start{1h};
  const bool old = GENERATE(false, true);
  reroute::gate_options options;
  options.initial_window = 100;
  gate at(options);
  reroute::http::rate_limits told;
  told.requests.limit = 40;
  told.requests.remaining = 40;
  std::vector<reroute::detail::permit> sent{at.admit(start)};
  at.read(sent[0], told, start);
  at.admitted(sent[0], start);
  while (at.earliest(start) <= start)
    sent.push_back(at.admit(start));
  CHECK(sent.size() >= 38);
  // 200 ms later the first of the burst is answered; eight a second more are there by then
  const gate::time_point later = start + 200ms;
  told.requests.remaining = old ? 39 : 8;
  told.requests.reset = 1s;
  at.read(sent[1], told, later);
  at.admitted(sent[1], later);
  int more = 0;
  for (; at.earliest(later) <= later; ++more)
    (void)at.admit(later);
  CHECK(more <= 9);
}

TEST_CASE("a window without hints that is used up before each backoff is one window, not two") {
  int slow = 0;  // where two windows were taken for one, a storm takes twice as long
  for (unsigned seed = 1; seed <= 40; ++seed) {
    gate_storm storm;
    storm.seed = seed;
    storm.window_requests = 73, storm.window = 1s, storm.form = hint_form::none;
    storm.latency = 60ms, storm.way = 25ms, storm.calls = 2000;
    storm.run();
    CHECK(storm.answered == storm.calls);
    slow += storm.drain > 1.1 * 27.2;
  }
  CHECK(slow <= 2);
}
