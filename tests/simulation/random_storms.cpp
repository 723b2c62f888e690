// Storms that nobody tuned anything for.
#include "tests/support/catch.hpp"
#include "tests/testing/storms.hpp"

#include <ostream>

using namespace std::chrono_literals;
using namespace reroute::testing;

TEST_CASE("random scenarios are what they say") {
  for (std::uint64_t seed = 1; seed <= 10; ++seed) {
    const scenario what = random_scenario(seed);
    CHECK_NOTHROW(check(what));
    CHECK(what.routes.size() <= 3);
    const schedule best = ideal(what);
    CHECK(best.answered == what.calls);
    CHECK(best.drain >= 5s);
    CHECK(best.drain <= 120s);
    CHECK(what.deadline > 10 * best.drain);
    CHECK(random_scenario(seed).calls == what.calls);
  }
}

TEST_CASE("random storms lose nothing, and break nothing") {
  for (std::uint64_t seed = 1; seed <= 10; ++seed) {
    const simulation_result result = simulate(random_scenario(seed));
    INFO(result);
    CHECK(tests::first_broken(result) == "");
    CHECK(result.lost == 0);
  }
}
