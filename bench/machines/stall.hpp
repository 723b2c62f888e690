// How long the loop stands still in a storm.
#pragma once

#include <cstddef>

namespace bench {

struct stall_result {
  std::size_t calls = 0, answered = 0, refused = 0;
  double longest_ms = 0;  ///< of one turn: all that was ready when it began
  double busiest_ms = 0;  ///< the most that a turn used of the processor
};

enum class storm_end { drained, cancelled };

/// `calls` at once, over a route that refuses and then answers; or that stays closed, and all are
/// cancelled at once. No sockets, so that every turn is ours.
[[nodiscard]] stall_result measure_stall(std::size_t calls, storm_end how);

}  // namespace bench
