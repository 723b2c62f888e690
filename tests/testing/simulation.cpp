// The simulation: the real client in virtual time, the same way every time.
#include "tests/support/catch.hpp"
#include "tests/testing/storms.hpp"

#include <sstream>
#include <stdexcept>

using namespace std::chrono_literals;
using namespace reroute::testing;
using tests::bucket;
using tests::first_broken;
using tests::seconds;
using tests::storm;

TEST_CASE("simulation: without limits every call takes its latency") {
  scenario_route free;
  free.latency = 300ms;
  const simulation_result result = simulate(storm({free}, 20));
  CHECK(first_broken(result) == "");
  CHECK(result.answers == 20);
  CHECK(result.goodput == 1);
  CHECK(result.p50_s == Approx(0.3).margin(0.1));  // a new gate does not send all in one moment
  CHECK(result.routes[0].admitted == 20);
  CHECK(result.timeline[0].admitted[0] + result.timeline[1].admitted[0] == 20);
  CHECK(result.timeline[3].answers + result.timeline[4].answers == 20);
}

TEST_CASE("simulation: the same seed gives the same storm, another seed another") {
  scenario what = storm({bucket("a", 40), bucket("b", 20)}, 300);
  what.routes[0].latency_sigma = what.routes[1].latency_sigma = 0.5;
  what.routes[0].events = {{.what = scenario_event::kind::neighbour, .at = 1s, .factor = 0.3}};
  const auto first = simulate(what), second = simulate(what);
  what.seed = 2;
  const auto third = simulate(what);
  CHECK(first.answered_at == second.answered_at);
  CHECK(first.wasted == second.wasted);
  CHECK(first.answered_at != third.answered_at);
}

TEST_CASE("simulation: a loop that stands still ends calls late, and nothing breaks") {
  scenario what = storm({bucket("a", 40)}, 200);
  what.stall_at = 1s;
  what.stall = 2s;
  const auto result = simulate(what);
  CHECK(first_broken(result) == "");
  CHECK(result.lost == 0);
  CHECK(result.timeline[15].answers == 0);
}

TEST_CASE("simulation: calls that can no longer be answered end by their deadline") {
  scenario what = storm({bucket("a", 10)}, 200);
  what.deadline = 5s;
  const auto result = simulate(what);
  CHECK(first_broken(result) == "");
  CHECK(result.answers > 30);
  CHECK(result.answers <= 60);
}

TEST_CASE("simulation: silence lasts until the caller gives up") {
  scenario what = storm({bucket("a", 10)}, 5);
  what.routes[0].events = {{.what = scenario_event::kind::silence, .at = 0ms, .time = 1s}};
  what.deadline = 20s;
  CHECK(simulate(what).lost == 5);
  reroute::client_options patient;
  patient.attempt_timeout = 3s;
  const auto result = simulate(what, patient);
  CHECK(result.lost == 0);
  CHECK(first_broken(result) == "");
  CHECK(result.routes[0].silent == 5);
}

TEST_CASE("simulation: the result is one line") {
  std::ostringstream out;
  out << simulate(storm({bucket("a", 40)}, 10));
  CHECK(out.str().starts_with("test (seed 1): goodput 1.0000"));
  CHECK(out.str().find('\n') == std::string::npos);
}

TEST_CASE("simulation: a wrong scenario is refused") {
  CHECK_THROWS_AS(simulate(storm({})), std::invalid_argument);
}

TEST_CASE("simulation: headers are written when a request is let through, or when it is answered") {
  for (const bool at_admission : {true, false}) {
    auto what = tests::storm({tests::bucket("a", 40)}, 2000);
    what.routes[0].limit_headers = true;
    what.routes[0].headers_at_admission = at_admission;
    what.deadline = 5min;
    const auto result = simulate(what);
    INFO((at_admission ? "at admission" : "at the answer"));
    CHECK(first_broken(result) == "");
    // the client finds out which: it counts on no more than is there
    CHECK(result.wasted <= 0.005);
    CHECK(result.drain <= 1.02);
  }
}

TEST_CASE("simulation: callers who call again when their last call is over") {
  scenario_route free;
  free.latency = 500ms;
  scenario what = storm({free}, 40);
  what.workers = 4;
  CHECK(seconds(ideal(what).drain) == Approx(5));
  const auto result = simulate(what);
  CHECK(first_broken(result) == "");
  CHECK(result.answers == 40);
  CHECK(result.routes[0].most_in_flight == 4);
  CHECK(result.drain_s == Approx(5).margin(0.3));
  what.arrivals = 3;
  CHECK_THROWS_AS(simulate(what), std::invalid_argument);
}

TEST_CASE("simulation: callers who lose their calls end with the storm") {
  scenario what = storm({bucket("a", 1)}, 20);
  what.workers = 3;
  what.deadline = 2s;
  what.routes[0].events = {{.what = scenario_event::kind::silence, .at = 0ms, .time = 1h}};
  const auto result = simulate(what);
  CHECK(first_broken(result) == "");
  CHECK(result.answers == 0);
}

TEST_CASE("simulation: ways and refusals take their own times, and resets are gone over") {
  scenario what = storm({bucket("a", 40)}, 300);
  scenario_route& route = what.routes[0];
  route.way = 5ms;
  route.way_to = 20ms;
  route.refusal_latency_to = 200ms;
  route.events = {{.what = scenario_event::kind::reset, .at = 2s, .time = 3s, .share = 0.3}};
  const auto result = simulate(what);
  CHECK(first_broken(result) == "");
  CHECK(result.answers == 300);
  CHECK(result.routes[0].faulted > 0);
  CHECK(result.idle_s > 0);
  CHECK(result.idle_s < result.drain_s);
}

TEST_CASE("simulation: calls of two models and several sizes share one limit") {
  scenario what = storm({bucket("a", 100)}, 200);
  what.mixes = {{1, "claude-opus-4-8", 20, 5, 64}, {1, "claude-haiku-4-5", 500, 50, 2000}};
  what.routes[0].limits = {{limit_kind::bucket, limit_unit::output_generated, 600, 1s, 0, {}},
                           {limit_kind::at_once, limit_unit::requests, 30, 1s, 0, {}}};
  const auto result = simulate(what);
  CHECK(first_broken(result) == "");
  CHECK(result.answers == 200);
  CHECK(result.ideal_drain_s > 7);  // 100 calls of 5 tokens, 100 of 50; 600 at once
  CHECK(result.routes[0].most_in_flight >= 30);
}

TEST_CASE("simulation: windows announced for more than 30 s are counted apart") {
  scenario what = storm({bucket("a", 40)}, 200);
  what.routes[0].events = {
      {.what = scenario_event::kind::fault, .at = 0ms, .time = 50s, .status = 429, .hint = 45s}};
  const auto result = simulate(what);
  CHECK(first_broken(result) == "");
  CHECK(result.violations == 0);
  CHECK(result.routes[0].into_far == result.into_far);
}
