// The request writer of every route that speaks the Messages API over plain HTTP.
#pragma once

#include <reroute/route/route.hpp>

#include <cstddef>
#include <string>
#include <vector>

namespace reroute::detail {

/// What such a route is made of.
struct messages_endpoint {
  std::string what;        ///< the name of its options, for errors
  http::url base = {};     ///< "/v1/messages" is appended to its path
  std::string key_header;  ///< where a key goes
  std::string version;
  std::vector<std::string> betas = {};
  http::headers extra_headers = {};
  /// A secret that is an Anthropic OAuth token goes as a bearer token, with the beta it needs.
  bool oauth_tokens = false;
  /// Bodies of more bytes go in gzip; 0: none.
  std::size_t gzip_above = 0;
};

/// Makes the writer. Throws `std::invalid_argument` that names the option for a version or beta
/// that no header can hold, and for extra headers that the route or the transport sets itself.
[[nodiscard]] request_writer messages_writer(messages_endpoint endpoint);

}  // namespace reroute::detail
