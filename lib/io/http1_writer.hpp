// The head of an HTTP/1.1 request, checked once more and written. Pure.
#pragma once

#include <reroute/http/message.hpp>
#include <reroute/io/transport.hpp>

#include <string>

namespace reroute::detail {

/// Writes request line and fields of `request`, with Host and Content-Length, into `head`.
///
/// Every part is checked here again, whoever made it: nothing that is not one request gets through.
/// An error is `errc::rejected` and names what is wrong, never a value. `head` is replaced.
[[nodiscard]] transport_error write_http1_head(const http::request& request, std::string& head);

}  // namespace reroute::detail
