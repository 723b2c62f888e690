// One figure of a scenario over its seeds.
#pragma once

#include "bench/simulate/report.hpp"
#include "bench/support/median.hpp"

#include <cstddef>
#include <utility>
#include <vector>

namespace bench {

[[nodiscard]] inline double middle(const simulated& of,
                                   double reroute::testing::simulation_result::*figure) {
  std::vector<double> values;
  for (const auto& each : of.results)
    values.push_back(each.*figure);
  return median(std::move(values));
}

[[nodiscard]] inline std::size_t sum(const simulated& of,
                                     std::size_t reroute::testing::simulation_result::*figure) {
  std::size_t all = 0;
  for (const auto& each : of.results)
    all += each.*figure;
  return all;
}

}  // namespace bench
