// The request writer of every route that speaks the Messages API over plain HTTP.
#pragma once

#include <reroute/route/route.hpp>

#include <string>
#include <vector>

namespace reroute::detail {

/// What such a route is made of; `what` is the name of its options, for errors.
struct messages_endpoint {
  std::string what;
  http::url base;  ///< the API's paths are appended
  std::string version;
  std::vector<std::string> betas;
  http::headers extra_headers;
};

/// Checks version, betas and extra headers (`std::invalid_argument` names the option).
[[nodiscard]] request_writer messages_writer(messages_endpoint endpoint);

/// One of key and credential, or `std::invalid_argument` that says how to set one.
[[nodiscard]] credential choose_credential(const std::string& what, std::string api_key,
                                           credential other);

/// The parsed base URL; http:// only if it is allowed.
[[nodiscard]] http::url checked_base(const std::string& what, const std::string& text,
                                     bool plain_http);

}  // namespace reroute::detail
