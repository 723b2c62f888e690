// Small storms: nothing is lost, nothing is broken, and little is wasted.
#include "tests/testing/storms.hpp"

#include "tests/support/catch.hpp"

#include <ostream>

using namespace std::chrono_literals;
using namespace reroute::testing;
using tests::bucket;
using tests::first_broken;
using tests::storm;
using tests::window;

namespace {

simulation_result calm(const scenario& what) {
  const simulation_result result = simulate(what);
  INFO(result);
  CHECK(first_broken(result) == "");
  CHECK(result.lost == 0);
  CHECK(result.violations == 0);
  CHECK(result.billed_twice == 0);
  CHECK(result.wasted < 0.5);
  return result;
}

}  // namespace

TEST_CASE("storm: one bucket") {
  const auto result = calm(storm({bucket("a", 40)}, 600));
  CHECK(result.goodput > 0.9);
  CHECK(result.drain < 1.15);
}

TEST_CASE("storm: a window limiter") {
  const auto result = calm(storm({window("a", 100, 3s)}, 500));
  CHECK(result.drain < 1.45);
}

TEST_CASE("storm: two routes with different clocks and forms") {
  scenario what = storm({bucket("a", 40), bucket("b", 25)}, 600);
  what.routes[1].face = face::azure;
  what.routes[1].forms = {refusal_form::http_date, refusal_form::text_only};
  what.routes[1].skew = -1h;
  const auto result = calm(what);
  CHECK(result.drain < 1.4);
  CHECK(result.routes[1].admitted > 100);
}

TEST_CASE("storm: a brownout ends, and the route carries its share again") {
  scenario what = storm({bucket("a", 40), bucket("b", 40)}, 1600);
  what.routes[0].events = {
      {.what = scenario_event::kind::fault, .at = 3s, .time = 4s, .status = 529}};
  const auto result = calm(what);
  std::size_t back = 0;
  for (std::size_t row = 110; row < 160; ++row)
    back += result.timeline[row].admitted[0];
  CHECK(back > 100);  // of 200 that it can take in these 5 s
}

TEST_CASE("storm: calls that take half a minute") {
  scenario what = storm({bucket("a", 40)}, 400);
  what.routes[0].latency = 30s;
  calm(what);
}
