// Unsigned decimals off the wire: the whole text or nothing, and an overflow saturates.
#pragma once

#include "http/text.hpp"

#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <string_view>

namespace reroute::http {

/// What a decimal that is too large reads as.
inline constexpr std::int64_t decimal_overflow = std::numeric_limits<std::int64_t>::max();

namespace detail {

// value * 10 + digit, saturating
constexpr std::int64_t append_digit(std::int64_t value, int digit) noexcept {
  return value > (decimal_overflow - digit) / 10 ? decimal_overflow : value * 10 + digit;
}

}  // namespace detail

/// Digits with an optional fraction ("20", "1.5") times 10^`shift`, rounded up. One digit at least
/// stands on either side of a point; a sign, an exponent, white space, "inf" and "nan" do not
/// match.
[[nodiscard]] constexpr std::optional<std::int64_t> parse_decimal(std::string_view text,
                                                                  int shift = 0) noexcept {
  const std::size_t point = text.find('.');
  const std::string_view whole = text.substr(0, point);
  std::string_view fraction;
  if (point != std::string_view::npos) {
    fraction = text.substr(point + 1);
    if (fraction.empty()) return {};
  }
  if (whole.empty()) return {};
  std::int64_t value = 0;
  for (const char c : whole) {
    if (!is_digit(c)) return {};
    value = detail::append_digit(value, c - '0');
  }
  bool round_up = false;
  std::size_t taken = 0;
  for (const char c : fraction) {
    if (!is_digit(c)) return {};
    if (taken < static_cast<std::size_t>(shift)) {
      value = detail::append_digit(value, c - '0');
      ++taken;
    } else {
      round_up |= c != '0';
    }
  }
  for (; taken < static_cast<std::size_t>(shift); ++taken)
    value = detail::append_digit(value, 0);
  return round_up && value < decimal_overflow ? value + 1 : value;
}

/// Digits alone, no fraction.
[[nodiscard]] constexpr std::optional<std::int64_t> parse_integer(std::string_view text) noexcept {
  return text.find('.') == std::string_view::npos ? parse_decimal(text) : std::nullopt;
}

}  // namespace reroute::http
