// Checks a client's options before anything is built from them.
#pragma once

#include <reroute/client/client_options.hpp>

namespace reroute::detail {

/// Throws `std::invalid_argument` that names the field, what it is, and what would be right.
void check_options(const client_options& options);

/// Throws `std::invalid_argument` for a plain call whose answer may take longer than the default deadline.
void check_plain_length(std::int64_t max_tokens);

}  // namespace reroute::detail
