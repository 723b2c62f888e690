// Small text tools of the parsers: ASCII only, no locale, no allocation.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace reroute::http::detail {

[[nodiscard]] constexpr char lower(char c) noexcept {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}
[[nodiscard]] constexpr bool is_digit(char c) noexcept { return c >= '0' && c <= '9'; }

[[nodiscard]] constexpr bool equal_in_any_case(std::string_view a, std::string_view b) noexcept {
  if (a.size() != b.size()) return false;
  for (std::size_t i = 0; i < a.size(); ++i)
    if (lower(a[i]) != lower(b[i])) return false;
  return true;
}

/// Without spaces and tabs around it.
[[nodiscard]] constexpr std::string_view trim(std::string_view text) noexcept {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t'))
    text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t'))
    text.remove_suffix(1);
  return text;
}

/// A non-negative decimal number with at most three places that count, in thousandths, rounded up.
/// The whole text must match `digits ["." digits]`; what does not fit is the largest value.
[[nodiscard]] constexpr std::optional<std::int64_t> parse_thousandths(
    std::string_view text) noexcept {
  constexpr std::int64_t most = INT64_MAX;
  std::int64_t value = 0;
  std::size_t at = 0;
  for (; at < text.size() && is_digit(text[at]); ++at) {
    const int digit = text[at] - '0';
    value = value > (most - digit) / 10 ? most : value * 10 + digit;
  }
  if (at == 0) return std::nullopt;
  value = value > most / 1000 ? most : value * 1000;
  if (at == text.size()) return value;
  if (text[at++] != '.' || at == text.size()) return std::nullopt;
  std::int64_t fraction = 0, weight = 100;
  bool more = false;
  for (; at < text.size(); ++at) {
    if (!is_digit(text[at])) return std::nullopt;
    if (weight > 0) {
      fraction += (text[at] - '0') * weight;
      weight /= 10;
    } else if (text[at] != '0') {
      more = true;
    }
  }
  fraction += more ? 1 : 0;
  return value > most - fraction ? most : value + fraction;
}

/// A non-negative whole number; the whole text must match, overflow is nothing.
[[nodiscard]] constexpr std::optional<std::int64_t> parse_count(std::string_view text) noexcept {
  if (text.empty()) return std::nullopt;
  std::int64_t value = 0;
  for (const char c : text) {
    if (!is_digit(c)) return std::nullopt;
    if (value > (INT64_MAX - (c - '0')) / 10) return std::nullopt;
    value = value * 10 + (c - '0');
  }
  return value;
}

}  // namespace reroute::http::detail
