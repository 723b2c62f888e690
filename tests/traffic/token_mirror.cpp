// How fast a bucket of tokens fills, when answers take half a minute to tell.
#include "traffic/token_mirror.hpp"

#include "tests/support/catch.hpp"

using namespace std::chrono_literals;
using reroute::detail::limit_reading;
using reroute::detail::token_mirror;
using time_point = token_mirror::time_point;

namespace {

const time_point start{1h};
constexpr double cost = 100;

// a bucket of 10000 tokens that fills with 2000 per second; headers come with refusals only
struct rig {
  token_mirror at;
  double level = 10000, taken = 0;
  std::uint64_t number = 0;
  time_point now = start;

  // until the first refusal, at most so long
  bool run(std::chrono::nanoseconds longest) {
    for (const time_point end = now + longest; now < end; now += 1ms, level += 2)
      if ((now - start) % 20ms == 0ms && at.earliest(cost, now) <= now) {
        at.take(cost);
        ++number;
        if (level < cost) return true;
        level -= cost;
        taken += cost;
      }
    return false;
  }
  void hear() {
    limit_reading told;
    told.number = told.last = number;
    told.taken = taken + cost;
    told.own = cost;
    told.now = now;
    at.heard(10000, level,
             std::chrono::ceil<std::chrono::seconds>((10000 - level) / 2000 * 1s) + 1s, told, now);
    at.refused(number, cost);
  }
};

}  // namespace

TEST_CASE("token_mirror: what came before the first refusal tells how fast it fills") {
  rig of;
  REQUIRE(of.run(10s));
  of.hear();
  const double left = of.level;
  CHECK(of.at.earliest(left + 1000, of.now) - of.now < 530ms);
  CHECK(of.at.earliest(left + 1000, of.now) - of.now > 480ms);
}

TEST_CASE("token_mirror: without news more is tried, and a refusal says how much is too much") {
  rig of;
  of.level = 0;  // others had it all: nothing is measured
  REQUIRE(of.run(1s));
  of.hear();
  int refusals = 0;
  for (const time_point end = of.now + 60s; of.now < end; of.now += 1s, of.level += 2000) {
    if (!of.run(end - of.now)) break;
    of.hear();
    ++refusals;
  }
  CHECK(refusals <= 12);
  CHECK(of.taken > 0.9 * 60 * 2000);
}
