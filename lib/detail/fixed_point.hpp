// A number with so many decimals, whatever the locale: users compare and parse what we print.
#pragma once

#include <array>
#include <charconv>
#include <string>

namespace reroute::detail {

/// `value` rounded to `digits` decimals (0 to 9), with a point and without groups.
[[nodiscard]] inline std::string fixed_point(double value, int digits) {
  std::array<char, 340> text;  // the largest double has 309 digits before the point
  const auto end = std::to_chars(text.data(), text.data() + text.size(), value,
                                 std::chars_format::fixed, digits);
  return std::string(text.data(), end.ptr);
}

}  // namespace reroute::detail
