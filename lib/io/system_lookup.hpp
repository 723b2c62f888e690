// getaddrinfo: the system's resolver, which takes as long as it takes.
#pragma once

#include "io/host_resolver.hpp"

#include <string>

namespace reroute::detail {

/// The addresses of a host, or why there are none. Blocks for seconds: never on the loop.
[[nodiscard]] host_addresses system_lookup(const std::string& host);

}  // namespace reroute::detail
