// ASCII text in any case, without a locale.
#pragma once

#include <algorithm>
#include <cstddef>
#include <string_view>

namespace reroute::http {

[[nodiscard]] constexpr char lower(char c) noexcept {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

[[nodiscard]] constexpr bool is_digit(char c) noexcept { return c >= '0' && c <= '9'; }

/// True if both texts are the same but for the case of ASCII letters.
[[nodiscard]] constexpr bool same_text(std::string_view a, std::string_view b) noexcept {
  if (a.size() != b.size()) return false;
  for (std::size_t i = 0; i < a.size(); ++i) {
    if (a[i] != b[i] && lower(a[i]) != lower(b[i])) return false;
  }
  return true;
}

/// True if `text` begins with `prefix`, in any case.
[[nodiscard]] constexpr bool begins_with(std::string_view text, std::string_view prefix) noexcept {
  return text.size() >= prefix.size() && same_text(text.substr(0, prefix.size()), prefix);
}

/// True if `text` ends with `suffix`, in any case.
[[nodiscard]] constexpr bool ends_with(std::string_view text, std::string_view suffix) noexcept {
  return text.size() >= suffix.size() &&
         same_text(text.substr(text.size() - suffix.size()), suffix);
}

/// Where `wanted` (in lower case, not empty) begins in `text`, in any case; npos if nowhere.
[[nodiscard]] constexpr std::size_t find_text(std::string_view text, std::string_view wanted,
                                              std::size_t from = 0) noexcept {
  for (std::size_t i = from; i + wanted.size() <= text.size(); ++i) {
    if (lower(text[i]) == wanted[0] && same_text(text.substr(i, wanted.size()), wanted)) return i;
  }
  return std::string_view::npos;
}

/// True if `text` has `wanted` (in lower case, not empty) in it, in any case.
[[nodiscard]] constexpr bool has_text(std::string_view text, std::string_view wanted) noexcept {
  return find_text(text, wanted) != std::string_view::npos;
}

/// `text` without the spaces, tabs and line ends around it.
[[nodiscard]] constexpr std::string_view trimmed(std::string_view text) noexcept {
  const auto is_space = [](char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\n'; };
  while (!text.empty() && is_space(text.front()))
    text.remove_prefix(1);
  while (!text.empty() && is_space(text.back()))
    text.remove_suffix(1);
  return text;
}

}  // namespace reroute::http
