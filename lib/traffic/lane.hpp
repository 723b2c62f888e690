// Waiting calls that may use the same routes under the same limit: one order, one heap of
// deadlines.
#pragma once

#include "traffic/waiter.hpp"

#include <array>

namespace reroute::detail {

struct earlier_arrival {
  bool operator()(const waiter& a, const waiter& b) const noexcept {
    return a.turn != b.turn ? a.turn < b.turn : a.sequence < b.sequence;
  }
};
struct earlier_due {
  bool operator()(const waiter& a, const waiter& b) const noexcept { return a.due < b.due; }
};
using order_heap = intrusive_heap<waiter, &waiter::order, earlier_arrival>;
using due_heap = intrusive_heap<waiter, &waiter::clock, earlier_due>;

struct lane {
  route_set routes = 0;
  std::uint32_t scope = 0;
  std::array<order_heap, 3> order;  // by priority
  due_heap due;
  int open_route = -1;  // found by the last look: the route that admits now

  /// The call that would go first. Something must wait.
  [[nodiscard]] const waiter& first() const {
    for (const order_heap& each : order)
      if (!each.empty()) return each.top();
    return due.top();
  }
};

}  // namespace reroute::detail
