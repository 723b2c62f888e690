// From what was seen to the figures: against the ideal, and over seeds.
#pragma once

#include <reroute/testing/simulation.hpp>

#include "bench/storm/reports.hpp"

#include <string>
#include <vector>

namespace storm {

[[nodiscard]] row figures_of(const reroute::testing::scenario& what, const std::string& client,
                             const reroute::testing::schedule& ideal, const run_result& seen);

/// The median of every figure. Not of no rows.
[[nodiscard]] row median(const std::vector<row>& rows);

}  // namespace storm
