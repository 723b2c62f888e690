// The fake's limits, latencies and closed windows, in virtual time and without a socket.
#include <reroute/testing/latency.hpp>

#include "testing/closed_windows.hpp"
#include "testing/limiter.hpp"
#include "tests/support/catch.hpp"

#include <chrono>
#include <cmath>
#include <stdexcept>

using namespace std::chrono_literals;
namespace latency = reroute::testing::latency;
using reroute::testing::closed_windows;
using reroute::testing::limiter;

namespace {

constexpr limiter::time_point start{1000h};

int admitted(limiter& of, limiter::time_point now, int asked) {
  int count = 0;
  for (int i = 0; i < asked; ++i)
    count += of.ask(now).count() == 0;
  return count;
}

}  // namespace

TEST_CASE("a bucket gives its burst, then its rate") {
  limiter bucket(40, 10, 0, 60s);
  CHECK(admitted(bucket, start, 100) == 10);
  CHECK(bucket.ask(start) == 25ms);
  CHECK(bucket.left(start) == 0);
  CHECK(bucket.until_full(start) == 250ms);
  CHECK(admitted(bucket, start + 24ms, 1) == 0);
  CHECK(admitted(bucket, start + 25ms, 5) == 1);
  CHECK(admitted(bucket, start + 1h, 100) == 10);
}

TEST_CASE("a bucket admits to the nanosecond what it said it would") {
  for (const double rate : {3.0, 7.0, 0.1, 1000.0 / 3, 40.0}) {
    limiter bucket(rate, 1, 0, 60s);
    auto now = start;
    REQUIRE(bucket.ask(now) == 0ns);
    for (int i = 0; i < 1000; ++i) {
      const auto wait = bucket.ask(now);
      REQUIRE(wait > 0ns);
      now += wait;
      REQUIRE(bucket.ask(now) == 0ns);
    }
    const double seconds = std::chrono::duration<double>(now - start).count();
    CHECK(std::abs(seconds * rate - 1000) < 10);
  }
}

TEST_CASE("a window admits its number, and begins with the first request after the last one") {
  limiter window(0, 1, 3, 5s);
  CHECK(admitted(window, start, 10) == 3);
  CHECK(window.ask(start + 1s) == 4s);
  CHECK(admitted(window, start + 4999ms, 10) == 0);
  CHECK(admitted(window, start + 7s, 10) == 3);
  CHECK(window.ask(start + 7s) == 5s);
}

TEST_CASE("bucket and window both have to agree, and without either all are admitted") {
  limiter both(1, 5, 3, 10s);
  CHECK(admitted(both, start, 10) == 3);
  CHECK(admitted(both, start + 10s, 10) == 3);
  limiter tight(1, 2, 100, 10s);
  CHECK(admitted(tight, start, 10) == 2);
  limiter none(0, 1, 0, 60s);
  CHECK(admitted(none, start, 1000) == 1000);
}

TEST_CASE("a window is closed only for those who could know") {
  closed_windows windows;
  CHECK_FALSE(windows.closed(start));
  windows.announce(start + 100ms, start + 3s);
  CHECK_FALSE(windows.closed(start + 100ms));
  CHECK(windows.closed(start + 101ms));
  // a later announcement of a later end is heard later
  windows.announce(start + 2900ms, start + 10s);
  CHECK(windows.closed(start + 2899ms));
  CHECK(windows.closed(start + 2950ms));
  CHECK(windows.closed(start + 9s));
  CHECK_FALSE(windows.closed(start + 10s));
}

TEST_CASE("an earlier end never takes back a later one, and a late ear does not shorten it") {
  closed_windows windows;
  windows.announce(start, start + 10s);
  windows.announce(start + 1s, start + 5s);
  CHECK(windows.closed(start + 6s));
  windows.announce(start + 8s, start + 20s);
  CHECK(windows.closed(start + 8s));  // the first one still holds
  CHECK(windows.closed(start + 15s));
}

TEST_CASE("latencies are quantile functions") {
  CHECK(latency::fixed(50ms)(0.7) == 50ms);
  const auto even = latency::uniform(20ms, 80ms);
  CHECK(even(0) == 20ms);
  CHECK(even(0.5) == 50ms);
  CHECK(even(0.999) == 80ms);
  const auto usual = latency::lognormal(1000ms, 0.5);
  CHECK(usual(0.5) == 1000ms);
  // exp(0.5 * 2.3263) and its mirror image
  CHECK(std::chrono::abs(usual(0.99) - 3200ms) <= 2ms);
  CHECK(std::chrono::abs(usual(0.01) - 312ms) <= 1ms);
  CHECK(usual(0) < usual(0.001));
  const auto tail = latency::with_tail(even, 0.1, 10s);
  CHECK(tail(0.45) == 50ms);
  CHECK(tail(0.89) < 80ms);
  CHECK(tail(0.9) == 10s);
  CHECK(latency::with_tail({}, 0.5, 1s)(0.2) == 0ms);
  CHECK_THROWS_AS(latency::uniform(2ms, 1ms), std::invalid_argument);
  CHECK_THROWS_AS(latency::lognormal(-1ms), std::invalid_argument);
  CHECK_THROWS_AS(latency::with_tail({}, 1.5, 1s), std::invalid_argument);
}
