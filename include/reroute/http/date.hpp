// Dates on the wire: HTTP-date in its three forms, and RFC 3339. Pure: no locale, no time zone database.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace reroute::http {

/// Wall-clock time in whole seconds, UTC.
using date = std::chrono::sys_seconds;

/// Reads an HTTP-date in any of the forms of RFC 9110, 5.6.7: IMF-fixdate ("Tue, 30 Jun 2026 20:31:05
/// GMT"), RFC 850 (two-digit year: the century that lies less than 50 years ahead of `now`) and asctime.
///
/// The whole text must match; names match in any case. A wrong weekday is accepted (real servers send
/// them); a day that does not exist is not. The zone is "GMT" or "UTC", and no zone means UTC. A leap
/// second reads as :59. Never allocates.
[[nodiscard]] std::optional<date> parse_http_date(std::string_view text, date now = {}) noexcept;

/// Writes an IMF-fixdate. A date outside of the years 0 to 9999, which has none, is moved to the nearest.
[[nodiscard]] std::string format_http_date(date when);

/// Reads an RFC 3339 date-time ("2025-06-02T15:14:45Z", with a fraction or an offset); rounded up to
/// whole seconds. The whole text must match; "T" and "Z" may be in lower case, "T" a space. A leap second
/// reads as :59. Never allocates.
[[nodiscard]] std::optional<date> parse_rfc3339(std::string_view text) noexcept;

}  // namespace reroute::http
