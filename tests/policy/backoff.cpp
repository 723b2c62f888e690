// Backoff: full jitter within its bounds, hints never undercut.
#include <reroute/policy/backoff.hpp>

#include "tests/support/catch.hpp"

using namespace std::chrono_literals;
using reroute::backoff;

TEST_CASE("full jitter is uniform up to base * 2^n, and never beyond the cap") {
  const backoff waits{.base = 1s, .cap = 30s};
  for (int n = 0; n < 5; ++n) {
    CHECK(waits.delay(n, 0.0) == 0s);
    CHECK(waits.delay(n, 0.5) == (500ms * (1 << n)));
    CHECK(waits.delay(n, 0.999999) < (1s * (1 << n)));
  }
  CHECK(waits.delay(5, 1.0) == 30s);
  CHECK(waits.delay(1000000, 0.5) == 15s);
  CHECK(waits.delay(-3, 0.5) == 500ms);
}

TEST_CASE("no backoff at all is possible") {
  const backoff none{.base = 0s, .cap = 0s};
  CHECK(none.delay(0, 0.9) == 0s);
  CHECK(none.delay(63, 0.9) == 0s);
}

TEST_CASE("a hint is honoured to the letter, and jitter only adds to it") {
  const backoff waits;
  reroute::normalized_error error;
  error.retry_after = 20s;
  CHECK(reroute::wait_for(error, waits, 0, 0.0, 0.1) == 20s);
  CHECK(reroute::wait_for(error, waits, 0, 0.5, 0.01) == 20'100ms);
  CHECK(reroute::wait_for(error, waits, 0, 0.5, 0.1) == 20'250ms);  // never more than that
  CHECK(reroute::wait_for(error, waits, 0, 0.9) == 20s);
  for (const double random : {0.0, 0.1, 0.5, 0.99})
    for (const int failures : {0, 1, 5, 100})
      CHECK(reroute::wait_for(error, waits, failures, random, 0.1) >= 20s);
}

TEST_CASE("no hint, or a hint of 0, leaves it to the backoff") {
  const backoff waits;
  reroute::normalized_error error;
  CHECK(reroute::wait_for(error, waits, 2, 0.5) == 2s);
  error.retry_after = 0s;
  CHECK(reroute::wait_for(error, waits, 2, 0.5) == 2s);
}

TEST_CASE("under repeated refusals the backoff is a floor even for a hint") {
  const backoff waits;
  reroute::normalized_error error;
  error.retry_after = 1s;
  CHECK(reroute::wait_for(error, waits, 0, 0.9) == 1s);
  CHECK(reroute::wait_for(error, waits, 4, 0.5) == 8s);
  CHECK(reroute::wait_for(error, waits, 4, 0.01) == 1s);
}

TEST_CASE("the longest hint that there is does not overflow") {
  reroute::normalized_error error;
  error.retry_after = std::chrono::milliseconds::max();
  CHECK(reroute::wait_for(error, backoff(), 3, 0.9, 1.0) >= std::chrono::hours(24 * 365 * 100));
}
