// The call machine as scripts: what was heard, and what comes next.
#include "client/call_machine.hpp"

#include <reroute/error/errc.hpp>
#include <reroute/error/resolver.hpp>

#include "tests/support/catch.hpp"

using namespace std::chrono_literals;
using reroute::category;
using reroute::normalized_error;
using reroute::stopped;
using reroute::detail::call_machine;
using reroute::detail::call_rules;
using time_point = call_machine::time_point;
using step = call_machine::step;

namespace {

const time_point start{1h};

normalized_error answered(int status, std::optional<std::chrono::milliseconds> hint = {}) {
  reroute::http::response response;
  response.status = status;
  normalized_error error = reroute::anthropic_resolver({.route = "a"})(response, {});
  error.retry_after = hint;
  return error;
}

struct script {
  explicit script(reroute::plan how, int routes = 2, time_point deadline = start + 1min)
      : machine(how, routes, start, deadline) {}
  step hear(int route, normalized_error error, double random = 0.5) {
    return machine.heard(route, error, rules, now, random);
  }
  call_rules rules;
  call_machine machine;
  time_point now = start;
};

}  // namespace

TEST_CASE("spill may use every route from the start; in order, one") {
  CHECK(script(reroute::spill()).machine.start().routes == 0b11);
  CHECK(script(reroute::in_order()).machine.start().routes == 0b01);
}

TEST_CASE("a rate limit leaves the waiting to the gate, and uses up no attempt when spilling") {
  script s(reroute::spill());
  for (int i = 0; i < 50; ++i) {
    const step next = s.hear(0, answered(429, 1s));
    REQUIRE_FALSE(next.finished);
    CHECK(next.routes == 0b11);
    CHECK(next.wait == 1s);
  }
}

TEST_CASE(
    "in order a rate limit uses up attempts; then the next route, and at the end the last error") {
  script s(reroute::in_order(4));
  for (int i = 0; i < 3; ++i)
    CHECK(s.hear(0, answered(429, 1s)).routes == 0b01);
  CHECK(s.hear(0, answered(429, 1s)).routes == 0b10);
  for (int i = 0; i < 3; ++i)
    CHECK(s.hear(1, answered(429, 1s)).routes == 0b10);
  const step last = s.hear(1, answered(429, 1s));
  CHECK(last.finished);
  CHECK(last.why == stopped::attempts);
}

TEST_CASE("after a fault this route backs off, and another may be used at once") {
  script s(reroute::spill());
  const step next = s.hear(0, answered(500), 0.5);
  CHECK(next.routes == 0b10);
  CHECK(next.due == start + 500ms);
  CHECK(next.wait == 500ms);
  CHECK(s.machine.due(start + 500ms).routes == 0b11);
}

TEST_CASE("faults on one route grow its wait, up to its attempts") {
  script s(reroute::spill(3), 1);
  CHECK(s.hear(0, answered(500)).due == start + 500ms);
  CHECK(s.hear(0, answered(500)).due == start + 1s);
  const step last = s.hear(0, answered(500));
  CHECK(last.finished);
  CHECK(last.why == stopped::attempts);
}

TEST_CASE("both routes backing off, the call waits for the first to be back") {
  script s(reroute::spill());
  s.hear(0, answered(500), 0.9);
  const step next = s.hear(1, answered(500), 0.2);
  CHECK(next.routes == 0);
  CHECK(next.due == start + 200ms);
  CHECK(s.machine.due(start + 200ms).routes == 0b10);
}

TEST_CASE(
    "what is not retryable but worth another route goes there at once, and never comes back") {
  script s(reroute::spill());
  normalized_error spent = answered(402);
  REQUIRE(spent.category == category::quota);
  CHECK(s.hear(0, spent).routes == 0b10);
  const step last = s.hear(1, spent);
  CHECK(last.finished);
  CHECK(last.why == stopped::permanent);
}

TEST_CASE("a bad request or a wrong key ends the call") {
  for (const int status : {400, 401, 403, 404, 413, 422}) {
    script s(reroute::spill());
    const step last = s.hear(0, answered(status));
    CHECK(last.finished);
    CHECK(last.why == stopped::permanent);
  }
}

