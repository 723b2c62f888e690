// Provider text as data: bounded, on one line, valid UTF-8 at its end.
#pragma once

#include <string>
#include <string_view>

namespace reroute::detail {

inline constexpr std::size_t max_message_size = 1024;

/// At most `limit` bytes of `text`, cut between characters, control characters as spaces.
[[nodiscard]] inline std::string one_line(std::string_view text,
                                          std::size_t limit = max_message_size) {
  if (text.size() > limit) {
    // a continuation byte is 10xxxxxx: step back to where its character begins
    while (limit > 0 && (static_cast<unsigned char>(text[limit]) & 0xc0U) == 0x80U)
      --limit;
    text = text.substr(0, limit);
  }
  std::string line(text);
  for (char& c : line)
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) c = ' ';
  return line;
}

}  // namespace reroute::detail
