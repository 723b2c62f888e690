// Opens the ways to all routes ahead of the first call.
#pragma once

#include <reroute/client/completion.hpp>
#include <reroute/client/route_warmth.hpp>

#include <cstddef>
#include <memory>
#include <vector>

namespace reroute::detail {

class engine;

/// On all routes at once, from any thread.
void start_warm_up(const std::shared_ptr<engine>& at, std::size_t connections,
                   completion_ptr_for<std::vector<route_warmth>> handler);

}  // namespace reroute::detail
