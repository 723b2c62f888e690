// Hedges and races: who is asked too, who wins, and what it may cost.
#include "tests/client/rig.hpp"
#include "tests/support/catch.hpp"

using namespace std::chrono_literals;
using reroute::category;
using reroute::errc;
using reroute::stopped;
using tests::always;
using tests::answer;
using tests::refusal;
using tests::rig;
using tests::says;
using tests::silence;

namespace {

tests::line slow(tests::line said, std::chrono::milliseconds head_after) {
  said.head_after = head_after;
  return said;
}

reroute::call_options hedged(std::chrono::milliseconds after = 300ms) {
  return reroute::call_options().plan(reroute::hedge(after));
}

reroute::call_options raced() { return reroute::call_options().plan(reroute::race()); }

}  // namespace

TEST_CASE("a slow route is hedged: the other is asked too, and the first answer wins") {
  rig r(always(slow(answer("a"), 6s)), always(slow(answer("b"), 200ms)));
  const auto end = r.run(hedged());
  CHECK(end.times == 1);
  CHECK(end.result.answer->text() == "b");
  CHECK(end.result.route() == "azure");
  CHECK(r.elapsed() == 500ms);
  REQUIRE(end.result.attempts.size() == 2);
  CHECK_FALSE(end.result.attempts[0].hedge);
  CHECK(end.result.attempts[1].hedge);
  CHECK(end.result.attempts[0].error.category == category::cancelled);
  CHECK(end.result.attempts[0].possibly_billed);
  CHECK(end.result.possibly_billed() == 1);
  CHECK(r.a->cancelled == 1);
  CHECK(r.claude->stats().hedges == 1);
  CHECK(r.claude->stats().possibly_billed == 1);
  CHECK(r.claude->stats().in_flight == 0);
}

TEST_CASE("a route that answers in time is not hedged") {
  rig r(always(slow(answer("a"), 299ms)));
  const auto end = r.run(hedged());
  CHECK(end.result.attempts.size() == 1);
  CHECK(r.b->requests.empty());
}

TEST_CASE("the slow one may win all the same") {
  rig r(always(slow(answer("a"), 400ms)), always(slow(answer("b"), 200ms)));
  const auto end = r.run(hedged());
  CHECK(end.result.route() == "anthropic");
  CHECK(r.b->cancelled == 1);
  CHECK(end.result.possibly_billed() == 1);
  CHECK(end.result.attempts[0].status == 200);
}

TEST_CASE("a head that came stops the hedge, however long its body takes") {
  rig r([](const auto&, std::size_t) {
    auto said = answer("a");
    said.body_after = 5s;
    return said;
  });
  CHECK(r.run(hedged()).result.attempts.size() == 1);
}

TEST_CASE("without a stated time, nothing is hedged before the route is known; then its 95th") {
  rig r([](const auto&, std::size_t number) {
    return slow(answer("a"), number < 30 ? 250ms : 6000ms);
  });
  const auto plain = reroute::call_options().plan(reroute::hedge());
  for (int i = 0; i < 30; ++i)
    r.run(plain);
  CHECK(r.b->requests.empty());
  const auto end = r.run(plain);
  CHECK(end.result.route() == "azure");
  CHECK(end.result.took >= 250ms);
  CHECK(end.result.took < 350ms);
}

TEST_CASE("never into a throttled route, and never twice") {
  rig r(always(slow(answer("a"), 2s)), always(refusal(60)));
  auto first = r.run(hedged());
  CHECK(first.result.route() == "anthropic");
  CHECK(r.b->requests.size() == 1);  // open until then; its refusal is in the story
  CHECK(first.result.attempts.size() == 2);
  CHECK(r.run(hedged()).result.attempts.size() == 1);
  CHECK(r.b->requests.size() == 1);
  CHECK(r.claude->stats().hedges_withheld == 1);
}

TEST_CASE("an empty retry budget sends no hedge") {
  reroute::client_options options;
  options.retry_budget.per_call = 0;
  options.retry_budget.per_second = 0;
  options.retry_budget.burst = 1;
  rig r(always(slow(answer("a"), 1s)), always(answer("b")), std::move(options));
  CHECK(r.run(hedged()).result.route() == "azure");
  CHECK(r.run(hedged()).result.route() == "anthropic");
  CHECK(r.claude->stats().hedges == 1);
  CHECK(r.claude->stats().hedges_withheld == 1);
}

