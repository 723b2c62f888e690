// What only the text of an error says: the one place where matching text is unavoidable.
#pragma once

#include <reroute/http/date.hpp>

#include <chrono>
#include <optional>
#include <string_view>

namespace reroute::detail {

/// The wait in "Please wait 33 seconds before retrying", "Try again in 50 seconds", "replenished in
/// 01:00:00". 0 is no hint; at most `http::longest_wait`.
[[nodiscard]] std::optional<std::chrono::milliseconds> wait_in_text(
    std::string_view message) noexcept;

/// True for the message of a spend limit or an empty balance, which come as 400 or 429 without a
/// code. Only how it begins counts: further on a message may quote the request, and a prompt must
/// not be able to shut a route.
[[nodiscard]] bool says_no_quota(std::string_view message) noexcept;

/// The moment in "You will regain access on 2026-12-01 at 00:00 UTC".
[[nodiscard]] std::optional<http::date> access_date_in_text(std::string_view message) noexcept;

/// True for the words of a rate limiter, as opposed to "this model is not for you".
[[nodiscard]] bool says_rate_limit(std::string_view message) noexcept;

}  // namespace reroute::detail
