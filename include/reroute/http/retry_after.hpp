// How long a response asks to wait, in every header form that is in use. Pure.
#pragma once

#include <reroute/http/date.hpp>
#include <reroute/http/headers.hpp>

#include <chrono>
#include <cstdint>
#include <iosfwd>
#include <optional>
#include <string_view>

namespace reroute::http {

/// Where a wait was read.
enum class hint_source : std::uint8_t {
  none,
  retry_after_ms,    ///< `retry-after-ms` or `x-ms-retry-after-ms`
  retry_after,       ///< `Retry-After` in seconds
  retry_after_date,  ///< `Retry-After` as HTTP-date
  message_text,      ///< "Please wait 33 seconds before retrying." in an error body
};

[[nodiscard]] std::string_view to_string(hint_source source) noexcept;
std::ostream& operator<<(std::ostream& out, hint_source source);

/// What a wait on the wire saturates at: about a hundred years, so that the sum with any clock's now,
/// even in nanoseconds, does not overflow.
inline constexpr std::chrono::milliseconds longest_wait = std::chrono::hours(24 * 36'525);

/// A wait that a response asked for: never negative, at most `longest_wait`, and not capped otherwise
/// (that is a policy's business).
struct retry_hint {
  std::chrono::milliseconds wait{0};
  hint_source source = hint_source::none;
  friend bool operator==(const retry_hint&, const retry_hint&) = default;
};

/// Reads one `Retry-After` value: seconds ("20", "1.5"; rounded up to milliseconds) or an HTTP-date.
///
/// The whole value must match: no sign, prefix, exponent, inf, nan or white space; what is too long
/// saturates at `longest_wait`. A date is counted from `now`, and the past is 0. Anything else is
/// nothing. Never throws, never allocates.
[[nodiscard]] std::optional<retry_hint> parse_retry_after(std::string_view value,
                                                          date now) noexcept;

/// The wait that these response headers ask for: `retry-after-ms`, then `x-ms-retry-after-ms`, then
/// `Retry-After`.
///
/// A form that cannot be read, or is 0, gives way to the next; 0 is returned only if none is longer. Of
/// several fields of one name the longest wait counts, for a hint is never undercut.
/// A date counts from the response's own `Date` field, so that a wrong local clock does not matter;
/// without one, or with an `Age` field (then `Date` is old), from `now`, the local wall clock. Never throws, never allocates.
[[nodiscard]] std::optional<retry_hint> find_retry_after(const headers& fields, date now) noexcept;

}  // namespace reroute::http
