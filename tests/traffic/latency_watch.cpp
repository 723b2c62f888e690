// Quantiles of what a route took lately.
#include "traffic/latency_watch.hpp"

#include "tests/support/catch.hpp"

using namespace std::chrono_literals;
using reroute::detail::latency_watch;

TEST_CASE("nothing is usual before twenty answers") {
  latency_watch heads;
  for (int i = 0; i < 19; ++i)
    heads.saw(200ms);
  CHECK_FALSE(heads.usual());
  heads.saw(200ms);
  REQUIRE(heads.usual());
  CHECK(*heads.usual() >= 200ms);
  CHECK(*heads.usual() <= 220ms);  // its bucket's upper edge
}

TEST_CASE("a few that take thirty times longer do not move it") {
  latency_watch heads;
  for (int i = 0; i < 1000; ++i)
    heads.saw(i % 17 == 0 ? 6000ms : 200ms);
  CHECK(*heads.usual() <= 220ms);
}

TEST_CASE("it is the 95th percentile of a spread") {
  latency_watch heads;
  for (int i = 1; i <= 500; ++i)
    heads.saw(i * 1ms);
  CHECK(*heads.usual() >= 475ms);
  CHECK(*heads.usual() <= 525ms);
}

TEST_CASE("it follows changes, and knows no limits") {
  latency_watch heads;
  for (int i = 0; i < 5000; ++i)
    heads.saw(100ms);
  for (int i = 0; i < 5000; ++i)
    heads.saw(1s);
  CHECK(*heads.usual() >= 1s);
  for (int i = 0; i < 5000; ++i)
    heads.saw(std::chrono::hours(1000));
  heads.saw(0ms);
  heads.saw(-1ms);
  CHECK(*heads.usual() >= 10min);
}
