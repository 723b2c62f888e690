// The best that a loop around one request can do: perfect parsing, all routes, nothing shared.
#pragma once

#include "bench/support/article_loops.hpp"

#include <chrono>

namespace bench {

/// Each call for itself: it reads every hint as reroute does and never undercuts one, spills over the
/// routes in order, backs off with full jitter (1 s, doubled, up to 30 s) where there is no hint and on
/// top of one, and is bounded by its deadline alone. True if it got its answer.
asio::awaitable<bool> per_request_loop(loop_context& shared,
                                       std::chrono::steady_clock::time_point deadline);

}  // namespace bench
