// Percent-encoding, for queries and for forms.
#pragma once

#include <string>
#include <string_view>

namespace reroute::detail {

/// Appends `name=value` with everything percent-encoded but letters, digits and "-._~"; before it an
/// "&" unless `out` is empty or ends in "?".
void append_form_field(std::string& out, std::string_view name, std::string_view value);

/// Appends `text`, encoded so.
void append_encoded(std::string& out, std::string_view text);

}  // namespace reroute::detail
