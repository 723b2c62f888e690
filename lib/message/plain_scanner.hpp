// Reads JSON of a shape that is known in advance, token by token.
#pragma once

#include "message/quote.hpp"

#include <cstddef>
#include <string>
#include <string_view>

namespace reroute::detail {

/// Each `take` skips white space, and then takes what it names or says false. Valid JSON of that shape
/// is read as any parser reads it; false may also mean that it is only unusual (a \\u escape).
class plain_scanner {
 public:
  explicit plain_scanner(std::string_view text) noexcept : rest_(text) {}

  [[nodiscard]] bool take(std::string_view token) noexcept {
    skip_space();
    if (!rest_.starts_with(token)) return false;
    rest_.remove_prefix(token.size());
    return true;
  }
  /// A whole number of at most six digits.
  [[nodiscard]] bool take_index(std::size_t& out) noexcept {
    skip_space();
    std::size_t digits = 0, number = 0;
    for (; digits < rest_.size() && rest_[digits] >= '0' && rest_[digits] <= '9'; ++digits) {
      if (digits == 6) return false;
      number = number * 10 + static_cast<std::size_t>(rest_[digits] - '0');
    }
    if (digits == 0 || (digits > 1 && rest_[0] == '0')) return false;
    out = number;
    rest_.remove_prefix(digits);
    return true;
  }
  /// A string of plain letters, viewed without its quotes.
  [[nodiscard]] bool take_name(std::string_view& out) noexcept {
    if (!take("\"")) return false;
    const std::size_t size = plain_prefix(rest_);
    if (size == rest_.size() || rest_[size] != '"') return false;
    out = rest_.substr(0, size);
    rest_.remove_prefix(size + 1);
    return true;
  }
  /// Appends what a string says.
  [[nodiscard]] bool take_text(std::string& out) {
    if (!take("\"")) return false;
    for (;;) {
      const std::size_t size = plain_prefix(rest_);
      out.append(rest_.substr(0, size));
      rest_.remove_prefix(size);
      if (rest_.empty()) return false;
      if (rest_.front() == '"') {
        rest_.remove_prefix(1);
        return true;
      }
      if (rest_.front() != '\\' || rest_.size() < 2) return false;
      const char letter = unescaped(rest_[1]);
      if (letter == '\0') return false;
      out += letter;
      rest_.remove_prefix(2);
    }
  }
  [[nodiscard]] bool at_end() noexcept {
    skip_space();
    return rest_.empty();
  }

 private:
  void skip_space() noexcept {
    while (!rest_.empty() && (rest_.front() == ' ' || rest_.front() == '\n' ||
                              rest_.front() == '\t' || rest_.front() == '\r'))
      rest_.remove_prefix(1);
  }
  static char unescaped(char c) noexcept {
    switch (c) {
      case '"':
      case '\\':
      case '/':
        return c;
      case 'n':
        return '\n';
      case 't':
        return '\t';
      case 'r':
        return '\r';
      case 'b':
        return '\b';
      case 'f':
        return '\f';
      default:
        return '\0';
    }
  }
  std::string_view rest_;
};

}  // namespace reroute::detail
