// Resolvers: a route's raw answer, or a failed transport, becomes one normalized error. Pure.
#pragma once

#include <reroute/error/normalized_error.hpp>
#include <reroute/http/date.hpp>
#include <reroute/http/message.hpp>

#include <functional>
#include <string>
#include <string_view>
#include <system_error>

namespace reroute {

/// Turns a raw response that is not a success into a normalized error: the only place that knows a
/// route's faces. `now` is the local wall clock. Must not throw. An own route brings an own one.
/// It is also asked about an error event in a stream, as `error_event_response` puts it, and about a 2xx whose body is
/// no answer. If it has a `raw_code` and more to say than
/// `category::server` without a flag, that is the attempt's error, else `errc::malformed_answer` is; the
/// built-in ones judge an error envelope under 2xx by its `error.type`.
using error_resolver =
    std::function<normalized_error(const http::response& response, http::date now)>;

/// What a built-in resolver may be told.
struct resolver_options {
  /// Name written into `normalized_error::route`.
  std::string route = {};
  /// 401 and 403 are worth another route (and quarantine this one). Default off: a wrong key must not
  /// spray both routes.
  bool failover_on_auth = false;
  /// A 404 (an unknown model, a missing deployment) is worth another route. Default off.
  bool failover_on_not_found = false;
};

/// The resolver of Anthropic direct. Reads every envelope, Azure's as well: gateways mix them.
[[nodiscard]] error_resolver anthropic_resolver(resolver_options options);
/// The resolver of Claude in Microsoft Foundry. Reads every envelope.
[[nodiscard]] error_resolver azure_foundry_resolver(resolver_options options);

/// An error event of a stream, which began with 200, as the response that the error has elsewhere: the status that
/// its type or code comes with (529, 429, ...; 500 for one that is new), the event's `data` as the body, and `fields`
/// with a content type of text/event-stream. What a resolver is asked when such an event comes.
[[nodiscard]] http::response error_event_response(std::string_view data, http::headers fields = {});
/// What `anthropic_resolver` makes of that.
[[nodiscard]] normalized_error resolve_error_event(std::string_view route, std::string_view data,
                                                   http::date now);

/// A failed transport as a normalized error. `sent` says that the request had left. `detail` is the
/// message; that of `code` if it is empty. Cancelled, and the caller's own deadline, are for no route.
[[nodiscard]] normalized_error resolve_transport_failure(std::string_view route,
                                                         std::error_code code, bool sent,
                                                         std::string_view detail = {});

/// A credential that could not be obtained: auth, failover-worthy, retryable by cause.
[[nodiscard]] normalized_error resolve_credential_failure(std::string_view route,
                                                          std::error_code cause, bool retryable,
                                                          std::string_view detail = {});

}  // namespace reroute
