// The dispatcher by itself, with many waiting: what a step costs.
#pragma once

#include "bench/machines/compare.hpp"
#include "traffic/dispatcher.hpp"

#include <cstddef>
#include <deque>
#include <random>
#include <vector>

namespace bench {

/// Nanoseconds per call.
struct queue_costs {
  double add = 0;     ///< a call comes
  double cancel = 0;  ///< one leaves from anywhere
  double admit = 0;   ///< the first one goes, and its answer is heard
  double wake = 0;    ///< when to look again
};

/// A dispatcher with so many waiting.
class full_queue {
 public:
  full_queue(std::size_t waiting, time_limits deadlines);
  full_queue(const full_queue&) = delete;
  full_queue& operator=(const full_queue&) = delete;
  ~full_queue();

  /// Measures each step with `steps` calls, and leaves as many waiting as there were.
  [[nodiscard]] queue_costs measure(std::size_t steps);

 private:
  [[nodiscard]] std::vector<reroute::detail::waiter*> some_spare(std::size_t count);
  void add(const std::vector<reroute::detail::waiter*>& coming);

  time_limits deadlines_;
  std::deque<reroute::detail::waiter> calls_;
  std::vector<reroute::detail::waiter*> spare_;
  std::minstd_rand random_{1};
  reroute::detail::dispatcher queue_;
};

}  // namespace bench
