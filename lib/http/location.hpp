// Where a redirect leads, as far as it may be shown.
#pragma once

#include <string>
#include <string_view>

namespace reroute::http {

/// The value of a Location field without what may be secret in it: user info, query, fragment. One line of
/// printable ASCII, at most 200 bytes; empty if nothing is left.
[[nodiscard]] std::string shown_location(std::string_view value);

}  // namespace reroute::http
