// Latencies and closed windows, without a socket.
#include <reroute/testing/latency.hpp>

#include "testing/closed_windows.hpp"
#include "tests/support/catch.hpp"

#include <chrono>
#include <stdexcept>

using namespace std::chrono_literals;
namespace latency = reroute::testing::latency;
using reroute::testing::closed_windows;

namespace {

constexpr closed_windows::time_point start{1000h};

}  // namespace

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
