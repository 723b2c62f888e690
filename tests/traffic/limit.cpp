// A limit as a value plays time along.
#include "traffic/limit.hpp"

#include "tests/support/catch.hpp"

using namespace reroute::detail;

namespace {

limit bucket(double rate, double size) {
  limit made;
  made.rate = rate;
  made.size = made.left = size;
  return made;
}

limit window(limit_kind kind, double count, double length) {
  limit made;
  made.kind = kind;
  made.size = made.left = count;
  made.length = length;
  return made;
}

}  // namespace

TEST_CASE("a bucket fills evenly, up to its size") {
  limit one = bucket(2, 3);
  one.take(3, 0);
  CHECK(one.wait(1, 0) == Approx(0.5));
  one.advance(1);
  CHECK(one.left == Approx(2));
  one.advance(0.5);  // time does not go back
  CHECK(one.left == Approx(2));
  one.advance(10);
  CHECK(one.left == Approx(3));
  CHECK(one.wait(100, 10) == 0);  // nothing larger than all of it is asked for
}

TEST_CASE("what is taken from a full bucket may arrive late") {
  limit one = bucket(10, 1);
  one.margin = 0.02;
  one.take(1, 0);
  CHECK(one.wait(1, 0) == Approx(0.12));
}

TEST_CASE("a bucket of unknown size is never empty until it refuses") {
  limit one = bucket(10, never);
  one.take(1000, 0);
  CHECK(one.wait(1, 0) == 0);
  one.left = 0;
  CHECK(one.wait(1, 0) == Approx(0.1));
}

TEST_CASE("a window begins with its first call") {
  limit one = window(limit_kind::first, 2, 60);
  one.advance(5);
  one.take(1, 5);
  one.take(1, 6);
  one.advance(7);
  CHECK(one.wait(1, 7) == Approx(58));
  one.advance(65);
  CHECK(one.wait(1, 65) == 0);
  CHECK(one.left == Approx(2));
}

TEST_CASE("an aligned window ends by the clock") {
  limit one = window(limit_kind::aligned, 2, 60);
  one.ends = 10;
  one.take(2, 5);
  CHECK(one.wait(1, 5) == Approx(5));
  one.advance(10);
  CHECK(one.left == Approx(2));
  CHECK(one.ends == Approx(70));
  one.advance(200);
  CHECK(one.ends == Approx(250));
}

TEST_CASE("what a sliding window gave comes back piece by piece") {
  limit one = window(limit_kind::sliding, 2, 60);
  one.take(1, 5);
  one.take(1, 15);
  one.advance(20);
  CHECK(one.wait(1, 20) == Approx(45));
  CHECK(one.wait(2, 20) == Approx(55));
  one.give_back(1, 15);
  CHECK(one.wait(1, 20) == 0);
  one.advance(65);
  CHECK(one.left == Approx(2));
}

TEST_CASE("what was taken in a window that has ended does not come back into the next") {
  limit one = window(limit_kind::first, 10, 60);
  one.advance(0);
  one.take(5, 0);
  one.advance(61);
  one.take(5, 61);
  one.give_back(5, 0);
  CHECK(one.left == Approx(5));
  one.give_back(5, 61);
  CHECK(one.left == Approx(10));
}
