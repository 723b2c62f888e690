// Ends a client in order: no new calls, those that have begun to their end, then the connections.
#pragma once

#include <reroute/client/completion.hpp>

#include <chrono>
#include <memory>

namespace reroute::detail {

class engine;

/// From any thread.
void start_drain(const std::shared_ptr<engine>& at, std::chrono::milliseconds within,
                 completion_ptr_for<no_result> handler);

}  // namespace reroute::detail
