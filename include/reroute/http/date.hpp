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
/// The whole text must match. A wrong weekday is accepted (real servers send them); a day that does not
/// exist is not. "GMT" and "UTC" are accepted, no zone means UTC (asctime). A leap second reads as :59.
[[nodiscard]] std::optional<date> parse_http_date(std::string_view text, date now = {}) noexcept;

/// Writes an IMF-fixdate.
[[nodiscard]] std::string format_http_date(date when);

/// Reads an RFC 3339 date-time ("2025-06-02T15:14:45Z", with a fraction or an offset); rounded up to
/// whole seconds.
[[nodiscard]] std::optional<date> parse_rfc3339(std::string_view text) noexcept;

}  // namespace reroute::http
