// When a response was made, by the best clock there is for its dates: that of its own server.
#pragma once

#include <reroute/http/date.hpp>
#include <reroute/http/headers.hpp>
#include <reroute/http/retry_after.hpp>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <optional>

namespace reroute::http {

/// The response's `Date`; `now` (the local wall clock) if there is none, it cannot be read, or an
/// `Age` says that a cache has kept the response and its date is old.
[[nodiscard]] inline date response_time(const headers& fields, date now) noexcept {
  if (fields.contains("age")) return now;
  const auto field = fields.find("date");
  if (!field) return now;
  return parse_http_date(*field, now).value_or(now);
}

/// How long it is from `now` to `then`: never negative, at most `longest_wait`, for any two dates.
[[nodiscard]] constexpr std::chrono::milliseconds wait_between(date now, date then) noexcept {
  if (then <= now) return std::chrono::milliseconds(0);
  // unsigned, because the difference of two extreme dates does not fit into a signed one
  const auto gap = static_cast<std::uint64_t>(then.time_since_epoch().count()) -
                   static_cast<std::uint64_t>(now.time_since_epoch().count());
  constexpr auto most = static_cast<std::uint64_t>(longest_wait.count() / 1000);
  return std::chrono::milliseconds(static_cast<std::int64_t>(std::min(gap, most)) * 1000);
}

}  // namespace reroute::http
