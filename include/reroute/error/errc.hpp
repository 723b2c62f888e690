// reroute's own error codes: what `async_create` completes with, and what a transport reports.
#pragma once

#include <reroute/error/category.hpp>

#include <system_error>
#include <type_traits>

namespace reroute {

/// Error codes. Each has a `category` (compare with `==`); the timeouts also equal `std::errc::timed_out`.
enum class errc {
  // what a provider answered
  rate_limited = 1,  ///< rate_limit: 429
  overloaded,        ///< overloaded: 529, 503
  quota_exhausted,   ///< quota: spend cap, balance, no quota
  unauthorized,      ///< auth: 401, 403
  rejected,          ///< bad_request: the request itself
  provider_timeout,  ///< timeout: 408, 504
  server_error,      ///< server: 5xx, 409
  // the way there and back
  connect_failed,       ///< network: no address of the host answered
  host_not_found,       ///< network: the name has no address
  tls_failed,           ///< network: the handshake failed
  certificate_refused,  ///< network: the peer is not who it should be; not retryable
  proxy_refused,        ///< network: the proxy opens no way to the host; not the route's own answer
  proxy_unauthorized,   ///< auth: the proxy wants a (better) credential: 407; not retryable
  connection_lost,      ///< network: closed or reset before the answer began
  truncated_body,       ///< network: the answer was cut off
  protocol_error,       ///< network: what came is not HTTP, or lies about its length
  header_too_large,     ///< network: more header bytes than the limit
  body_too_large,       ///< network: more body bytes than the limit
  enhance_your_calm,    ///< overloaded: the peer finds that this client asks too much (HTTP/2)
  malformed_answer,     ///< network: a 2xx whose body is neither a message nor a known error
  // our own limits
  connect_timeout,      ///< timeout: no connection in time
  head_timeout,         ///< timeout: no response head in time
  idle_timeout,         ///< timeout: no byte for too long
  attempt_timeout,      ///< timeout: one attempt took too long
  deadline_exceeded,    ///< timeout: the call's deadline passed
  would_miss_deadline,  ///< timeout: no route can admit the call before its deadline; told at once
  too_many_waiting,     ///< overloaded: `client_options::max_waiting` calls wait already
  draining,  ///< network: this side takes nothing new, it is being drained; not retryable
  // limits on streams (`stream_guards`)
  first_event_timeout,    ///< timeout: no event in time
  first_content_timeout,  ///< timeout: events, but no content in time
  stream_stalled,         ///< timeout: pings at best for too long
  stream_too_slow,        ///< timeout: less than the minimum throughput
  // credentials
  credential_failed,  ///< auth: the credential could not be obtained
};

/// The `std::error_category` of `errc`.
[[nodiscard]] const std::error_category& reroute_category() noexcept;
[[nodiscard]] std::error_code make_error_code(errc value) noexcept;

}  // namespace reroute

template <>
struct std::is_error_code_enum<reroute::errc> : std::true_type {};
