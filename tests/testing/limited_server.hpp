// A limiter that is asked at times, as servers ask theirs.
#pragma once

#include "testing/limiter.hpp"

#include <chrono>
#include <initializer_list>

namespace tests {

inline reroute::testing::limit_rule rule(
    reroute::testing::limit_kind what, double amount, std::chrono::milliseconds per,
    double burst = 0, reroute::testing::limit_unit of = reroute::testing::limit_unit::requests) {
  return {what, of, amount, per, burst, {}};
}

// a limiter that is asked at times, as servers ask theirs
struct limited_server {
  using nanoseconds = std::chrono::nanoseconds;

  explicit limited_server(std::initializer_list<reroute::testing::limit_rule> rules,
                          nanoseconds wall = nanoseconds(0))
      : all(rules, wall) {}
  nanoseconds ask(nanoseconds now, reroute::testing::request_cost cost = {}) {
    all.advance(now);
    const nanoseconds wait = all.wait(cost);
    if (wait.count() == 0) last = all.take(cost);
    return wait;
  }
  int admitted(nanoseconds now, int asked, reroute::testing::request_cost cost = {}) {
    int count = 0;
    for (int i = 0; i < asked; ++i)
      count += ask(now, cost).count() == 0;
    return count;
  }
  void settle(nanoseconds now, const reroute::testing::admission& of, double output = 0) {
    all.advance(now);
    all.settle(of, output);
  }

  reroute::testing::limiter all;
  reroute::testing::admission last;
};

}  // namespace tests
