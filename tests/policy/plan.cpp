// Plans are what they say, and check themselves.
#include <reroute/policy/plan.hpp>

#include "tests/support/catch.hpp"

#include <stdexcept>

TEST_CASE("a refusal by a rate limit uses up an attempt in order, but not when spilling") {
  CHECK(reroute::in_order().refusals_count());
  CHECK_FALSE(reroute::spill().refusals_count());
  CHECK(reroute::plan() == reroute::spill(4));
  CHECK(reroute::in_order(2).attempts_per_route() == 2);
}

TEST_CASE("a plan without attempts is refused by name") {
  using Catch::Matchers::Contains;
  CHECK_THROWS_AS(reroute::spill(0), std::invalid_argument);
  CHECK_THROWS_WITH(reroute::in_order(-1), Contains("attempts_per_route") && Contains("-1"));
}
