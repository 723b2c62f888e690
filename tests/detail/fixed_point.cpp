// Numbers as text, whatever the locale.
#include "detail/fixed_point.hpp"

#include "tests/support/catch.hpp"

#include <limits>

using reroute::detail::fixed_point;

TEST_CASE("fixed point: rounds, pads, and knows no locale") {
  CHECK(fixed_point(1, 4) == "1.0000");
  CHECK(fixed_point(1234567.891, 1) == "1234567.9");
  CHECK(fixed_point(-0.25, 1) == "-0.2");
  CHECK(fixed_point(2.5, 0) == "2");
}

TEST_CASE("fixed point: the largest has room") {
  CHECK(fixed_point(-std::numeric_limits<double>::max(), 9).size() == 320);
}
