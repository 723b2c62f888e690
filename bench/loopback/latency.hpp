// What the whole library adds to a bare exchange on a warm connection.
#pragma once

#include "bench/loopback/load.hpp"

namespace loopback {

/// Microseconds: p50 and p99 of a bare exchange, p50 and p99 of `create`.
[[nodiscard]] std::vector<double> run_latency(const place& to, bool http2, std::size_t calls);

}  // namespace loopback
