// How long calls wait while nothing is sent to a route that would let one through. Pure.
#pragma once

#include "testing/storm_time.hpp"

#include <algorithm>
#include <cstddef>
#include <functional>
#include <utility>
#include <vector>

namespace reroute::testing {

/// Looks at the routes in steps of 20 ms, between the events that it is told of.
class idle_watch {
 public:
  /// Whether a route would let a typical call through at a time that never goes back.
  using open_at = std::function<bool(std::size_t route, storm_time now)>;

  explicit idle_watch(std::size_t routes) : since_(routes, storm_time(0)) {}

  void look_with(open_at open) { open_ = std::move(open); }
  /// Until now calls waited, or none did.
  void pass(storm_time now, bool waiting) {
    while (open_ && looked_ + step <= now) {
      looked_ += step;
      for (std::size_t route = 0; route < since_.size(); ++route) {
        if (!waiting || !open_(route, looked_)) since_[route] = looked_;
        longest_ = std::max(longest_, looked_ - since_[route]);
      }
    }
  }
  void sent(std::size_t route, storm_time now) { since_[route] = std::max(since_[route], now); }
  [[nodiscard]] storm_time longest() const { return longest_; }

 private:
  static constexpr storm_time step = std::chrono::milliseconds(20);
  open_at open_;
  std::vector<storm_time> since_;  // by route: it is shut, nobody waits, or something was sent
  storm_time looked_{0}, longest_{0};
};

}  // namespace reroute::testing
