// The client of a simulated storm: as in production, over simulated routes.
#pragma once

#include <reroute/client/client_options.hpp>
#include <reroute/message/message_request.hpp>

#include "testing/simulated_storm.hpp"

#include <cstddef>
#include <memory>
#include <optional>
#include <string_view>

namespace reroute::testing {

/// The options with the storm's routes, plan, time and seed.
[[nodiscard]] client_options completed(client_options options,
                                       const std::shared_ptr<simulated_storm>& storm);

[[nodiscard]] std::optional<std::size_t> route_named(const scenario& what, std::string_view name);

/// What calls of this size ask: about four characters are a token.
[[nodiscard]] message_request question(const scenario_mix& of);

}  // namespace reroute::testing
