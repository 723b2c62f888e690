// What is told of a redirect, which is not followed.
#pragma once

#include <reroute/http/headers.hpp>

#include <string>

namespace reroute::detail {

/// Where it leads, without query and credentials, and why nobody goes there. Empty for any status but 301,
/// 302, 303, 307 and 308.
[[nodiscard]] std::string describe_redirect(int status, const http::headers& fields);

}  // namespace reroute::detail
