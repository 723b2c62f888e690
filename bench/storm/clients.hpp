// The clients that are compared: each gets the same storm.
#pragma once

#include <reroute/testing/simulation.hpp>

#include "bench/storm/reports.hpp"

#include <string>
#include <vector>

namespace storm {

/// "before", "after", "per_request", "reroute".
[[nodiscard]] const std::vector<std::string>& client_names();

/// One client in one storm, against a server of its own. Throws `std::invalid_argument` for a client
/// or plan that does not exist.
[[nodiscard]] run_result run_client(const std::string& client,
                                    const reroute::testing::scenario& what,
                                    const reroute::testing::schedule& ideal);

}  // namespace storm
