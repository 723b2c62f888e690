// A share of faults is a share; a row of them that chance does not explain is a route that is down.
#include "traffic/fault_row.hpp"

#include "tests/support/catch.hpp"

#include <random>

using reroute::detail::fault_row;

TEST_CASE("fault row: so many faults in a row are enough where all others were let through") {
  fault_row row;
  for (std::uint64_t number = 1; number <= 20; ++number)
    row.passed(number);
  for (std::uint64_t number = 21; number <= 24; ++number)
    row.failed(number);
  CHECK_FALSE(row.down(5));
  row.failed(25);
  CHECK(row.down(5));
  row.passed(26);
  CHECK_FALSE(row.down(5));
}

TEST_CASE("fault row: it is one of sending, not of hearing") {
  fault_row row;
  for (const std::uint64_t number : {5, 3, 7, 4, 6})
    row.failed(number);
  CHECK(row.down(5));
  row.passed(2);  // an answer to what was sent before says nothing of the time since
  CHECK(row.down(5));
  row.passed(8);
  CHECK_FALSE(row.down(5));
  row.failed(8);  // it was let through by its head, and failed in its body
  CHECK(row.down(5));
}

TEST_CASE("fault row: a share of faults closes nothing, the same route going down does") {
  const double share = GENERATE(0.1, 0.3, 0.6);
  CAPTURE(share);
  std::minstd_rand random(1);
  fault_row row;
  std::uint64_t number = 0;
  int down = 0;
  for (int i = 0; i < 20'000; ++i) {
    if (std::bernoulli_distribution{share}(random))
      row.failed(++number);
    else
      row.passed(++number);
    down += row.down(5) && i > 64 ? 1 : 0;
  }
  CHECK(down < 60);
  int more = 0;
  for (; !row.down(5); ++more)
    row.failed(++number);
  CHECK(more <= 20);
}

TEST_CASE("fault row: what was sent before the route was closed for it counts no more") {
  fault_row row;
  for (std::uint64_t number = 1; number <= 5; ++number)
    row.failed(number);
  REQUIRE(row.down(5));
  row.begin_after(5);
  CHECK_FALSE(row.down(1));
  row.failed(6);
  CHECK_FALSE(row.down(2));
}
