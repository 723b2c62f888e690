// What Arc's agent wants before it hands out a token, and what it must confirm.
#pragma once

#include <reroute/http/headers.hpp>

#include "route/identity/identity_place.hpp"

#include <string>
#include <string_view>

namespace reroute::detail {

/// The file with which Arc wants to be convinced, from its 401. It must be a key file of the agent, in
/// `folder`; anything else throws `token_error`: a stranger on the port must not learn a file.
[[nodiscard]] std::string arc_key_file(const http::headers& refusal, std::string_view folder);

/// True if Arc's answer names the identity that was asked for: an old agent gives its own instead.
[[nodiscard]] bool arc_confirms(std::string_view answer, const user_assigned& who);

}  // namespace reroute::detail
