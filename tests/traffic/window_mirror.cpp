// Windows as scripts: what is sent, what is refused, when the next one begins.
#include "traffic/window_mirror.hpp"

#include "tests/support/catch.hpp"

#include <algorithm>

using namespace std::chrono_literals;
using reroute::detail::window_mirror;
using time_point = window_mirror::time_point;

namespace {

const time_point start{1h};

// a limit of 50 in five seconds, whose first window began at `start` and refused after 300 ms
struct rig {
  window_mirror at;
  std::uint64_t next = 52;

  explicit rig(std::chrono::nanoseconds wait = 5s, std::chrono::nanoseconds grain = 1s) {
    at.adopt(1, start, 51, 50);
    at.refused(51, start + 300ms, wait, grain);
  }
  std::uint64_t send(time_point now) {
    at.take(next, now);
    return next++;
  }
  // until it says no, or the server does, which lets `most` through
  int fill(time_point now, int most = 50) {
    int sent = 0;
    for (; at.earliest(now) <= now && sent < most; ++sent)
      at.confirmed(send(now));
    return sent;
  }
};

}  // namespace

TEST_CASE("window: nothing is known at first, and holds nobody up") {
  window_mirror at;
  CHECK_FALSE(at.known());
  CHECK(at.earliest(start) == start);
  at.take(1, start);
  CHECK(at.earliest(start) == start);
}

TEST_CASE("window: what it holds goes at once, and the next one needs no refusal") {
  rig of;
  CHECK(of.at.count() == 50);
  CHECK(of.at.length() == 5s);  // between 4.3 and 5.3 s, the whole second
  const time_point opened = start + 5300ms;
  CHECK(of.fill(opened) == 50);
  CHECK(of.at.earliest(opened) == opened + 5010ms);
  CHECK(of.fill(opened + 5010ms) == 50);
  CHECK(of.at.proven());
}

TEST_CASE("window: the first of a guessed window is alone until it is let through") {
  rig of;
  of.fill(start + 5300ms);
  const time_point next = start + 5300ms + 5010ms;
  const auto first = of.send(next);
  CHECK(of.at.earliest(next) == time_point::max());
  SECTION("let through, the rest follows") {
    of.at.confirmed(first);
    CHECK(of.fill(next) == 49);
    CHECK(of.at.length() == 5s);
  }
  SECTION("refused, it is longer than was thought") {
    of.at.refused(first, next, 1s, 1s);
    CHECK(of.at.length() > 5s);
    CHECK(of.at.over(next + 1s));
  }
}

TEST_CASE("window: exact hints leave nothing to guess") {
  rig of(4700ms, 2ms);
  CHECK(of.at.length() == 5s);
  of.fill(start + 5s);
  CHECK(of.fill(start + 5s + 5010ms) == 50);
}

TEST_CASE("window: it is asked for more after a while, and grows as far as that is there") {
  rig of(4700ms, 2ms);
  time_point now = start + 5s;
  int most = 0;
  for (int windows = 0; windows < 4; ++windows, now += 5010ms)
    most = std::max(most, of.fill(now, 80));
  CHECK(most == 80);
  CHECK(of.at.count() == 80);
}

TEST_CASE("window: what headers say is not asked for more") {
  rig of(4700ms, 2ms);
  time_point now = start + 5s;
  for (int windows = 0; windows < 6; ++windows, now += 5010ms) {
    of.at.told_count(50);
    CHECK(of.fill(now) == 50);
  }
}

TEST_CASE("window: a smaller one is followed at once") {
  rig of(4700ms, 2ms);
  const time_point now = start + 5s;
  for (int i = 0; i < 20; ++i)
    of.send(now);
  const auto refused = of.send(now + 100ms);
  of.at.refused(refused, now + 100ms, 4900ms, 2ms);
  CHECK(of.at.count() == 20);
  CHECK(of.fill(now + 5s) == 20);
}

TEST_CASE("window: without a hint its end is sought second by second, with single requests") {
  window_mirror at;
  at.adopt(1, start, 111, 110);
  at.refused_blindly(111, start + 400ms);
  std::uint64_t number = 112;
  time_point now = start + 400ms;
  int asked = 0;
  while (at.next_try() < start + 9500ms) {  // it lasts ten seconds
    now = at.next_try();
    CHECK(at.earliest(now) <= now);
    at.take(number, now);
    CHECK(at.earliest(now) == time_point::max());
    at.refused_blindly(number++, now);
    ++asked;
  }
  CHECK(asked == 9);
  now = at.next_try();
  at.take(number, now);
  at.confirmed(number++);
  CHECK(at.count() == 110);
  CHECK(at.length() == 10s);
  CHECK(at.earliest(now) == now);
}

TEST_CASE("window: a refusal that ends before the window does is not its own") {
  rig of;
  of.send(start + 5300ms);
  CHECK_FALSE(of.at.explains(start + 5400ms, 1s));
  CHECK(of.at.explains(start + 5400ms, 5s));
  CHECK(of.at.explains(start + 9s, 2s));
}

TEST_CASE("window: headers tell its count and bound its length") {
  window_mirror at;
  at.told(486, 480, 4s, 2s, start);
  CHECK(at.count() == 486);
  at.take(1, start);
  CHECK(at.length() <= 4s);
  CHECK(at.length() > 2s);
}

TEST_CASE("window: what was refused before it was known of is not in its count") {
  window_mirror at;
  at.adopt(1, start, 101, 60);  // of a hundred
  CHECK(at.before(101) == 60);
  at.refused(101, start + 1s, 4s, 1s);
  CHECK(at.count() == 60);
}

TEST_CASE("window: nothing goes at the moment of its end") {
  rig of;
  of.fill(start + 5300ms);
  const time_point second = start + 10310ms;  // known to begin, and to last five seconds
  of.at.confirmed(of.send(second));
  CHECK(of.at.earliest(second + 3s) == second + 3s);
  CHECK(of.at.earliest(second + 4995ms) > second + 5s);
}
