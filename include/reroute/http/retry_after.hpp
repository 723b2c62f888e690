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
  retry_after_ms,     ///< `retry-after-ms` or `x-ms-retry-after-ms`
  retry_after,        ///< `Retry-After` in seconds
  retry_after_date,   ///< `Retry-After` as HTTP-date
  message_text,       ///< "Please wait 33 seconds before retrying." in an error body
};

[[nodiscard]] std::string_view to_string(hint_source source) noexcept;
std::ostream& operator<<(std::ostream& out, hint_source source);

/// A wait that a response asked for: never negative, not capped (a policy's business).
struct retry_hint {
  std::chrono::milliseconds wait{0};
  hint_source source = hint_source::none;
  friend bool operator==(const retry_hint&, const retry_hint&) = default;
};

/// Reads one `Retry-After` value: seconds ("20", "1.5"; rounded up to milliseconds) or an HTTP-date.
///
/// The whole value must match: no sign, prefix, exponent, inf or nan; an overflow saturates. A date is
/// counted from `now`, and the past is 0. Anything else is nothing. Never throws, never allocates.
[[nodiscard]] std::optional<retry_hint> parse_retry_after(std::string_view value, date now) noexcept;

/// The wait that these response headers ask for: `retry-after-ms`, then `x-ms-retry-after-ms`, then
/// `Retry-After`.
///
/// A form that cannot be read, or is 0, gives way to the next; 0 is returned only if none is longer.
/// A date counts from the response's own `Date` field, so that a wrong local clock does not matter;
/// without one, or with an `Age` field (then `Date` is old), from `now`, the local wall clock.
[[nodiscard]] std::optional<retry_hint> find_retry_after(const headers& fields, date now) noexcept;

}  // namespace reroute::http
