// The figures of a storm: its answers against the ideal's.
#pragma once

#include <reroute/testing/simulation.hpp>

#include <chrono>
#include <cstddef>
#include <vector>

namespace reroute::testing {

/// A call that got its answer. Times count from the beginning of the storm.
struct answered_call {
  std::chrono::nanoseconds arrived{0};
  std::chrono::nanoseconds answered{0};
};

/// As in `simulation_result`, which has them from here.
struct storm_figures {
  double goodput = 0, drain = 0, wasted = 0;
  double drain_s = 0, ideal_drain_s = 0;
  double p50_s = 0, p99_s = 0, ideal_p99_s = 0;
  std::size_t lost = 0;
};

[[nodiscard]] storm_figures figures_of(const std::vector<answered_call>& answers,
                                       std::size_t refused, const schedule& best);

}  // namespace reroute::testing
