// How long the loop stands still in a storm.
#pragma once

#include <cstddef>

namespace bench {

struct stall_result {
  std::size_t calls = 0, answered = 0, refused = 0;
  double longest_ms = 0;  ///< of one turn: all handlers between two looks at the sockets
  double p999_ms = 0;
};

/// `calls` at once, over routes that refuse and then answer; no sockets, so that every turn is ours.
[[nodiscard]] stall_result measure_stall(std::size_t calls);

}  // namespace bench
