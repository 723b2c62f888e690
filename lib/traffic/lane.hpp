// Waiting calls that may use the same routes under the same limit: one order, one queue
// of deadlines.
#pragma once

#include "traffic/waiter.hpp"

#include <array>
#include <cstddef>
#include <cstdint>

namespace reroute::detail {

/// Whose turn it is, and of equal turns who came first.
struct arrival {
  double turn = 0;
  std::uint64_t sequence = 0;
  friend bool operator<(const arrival& a, const arrival& b) noexcept {
    return a.turn != b.turn ? a.turn < b.turn : a.sequence < b.sequence;
  }
};
struct arrival_of {
  arrival operator()(const waiter& call) const noexcept { return {call.turn, call.sequence}; }
};
struct due_of {
  waiter::time_point operator()(const waiter& call) const noexcept { return call.due; }
};
using order_queue = ordered_queue<waiter, &waiter::order, &waiter::order_heap, arrival_of>;
using due_queue = ordered_queue<waiter, &waiter::clock, &waiter::clock_heap, due_of>;

struct lane {
  route_set routes = 0;
  std::uint32_t scope = 0;
  std::array<order_queue, 3> order;  // by priority
  due_queue due;
  std::size_t size = 0;
  int open_route = -1;  // found by the last look: the route that admits now

  /// The call that would go first. Something must wait.
  [[nodiscard]] const waiter& first() const {
    for (const order_queue& each : order)
      if (!each.empty()) return each.top();
    return due.top();
  }
};

}  // namespace reroute::detail