TEST_CASE("a cap on tokens per minute holds for hedges and races") {
  reroute::client_options options;
  options.hedging.tokens_per_minute = 48;  // a question is about 30 tokens and 16 for its answer
  rig r(always(slow(answer("a"), 1s)), always(answer("b")), std::move(options));
  CHECK(r.run(hedged()).result.attempts.size() == 2);
  CHECK(r.run(raced()).result.attempts.size() == 1);
  r.time->advance(1min);
  CHECK(r.run(raced()).result.attempts.size() == 2);
}

TEST_CASE("both fail: the story has both, and the call goes on") {
  rig r([](const auto&,
           std::size_t number) { return number == 0 ? slow(says(500), 1s) : answer("a"); },
        always(slow(says(402), 10ms)));
  const auto end = r.run(hedged());
  CHECK(end.result.route() == "anthropic");
  REQUIRE(end.result.attempts.size() == 3);
  CHECK(end.result.attempts[0].error.category == category::server);
  CHECK(end.result.attempts[1].error.category == category::quota);
}

TEST_CASE("a bad request ends the call once nothing is under way any more") {
  rig r(always(slow(answer("a"), 1s)), always(says(400)));
  CHECK(r.run(hedged()).result.route() == "anthropic");
  rig s(always(slow(says(503), 1s)), always(says(400)));
  const auto end = s.run(hedged());
  CHECK(end.result.stopped == stopped::permanent);
  CHECK(end.result.attempts.size() == 2);
}

TEST_CASE("the error of a call is that of the attempt that ended it, not of the last one") {
  const auto plan = GENERATE(hedged(50ms), raced());
  const auto second = GENERATE(says(529), says(402), says(500), refusal(3));
  rig r(always(slow(says(400), 100ms)), always(slow(second, 200ms)));
  const auto end = r.run(plan);
  INFO(end.result);
  CHECK(end.result.stopped == stopped::permanent);
  CHECK(end.result.error.category == category::bad_request);
  CHECK(end.result.error == end.result.attempts[0].error);
  CHECK(end.code == category::bad_request);
}

TEST_CASE("a race asks all open routes at once") {
  rig r(always(slow(answer("a"), 300ms)), always(slow(answer("b"), 100ms)));
  const auto end = r.run(raced());
  CHECK(end.result.route() == "azure");
  CHECK(r.elapsed() == 100ms);
  CHECK(r.a->cancelled == 1);
  CHECK(end.result.possibly_billed() == 1);
  CHECK(end.result.attempts[1].started == 0ns);
}

TEST_CASE("a race with one route shut is none, with all shut it waits") {
  rig r([](const auto&, std::size_t number) { return number < 1 ? refusal(5) : answer("a"); },
        [](const auto&, std::size_t number) { return number < 1 ? refusal(9) : answer("b"); });
  const auto end = r.run(raced());
  CHECK(end.result.route() == "anthropic");
  CHECK(r.elapsed() >= 5s);
  CHECK(r.elapsed() < 6s);
  CHECK(end.result.attempts.size() == 3);
}

TEST_CASE("a deadline or a cancellation ends all that is under way, once") {
  for (const bool cancel : {false, true}) {
    rig r(always(silence()), always(silence()));
    const auto end = r.call(raced().deadline(2s));
    r.time->run(r.io, 1s);
    CHECK(r.claude->stats().in_flight == 2);
    if (cancel) r.claude->cancel();
    r.time->run(r.io);
    CHECK(end->times == 1);
    CHECK(end->result.attempts.size() == 2);
    CHECK(end->result.possibly_billed() == 2);
    CHECK(r.a->cancelled == 1);
    CHECK(r.b->cancelled == 1);
    for (const reroute::gate_status& each : r.claude->routes())
      CHECK(each.in_flight == 0);
  }
}

TEST_CASE("an attempt's time limit counts for each one") {
  rig r(always(silence()), always(slow(answer("b"), 900ms)));
  const auto end = r.run(hedged(500ms).attempt_timeout(1s));
  CHECK(end.result.route() == "azure");
  CHECK(r.elapsed() == 1400ms);
  CHECK(end.result.attempts[0].error.cause == errc::attempt_timeout);
}

TEST_CASE("a hedge after no time is no hedge") {
  CHECK_THROWS_AS(reroute::hedge(0ms), std::invalid_argument);
  CHECK_THROWS_AS(reroute::hedge(-1ms), std::invalid_argument);
}
