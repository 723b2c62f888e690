// A call, as the dispatcher sees it while it waits.
#pragma once

#include <reroute/traffic/priority.hpp>

#include "detail/intrusive_heap.hpp"
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

/// Node of the dispatcher's heaps; a call derives from it or holds it. Must be removed from the
/// dispatcher before it dies.
struct waiter {
  using time_point = std::chrono::steady_clock::time_point;

  route_set routes = 0;  ///< where it may go now; none: it only waits for `due`
  std::uint32_t scope =
      0;  ///< the limit it falls under: a model and what is asked of it, as a number
  reroute::priority priority = reroute::priority::normal;
  cost need = {};
  time_point due = time_point::max();  ///< its deadline, or the end of its back-off
  time_point deadline = time_point::max();

  // the dispatcher's own
  std::uint64_t sequence = 0;  ///< order of arrival; kept when it comes back refused
  double turn = 0;             ///< its tenant's turn; kept, too
  heap_hook order;
  heap_hook clock;
  lane* in = nullptr;
};

}  // namespace reroute::detail
