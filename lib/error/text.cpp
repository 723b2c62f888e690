// Provider text, character by character.
#include "error/text.hpp"

#include "http/text.hpp"

#include <algorithm>

namespace reroute::detail {
namespace {

unsigned byte(std::string_view text, std::size_t at) noexcept {
  return at < text.size() ? static_cast<unsigned char>(text[at]) : 0U;
}

bool is_within(unsigned value, unsigned low, unsigned high) noexcept {
  return value >= low && value <= high;
}

// bytes of the UTF-8 character that `text` begins with; 0 if it is none (RFC 3629, 4)
std::size_t character_size(std::string_view text) noexcept {
  const unsigned lead = byte(text, 0);
  const auto is_tail = [&](std::size_t at) { return is_within(byte(text, at), 0x80, 0xbf); };
  if (lead < 0x80) return 1;
  if (is_within(lead, 0xc2, 0xdf)) return is_tail(1) ? 2 : 0;
  if (is_within(lead, 0xe0, 0xef)) {
    const bool second =
        is_within(byte(text, 1), lead == 0xe0 ? 0xa0 : 0x80, lead == 0xed ? 0x9f : 0xbf);
    return second && is_tail(2) ? 3 : 0;
  }
  if (is_within(lead, 0xf0, 0xf4)) {
    const bool second =
        is_within(byte(text, 1), lead == 0xf0 ? 0x90 : 0x80, lead == 0xf4 ? 0x8f : 0xbf);
    return second && is_tail(2) && is_tail(3) ? 4 : 0;
  }
  return 0;
}

// C0, DEL, C1; line and paragraph separators; what turns the direction of writing
bool is_control(std::string_view character) noexcept {
  const unsigned lead = byte(character, 0);
  if (lead < 0x80) return lead < 0x20 || lead == 0x7f;
  if (lead == 0xc2) return byte(character, 1) < 0xa0;
  if (lead != 0xe2) return false;
  const unsigned last = byte(character, 2);
  return byte(character, 1) == 0x80 ? is_within(last, 0xa8, 0xae)
                                    : byte(character, 1) == 0x81 && is_within(last, 0xa6, 0xa9);
}

bool is_word_char(char c) noexcept {
  return http::is_digit(c) || (http::lower(c) >= 'a' && http::lower(c) <= 'z') || c == '-' ||
         c == '_';
}

// bytes of the key or token that `text`, the beginning of a word, begins with; 0 if it is none
std::size_t credential_size(std::string_view text) noexcept {
  constexpr std::size_t shortest = 16;
  if (!text.starts_with("sk-") && !text.starts_with("eyJ")) return 0;
  const auto end = std::find_if_not(text.begin(), text.end(),
                                    [](char c) { return is_word_char(c) || c == '.'; });
  const auto size = static_cast<std::size_t>(end - text.begin());
  return size >= shortest ? size : 0;
}

// true if nothing in `text` needs a closer look: the ordinary case, by far the fastest
bool is_plain(std::string_view text) noexcept {
  unsigned odd = 0;
  for (const char c : text)
    odd |= static_cast<unsigned char>(c - ' ') > '~' - ' ' ? 1U : 0U;
  return odd == 0 && text.find("sk-") == std::string_view::npos &&
         text.find("eyJ") == std::string_view::npos;
}

}  // namespace

std::string one_line(std::string_view text, std::size_t limit) {
  text = http::trimmed(text);
  if (const auto start = text.substr(0, limit); is_plain(start)) {
    // what a cut leaves behind a space has no end that is trimmed
    return std::string(start.substr(0, start.find_last_not_of(' ') + 1));
  }
  std::string line;
  line.reserve(std::min(text.size(), limit));
  bool in_word = false;
  while (!text.empty()) {
    std::size_t taken = character_size(text);
    std::string_view shown = text.substr(0, taken);
    if (taken == 0) {
      taken = 1;
      shown = "?";
    } else if (is_control(shown)) {
      shown = line.empty() || line.back() == ' ' ? "" : " ";
    } else if (const std::size_t secret = in_word ? 0 : credential_size(text)) {
      taken = secret;
      shown = "[redacted]";
    }
    in_word = is_word_char(text.front());
    if (line.size() + shown.size() > limit) break;
    line.append(shown);
    text.remove_prefix(taken);
  }
  if (line.ends_with(' ')) line.pop_back();
  return line;
}

}  // namespace reroute::detail
