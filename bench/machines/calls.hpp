// The client with many calls waiting: what one more, one less, one that goes and one that is late cost.
#pragma once

#include "bench/machines/compare.hpp"

#include <cstddef>
#include <memory>

namespace bench {

/// Nanoseconds per call, the loop's turns and the handlers included.
struct call_costs {
  double create = 0;  ///< `async_create`, until it waits
  double cancel = 0;  ///< any of them by its signal, until its handler has run
  double admit = 0;   ///< the first ones go, are answered at once, and their handlers run
  double expire = 0;  ///< any of them meets its deadline
};

/// A client, closed but for as many calls as it is told, with so many waiting.
class waiting_room {
 public:
  waiting_room(std::size_t calls, time_limits deadlines);
  waiting_room(const waiting_room&) = delete;
  waiting_room& operator=(const waiting_room&) = delete;
  ~waiting_room();

  /// Measures each step with `steps` calls, and leaves as many waiting as there were.
  [[nodiscard]] call_costs measure(std::size_t steps);

 private:
  struct state;
  std::unique_ptr<state> state_;
};

}  // namespace bench
