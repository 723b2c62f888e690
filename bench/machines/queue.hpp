// The dispatcher by itself: what a step costs with so many waiting.
#pragma once

#include <cstddef>

namespace bench {

/// Nanoseconds per call.
struct queue_costs {
  std::size_t waiting = 0;
  double add = 0;     ///< a call comes
  double cancel = 0;  ///< one leaves from anywhere
  double admit = 0;   ///< the first one goes, and its answer is heard
  double wake = 0;    ///< when to look again
};

[[nodiscard]] queue_costs measure_queue(std::size_t waiting);

}  // namespace bench
