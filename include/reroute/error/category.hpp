// What kind of failure it is, on every route the same: the word that decisions are made on.
#pragma once

#include <cstdint>
#include <iosfwd>
#include <string_view>
#include <system_error>
#include <type_traits>

namespace reroute {

/// The kinds of outcome. Also a `std::error_condition`: `ec == reroute::category::rate_limit` holds
/// for every code of that kind, be it reroute's own, Asio's or the system's.
enum class category : std::uint8_t {
  ok,
  rate_limit,   ///< 429: this quota is used up for the moment
  overloaded,   ///< 529, 503: the provider has too much to do for everybody
  quota,        ///< spend cap, empty balance, no quota: waiting does not help soon
  auth,         ///< 401, 403, or no credential could be obtained
  bad_request,  ///< the request itself: 400, 404, 413, 422, other 4xx, 3xx
  timeout,      ///< 408, 504, and our own time limits
  server,       ///< 500, 502 and other 5xx, 409
  network,      ///< DNS, connect, TLS, reset, protocol, truncated answers
  cancelled,    ///< the caller, or the end of the client
};

/// The name of the enumerator, e.g. "rate_limit".
[[nodiscard]] std::string_view to_string(category value) noexcept;
std::ostream& operator<<(std::ostream& out, category value);

/// The `std::error_category` of `reroute::category` as an error condition.
[[nodiscard]] const std::error_category& category_conditions() noexcept;
[[nodiscard]] std::error_condition make_error_condition(category value) noexcept;

/// The kind of any error code: reroute's own, an errno as Asio reports it, or a TLS error.
/// No error is `ok`; what is not known is `network`.
[[nodiscard]] category category_of(const std::error_code& code) noexcept;

}  // namespace reroute

template <>
struct std::is_error_condition_enum<reroute::category> : std::true_type {};
