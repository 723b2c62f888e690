// Whom the proxy is not for: the rules of NO_PROXY. Pure.
#pragma once

#include <cstdint>
#include <string_view>

namespace reroute::detail {

/// True if an entry of `no_proxy` (see `proxy_settings::no_proxy`) covers this host: a name in lower case, or
/// an address without brackets.
[[nodiscard]] bool goes_direct(std::string_view no_proxy, std::string_view host,
                               std::uint16_t port);

}  // namespace reroute::detail
