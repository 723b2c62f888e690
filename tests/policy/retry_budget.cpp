// The retry budget: earned by calls and by time, overdrawn against the future, never lost.
#include <reroute/policy/retry_budget.hpp>

#include "tests/support/catch.hpp"

#include <cmath>
#include <stdexcept>

using namespace std::chrono_literals;
using reroute::retry_budget;

namespace {
const retry_budget::time_point start{1h};
}

TEST_CASE("a saved budget is spent at once, then retries queue at the rate") {
  retry_budget budget({.per_call = 0, .per_second = 10, .burst = 3});
  for (int i = 0; i < 3; ++i)
    CHECK(budget.reserve(start) == start);
  CHECK(budget.reserve(start) == start + 100ms);
  CHECK(budget.reserve(start) == start + 200ms);
  // a second later both are paid back, and eight more are there, of which three may be kept
  CHECK(budget.balance(start + 1s) == Approx(3));
  CHECK(budget.reserve(start + 1s) == start + 1s);
}

TEST_CASE("calls earn their share") {
  retry_budget budget({.per_call = 0.2, .per_second = 0, .burst = 1});
  CHECK(budget.reserve(start) == start);
  CHECK(budget.reserve(start) == retry_budget::time_point::max());
  for (int i = 0; i < 5; ++i)
    budget.earn();
  CHECK(budget.reserve(start) == start);
}

TEST_CASE("a clock that stands still earns nothing and takes nothing") {
  retry_budget budget({.per_call = 0, .per_second = 10, .burst = 1});
  CHECK(budget.reserve(start) == start);
  CHECK(budget.balance(start) == Approx(0));
  CHECK(budget.balance(start - 1s) == Approx(0));
}

TEST_CASE("what would come too late is not taken") {
  retry_budget budget({.per_call = 0, .per_second = 10, .burst = 1});
  CHECK(budget.reserve(start, start + 1s) == start);
  for (int i = 1; i <= 9; ++i)
    CHECK(budget.reserve(start, start + 1s) == start + i * 100ms);
  for (int i = 0; i < 1000; ++i)
    CHECK(budget.reserve(start, start + 1s) == retry_budget::time_point::max());
  CHECK(budget.balance(start) == Approx(-9));
  CHECK(budget.reserve(start, start + 2s) == start + 1s);
  CHECK(budget.reserve(start, start) == retry_budget::time_point::max());
}

TEST_CASE("next to nothing per second is never, and no overflow") {
  retry_budget budget({.per_call = 0, .per_second = 1e-300, .burst = 1});
  CHECK(budget.reserve(start) == start);
  CHECK(budget.reserve(start) == retry_budget::time_point::max());
}

TEST_CASE("a budget that cannot be is refused") {
  CHECK_THROWS_AS(retry_budget({.per_call = -1}), std::invalid_argument);
  CHECK_THROWS_AS(retry_budget({.per_second = std::nan("")}), std::invalid_argument);
  CHECK_THROWS_AS(retry_budget({.burst = 0}), std::invalid_argument);
}
