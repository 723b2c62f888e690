// How much is resident per call in flight, on one thread.
#pragma once

#include "bench/loopback/load.hpp"

namespace loopback {

/// Resident bytes per call when all are under way, connections taken, seconds until the first answer.
[[nodiscard]] std::vector<double> run_memory(const place& to, const load& what, bool whole_client);

}  // namespace loopback
