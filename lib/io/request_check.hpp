// What every request must be before it goes on a wire, whatever the HTTP version.
#pragma once

#include <reroute/http/message.hpp>
#include <reroute/io/transport.hpp>

#include <string>

namespace reroute::detail {

/// `errc::rejected`, with the reason, for a request that could be read as another one by a peer, or
/// that sets what is the transport's to set. Never repeats a value.
[[nodiscard]] transport_error check_request(const http::request& request);

/// Host and, unless it is the scheme's own, port: "api.anthropic.com", "[::1]:8080".
[[nodiscard]] std::string authority_of(const http::url& url);

/// True if the request says its length even where it has no body.
[[nodiscard]] bool needs_length(const http::request& request) noexcept;

}  // namespace reroute::detail
