// The simulation: the real client in virtual time, the same way every time.
#include "tests/support/catch.hpp"
#include "tests/testing/storms.hpp"

#include <sstream>
#include <stdexcept>

using namespace std::chrono_literals;
using namespace reroute::testing;
using tests::bucket;
using tests::first_broken;
using tests::storm;

TEST_CASE("simulation: without limits every call takes its latency") {
  scenario_route free;
  free.latency = 300ms;
  const simulation_result result = simulate(storm({free}, 20));
  CHECK(first_broken(result) == "");
  CHECK(result.answers == 20);
  CHECK(result.goodput == 1);
  CHECK(result.p50_s == Approx(0.3).margin(0.05));  // a new gate does not send all in one moment
  CHECK(result.routes[0].admitted == 20);
  CHECK(result.timeline[0].admitted[0] == 20);
  CHECK(result.timeline[3].answers == 20);
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
