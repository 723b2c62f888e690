// A call, as the dispatcher sees it while it waits.
#pragma once

#include <reroute/traffic/priority.hpp>

#include "detail/ordered_queue.hpp"
#include "traffic/gate.hpp"

#include <chrono>
#include <cstdint>

namespace reroute::detail {

/// Routes of a client as a set of bits: bit 0 is the client's first route.
using route_set = std::uint32_t;
inline constexpr int max_routes = 32;
[[nodiscard]] constexpr bool holds(route_set routes, int route) {
  return (routes >> route & 1U) != 0;
}

struct lane;

/// Node of the dispatcher's queues; a call derives from it or holds it. Must be removed from the
/// dispatcher before it dies.
struct waiter {
  using time_point = std::chrono::steady_clock::time_point;

  // the dispatcher's own, together: what a call that leaves touches of its neighbours
  list_hook<waiter> order;
  list_hook<waiter> clock;
  lane* in = nullptr;
  heap_hook order_heap;
  heap_hook clock_heap;
  double turn = 0;             ///< its tenant's turn; kept when it comes back refused
  std::uint64_t sequence = 0;  ///< order of arrival; kept, too

  route_set routes = 0;     ///< where it may go now; none: it only waits for `due`
  std::uint32_t scope = 0;  ///< its limit: a model and what is asked of it, as a number
  cost need = {};
  time_point due = time_point::max();  ///< its deadline, or the end of its back-off
  time_point deadline = time_point::max();
  reroute::priority priority = reroute::priority::normal;
};

}  // namespace reroute::detail
