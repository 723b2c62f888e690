// From evidence to a reading: known codes and billing messages first, then the status.
#pragma once

#include <reroute/error/normalized_error.hpp>
#include <reroute/error/resolver.hpp>

#include "error/envelope.hpp"

namespace reroute::detail {

/// Sets category, flags and opening by a code or billing message that is known. False if nothing of
/// that is known.
[[nodiscard]] bool classify_by_code(normalized_error& error, const envelope& body,
                                    const http::headers& fields, http::date now);

/// Sets category and flags by `status`, and by Anthropic's type where a gateway blurred the status.
void classify_by_status(normalized_error& error, int status, const envelope& body,
                        const resolver_options& options);

}  // namespace reroute::detail
