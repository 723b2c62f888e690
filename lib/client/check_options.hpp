// Checks a client's options before anything is built from them.
#pragma once

#include <reroute/client/client_options.hpp>

namespace reroute::detail {

/// Throws `std::invalid_argument` that names the field, what it is, and what would be right.
void check_options(const client_options& options);

}  // namespace reroute::detail
