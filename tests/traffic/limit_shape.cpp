// Buckets and windows by what their headers say.
#include "traffic/limit_shape.hpp"

#include "tests/support/catch.hpp"

using namespace std::chrono_literals;
using reroute::detail::limit_shape;

TEST_CASE("shape: a bucket that lacks more needs longer") {
  limit_shape of(1000);
  // 1,000 per minute, read while it is emptied
  for (const int missing : {20, 100, 400, 999})
    of.heard(1000 - missing, std::chrono::ceil<std::chrono::seconds>(missing * 60ms), 2s);
  CHECK_FALSE(of.window());
  CHECK(of.rate() > 15);
  CHECK(of.most_rate() < 18);
}

TEST_CASE("shape: a window is full at its end, whatever it lacks") {
  limit_shape of(486);
  of.heard(482, 4s, 2s);
  CHECK_FALSE(of.window());
  of.heard(300, 4s, 2s);
  CHECK(of.window());
}

TEST_CASE("shape: what is as coarse as the readings is taken for a bucket") {
  limit_shape of(50);
  of.heard(49, 1s, 2s);
  of.heard(0, 1s, 2s);
  CHECK_FALSE(of.window());
  CHECK(of.rate() == 50);
}

TEST_CASE("shape: of a full limit nothing is learned but its size") {
  limit_shape of(600);
  of.heard(600, 0s, 2s);
  CHECK(of.rate() == 10);
  CHECK_FALSE(of.window());
}
