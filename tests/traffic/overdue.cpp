// What headers announce is not waited for without end: a single attempt looks again.
#include "tests/support/catch.hpp"
#include "tests/traffic/gate_scripts.hpp"
#include "traffic/gate.hpp"

#include <vector>

using namespace std::chrono_literals;
using reroute::detail::cost;
using reroute::detail::gate;
using reroute::detail::permit;
using reroute::http::quota_bucket;
using reroute::http::rate_limits;
using tests::refusal, tests::start;
using time_point = gate::time_point;

namespace {

permit send(gate& at, time_point now, const cost& need = {}) {
  const permit held = at.admit(now, need);
  at.sent(held, now);
  return held;
}

quota_bucket left(std::int64_t limit, std::int64_t remaining, std::chrono::milliseconds reset) {
  quota_bucket told;
  told.limit = limit;
  told.remaining = remaining;
  told.reset = reset;
  return told;
}

rate_limits requests(std::int64_t limit, std::int64_t remaining, std::chrono::milliseconds reset) {
  rate_limits told;
  told.requests = left(limit, remaining, reset);
  return told;
}

void answer(gate& at, const permit& held, const rate_limits& told, time_point now) {
  at.read(held, told, now);
  at.admitted(held, now);
}

// a window of an hour, by headers that no bucket explains: nothing is left of it
time_point fill_an_hour(gate& at) {
  answer(at, send(at, start), requests(100, 99, 3600s), start);
  const time_point now = start + 1s;
  answer(at, send(at, now), requests(100, 0, 3599s), now);
  return now;
}

}  // namespace

TEST_CASE("overdue: headers say that nothing is left for an hour, and one attempt looks again") {
  gate at({});
  const time_point last = fill_an_hour(at);
  CHECK(at.earliest(last) == last + 30s);
  CHECK(at.earliest(last + 29s) == last + 30s);
  REQUIRE(at.earliest(last + 30s) <= last + 30s);
  const time_point probed = last + 30s;
  const permit probe = send(at, probed);
  CHECK(at.earliest(probed + 1ms) > probed + 100ms);  // a single one

  SECTION("it is let through, and its headers say that all is there again") {
    answer(at, probe, requests(100, 99, 1s), probed + 20ms);
    time_point now = probed + 20ms;
    int sent = 0;
    for (; now < probed + 5s && sent < 90; ++sent) {
      while (at.earliest(now) > now && now < probed + 5s)
        now = std::min(at.earliest(now), now + 10ms);
      answer(at, send(at, now), requests(100, 98 - sent, 1s), now);
    }
    CHECK(sent == 90);
  }
  SECTION("it is let through without a word: nothing is known any more") {
    at.admitted(probe, probed + 20ms);
    CHECK(at.earliest(probed + 1s) <= probed + 1s);
  }
  SECTION("silence lets it through, too") {
    const time_point heard = probed + 200ms;
    CHECK(at.earliest(heard) <= heard + 1s);
  }
  SECTION("it is refused: the next one goes after as long") {
    at.read(probe, requests(100, 0, 3568s), probed + 5ms);
    at.refused(probe, refusal(), probed + 5ms, 0.5);
    CHECK(at.earliest(probed + 10s) >= probed + 30s);
    CHECK(at.earliest(probed + 10s) <= probed + 31s);
    CHECK(at.earliest(probed + 31s) <= probed + 31s);
  }
  SECTION("it never was sent: another one goes") {
    const permit next = at.admit(probed + 30s);
    at.released(next, probed + 30s);
    CHECK(at.earliest(probed + 31s) <= probed + 31s);
  }
}

TEST_CASE("overdue: a refusal's headers announce an hour") {
  gate at({});
  const time_point last = fill_an_hour(at);
  const permit probe = send(at, last + 30s);
  at.read(probe, requests(100, 0, 3569s), last + 30s);
  at.refused(probe, refusal(2s), last + 30s, 0.5);
  CHECK(at.earliest(last + 40s) == last + 60s);
}

TEST_CASE("overdue: tokens that headers announce for later") {
  gate at({});
  const cost need{400, 0};
  rate_limits told;
  told.input_tokens = left(1000, 0, 3600s);
  const permit large = send(at, start, {40000, 0});
  at.read(large, told, start + 10ms);
  at.admitted(large, start + 10ms);
  const cost whole{4000, 0};
  CHECK(at.earliest(start + 1s, whole) == start + 30s);
  const permit probe = send(at, start + 30s, whole);
  CHECK(at.earliest(start + 30s, need) > start + 30s);
  at.admitted(probe, start + 31s);
  CHECK(at.earliest(start + 31s, need) <= start + 31s);
}

TEST_CASE("overdue: what the user states is believed to the end") {
  reroute::quota slow;
  slow.requests_per_minute = 0.5;
  slow.burst = 1;
  gate at({}, slow);
  at.admitted(send(at, start), start);
  CHECK(at.earliest(start + 50s) > start + 100s);

  SECTION("also where headers say the same") {
    answer(at, send(at, start + 120s), requests(1, 0, 120s), start + 120s);
    CHECK(at.earliest(start + 121s) > start + 170s);
  }
  SECTION("and of tokens") {
    reroute::quota tokens;
    tokens.output_tokens_per_minute = 600;
    gate other({}, tokens);
    other.admitted(send(other, start, {0, 600}), start);
    CHECK(other.earliest(start + 1s, {0, 600}) == start + 60s);
  }
}
