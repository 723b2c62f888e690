// wrk and h2load, the ceilings: what their processes cost per request.
#pragma once

#include "bench/loopback/load.hpp"
#include "tests/peers/program.hpp"

#include <optional>

namespace loopback {

/// Empty without the program; it has said so then. Each is run twice, shorter and longer: the difference
/// is free of start and handshakes.
[[nodiscard]] std::optional<cost> run_wrk(const place& to, const load& what);
[[nodiscard]] std::optional<cost> run_h2load(const place& to, const load& what);

}  // namespace loopback