TEST_CASE("a conflict is repeated on its own route only") {
  script s(reroute::spill());
  const step next = s.hear(0, answered(409), 0.5);
  CHECK(next.routes == 0);
  CHECK(s.machine.due(next.due).routes == 0b01);
}

TEST_CASE("a back-off beyond the deadline is no plan: the call is told now") {
  script s(reroute::spill(), 1, start + 1s);
  const step last = s.hear(0, answered(503), 0.999);
  CHECK_FALSE(last.finished);
  const step then = s.hear(0, answered(503), 0.999);
  CHECK(then.finished);
  CHECK(then.why == stopped::would_miss_deadline);
}

TEST_CASE("the deadline ends it wherever it is") {
  script s(reroute::spill(), 2, start + 10s);
  CHECK(s.machine.start().due == start + 10s);
  CHECK(s.machine.due(start + 10s).why == stopped::deadline);
  s.now = start + 11s;
  CHECK(s.hear(0, answered(500)).why == stopped::deadline);
}

TEST_CASE("an empty retry budget delays a retry, it does not fail it") {
  script s(reroute::spill(), 1);
  s.rules.budget = reroute::retry_budget({.per_call = 0, .per_second = 1, .burst = 1});
  CHECK(s.hear(0, answered(500), 0.0).routes == 0b01);
  CHECK(s.hear(0, answered(500), 0.0).due == start + 1s);
}

TEST_CASE("a budget that pays nothing in time sends the call to the other route, or ends it") {
  script s(reroute::spill());
  s.rules.budget = reroute::retry_budget({.per_call = 0, .per_second = 0.001, .burst = 1});
  CHECK(s.hear(0, answered(500), 0.0).routes == 0b11);
  CHECK(s.hear(0, answered(500), 0.0).routes == 0b10);
  const double left = s.rules.budget.balance(start);
  const step last = s.hear(1, answered(500), 0.0);
  CHECK(last.finished);
  CHECK(last.why == stopped::attempts);
  CHECK(s.rules.budget.balance(start) == left);
}

TEST_CASE("routes that stay closed are out; the others are not") {
  script s(reroute::in_order());
  CHECK(s.machine.closed(0b01, start).routes == 0b10);
  CHECK(s.machine.closed(0b10, start).finished);
  script t(reroute::spill());
  CHECK(t.machine.closed(0b11, start).why == stopped::would_miss_deadline);
  script pinned(reroute::spill());
  CHECK(pinned.hear(0, answered(409), 0.0).routes == 0b01);
  CHECK(pinned.machine.closed(0b01, start).finished);
}

TEST_CASE("an own policy has the last word") {
  script s(reroute::spill());
  int asked = 0;
  s.rules.decide = [&](const normalized_error& error, const reroute::progress& so_far) {
    ++asked;
    CHECK(so_far.attempts == asked);
    return error.category == category::auth ? reroute::decision::fail_over
                                            : reroute::decision::stop;
  };
  CHECK(s.hear(0, answered(401)).routes == 0b10);
  CHECK(s.hear(1, answered(500)).why == stopped::permanent);
}

TEST_CASE("a lost answer is not asked for again if the caller does not want to pay twice") {
  script s(reroute::spill());
  s.rules.retry_lost_answers = false;
  const auto lost = [](bool sent) {
    return reroute::resolve_transport_failure("a", make_error_code(reroute::errc::connection_lost),
                                              sent);
  };
  CHECK_FALSE(s.hear(0, lost(false)).finished);
  CHECK(s.hear(1, lost(true)).why == stopped::permanent);
}

TEST_CASE("a hint beyond all time does not overflow") {
  script s(reroute::spill(), 1, time_point::max());
  normalized_error error = answered(500, std::chrono::milliseconds::max());
  const step next = s.hear(0, error);
  CHECK_FALSE(next.finished);
  CHECK(next.routes == 0);
}

TEST_CASE("thirty-two routes are as good as one") {
  script s(reroute::spill(), 32);
  CHECK(s.machine.start().routes == 0xffffffffU);
  for (int route = 0; route < 31; ++route)
    CHECK_FALSE(s.hear(route, answered(402)).finished);
  CHECK(s.hear(31, answered(402)).finished);
}
