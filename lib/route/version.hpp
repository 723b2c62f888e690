// The name that reroute gives itself on the wire.
#pragma once

#include <string_view>

namespace reroute::detail {

inline constexpr std::string_view user_agent = "reroute/" REROUTE_VERSION;

}  // namespace reroute::detail
