// Storms that nobody tuned anything for.
#include "tests/support/catch.hpp"
#include "tests/testing/storms.hpp"

#include <ostream>
#include <set>
#include <string>

using namespace std::chrono_literals;
using namespace reroute::testing;

TEST_CASE("classic random scenarios are what they say") {
  for (std::uint64_t seed = 1; seed <= 10; ++seed) {
    const scenario what = classic_random_scenario(seed);
    CHECK_NOTHROW(check(what));
    CHECK(what.routes.size() <= 3);
    const schedule best = ideal(what);
    CHECK(best.answered == what.calls);
    CHECK(best.drain >= 5s);
    CHECK(best.drain <= 120s);
    CHECK(what.deadline > 10 * best.drain);
    CHECK(classic_random_scenario(seed).calls == what.calls);
  }
}

TEST_CASE("classic random storms lose nothing, and break nothing") {
  for (std::uint64_t seed = 1; seed <= 10; ++seed) {
    const simulation_result result = simulate(classic_random_scenario(seed));
    INFO(result);
    CHECK(tests::first_broken(result) == "");
    CHECK(result.lost == 0);
  }
}

TEST_CASE("random scenarios are what they say, and say what they are") {
  std::set<std::string> seen;
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    const scenario what = random_scenario(seed);
    INFO(seed);
    CHECK_NOTHROW(check(what));
    const schedule best = ideal(what);
    CHECK(best.answered == what.calls);
    CHECK(best.drain >= 5s);
    CHECK(best.drain <= 400s);
    CHECK(random_scenario(seed).tags == what.tags);
    CHECK(what.tags.size() >= 7);
    seen.insert(what.tags.begin(), what.tags.end());
  }
  CHECK(seen.size() > 25);
}

TEST_CASE("random storms break nothing") {
  for (std::uint64_t seed = 1; seed <= 6; ++seed) {
    const simulation_result result = simulate(random_scenario(seed));
    INFO(result);
    CHECK(tests::first_broken(result) == "");
  }
}
