// One pass over the text: many plain bytes at a time, anything else one by one.
#include "message/quote.hpp"

#include <algorithm>
#include <bit>
#include <charconv>
#include <cstdint>
#include <cstring>
#include <stdexcept>

#ifdef __SSE2__
#include <emmintrin.h>
#endif

namespace reroute::detail {

namespace {

bool is_plain(unsigned char c) noexcept { return c >= 0x20 && c < 0x80 && c != '"' && c != '\\'; }

// the first byte that is not plain: a control character, a quote, a backslash or not ASCII
const char* skip_plain(const char* at, const char* end) noexcept {
#ifdef __SSE2__
  const __m128i space = _mm_set1_epi8(' ');
  const __m128i quote = _mm_set1_epi8('"');
  const __m128i backslash = _mm_set1_epi8('\\');
  const auto hits = [&](const char* from) {
    const __m128i some = _mm_loadu_si128(reinterpret_cast<const __m128i*>(from));
    // as signed numbers, what is not ASCII is below a space too
    return _mm_or_si128(_mm_cmplt_epi8(some, space),
                        _mm_or_si128(_mm_cmpeq_epi8(some, quote), _mm_cmpeq_epi8(some, backslash)));
  };
  for (; end - at >= 64; at += 64) {
    const __m128i any = _mm_or_si128(_mm_or_si128(hits(at), hits(at + 16)),
                                     _mm_or_si128(hits(at + 32), hits(at + 48)));
    if (_mm_movemask_epi8(any) != 0) break;
  }
  for (; end - at >= 16; at += 16)
    if (const int mask = _mm_movemask_epi8(hits(at)))
      return at + std::countr_zero(static_cast<unsigned>(mask));
#endif
  constexpr std::uint64_t ones = 0x0101010101010101U;
  while (end - at >= 8) {
    std::uint64_t word = 0;
    std::memcpy(&word, at, sizeof word);
    // subtracting borrows into a byte's top bit exactly if that byte is the one looked for (bytes
    // above a hit may be wrong, but then there is a hit)
    const std::uint64_t hit = word | (word - ones * 0x20) | ((word ^ (ones * '"')) - ones) |
                              ((word ^ (ones * '\\')) - ones);
    if ((hit & (ones * 0x80)) != 0) break;
    at += 8;
  }
  while (at != end && is_plain(static_cast<unsigned char>(*at)))
    ++at;
  return at;
}

// bytes of the character that starts with a byte of 0x80 or more; 0 if it is none
int utf8_size(const char* text, const char* end) noexcept {
  const auto byte = [text](int i) {
    return static_cast<unsigned>(static_cast<unsigned char>(text[i]));
  };
  const unsigned first = byte(0);
  // most letters beyond ASCII
  if (first >= 0xc2 && first <= 0xdf) return end - text > 1 && (byte(1) & 0xc0U) == 0x80 ? 2 : 0;
  const int size = (first & 0xf0U) == 0xe0 ? 3 : first >= 0xf0 && first <= 0xf4 ? 4 : 0;
  if (size == 0 || end - text < size) return 0;
  // no overlong forms, no surrogates, nothing beyond U+10FFFF
  const unsigned low = first == 0xe0 ? 0xa0 : first == 0xf0 ? 0x90 : 0x80;
  const unsigned high = first == 0xed ? 0x9f : first == 0xf4 ? 0x8f : 0xbf;
  if (byte(1) < low || byte(1) > high) return 0;
  for (int i = 2; i < size; ++i)
    if ((byte(i) & 0xc0U) != 0x80) return 0;
  return size;
}

// the end if all of it is UTF-8
const char* first_bad_byte(std::string_view text) noexcept {
  const char* at = text.data();
  const char* const end = at + text.size();
  while ((at = skip_plain(at, end)) != end) {
    const int size = static_cast<unsigned char>(*at) < 0x80 ? 1 : utf8_size(at, end);
    if (size == 0) break;
    at += size;
  }
  return at;
}

void append_escaped(std::string& out, unsigned char c) {
  switch (c) {
    case '"':
      out += "\\\"";
      return;
    case '\\':
      out += "\\\\";
      return;
    case '\b':
      out += "\\b";
      return;
    case '\f':
      out += "\\f";
      return;
    case '\n':
      out += "\\n";
      return;
    case '\r':
      out += "\\r";
      return;
    case '\t':
      out += "\\t";
      return;
    default:
      break;
  }
  constexpr std::string_view digits = "0123456789abcdef";
  out += "\\u00";
  out += digits[c >> 4U];
  out += digits[c & 15U];
}

}  // namespace

void refuse_byte(std::string_view text, const char* at, std::string_view what) {
  refuse(std::string(what) + " is not valid UTF-8 at byte " + std::to_string(at - text.data()) +
         "; convert it to UTF-8 first");
}

void refuse(const std::string& what) { throw std::invalid_argument("message_request: " + what); }

void check_utf8(std::string_view text, std::string_view what) {
  const char* const bad = first_bad_byte(text);
  if (bad != text.data() + text.size()) refuse_byte(text, bad, what);
}

bool is_utf8(std::string_view text) noexcept {
  return first_bad_byte(text) == text.data() + text.size();
}

std::string valid_utf8(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  while (!text.empty()) {
    const auto good = static_cast<std::size_t>(first_bad_byte(text) - text.data());
    out.append(text, 0, good);
    if (good < text.size()) out += "\xef\xbf\xbd";
    text.remove_prefix(std::min(good + 1, text.size()));
  }
  return out;
}

namespace {

// the number behind a "\\u"; -1 if there is none
int unit_at(std::string_view text, std::size_t at) noexcept {
  if (at + 6 > text.size() || text[at] != '\\' || text[at + 1] != 'u') return -1;
  int value = 0;
  const auto read = std::from_chars(text.data() + at + 2, text.data() + at + 6, value, 16);
  return read.ptr == text.data() + at + 6 ? value : -1;
}

bool is_high(int unit) noexcept { return unit >= 0xd800 && unit <= 0xdbff; }
bool is_low(int unit) noexcept { return unit >= 0xdc00 && unit <= 0xdfff; }

}  // namespace

std::string mended_json(std::string_view text) {
  std::string out = valid_utf8(text);
  for (std::size_t at = 0; (at = out.find('\\', at)) != std::string::npos;) {
    const int unit = unit_at(out, at);
    if (is_high(unit) && is_low(unit_at(out, at + 6))) {
      at += 12;
    } else if (is_high(unit) || is_low(unit)) {
      out.replace(at, 6, "\\ufffd");
      at += 6;
    } else {
      at += 2;
    }
  }
  return out;
}

std::size_t plain_prefix(std::string_view text) noexcept {
  const char* at = text.data();
  const char* const end = at + text.size();
  while ((at = skip_plain(at, end)) != end && static_cast<unsigned char>(*at) >= 0x80) {
    const int size = utf8_size(at, end);
    if (size == 0) break;
    at += size;
  }
  return static_cast<std::size_t>(at - text.data());
}

void append_quoted(std::string& out, std::string_view text, std::string_view what) {
  if (const char* const bad = append_quoted(out, text)) refuse_byte(text, bad, what);
}

const char* append_quoted(std::string& out, std::string_view text) {
  // room for some escapes: growing beyond it would double and copy
  out.reserve(out.size() + text.size() + text.size() / 16 + 2);
  out += '"';
  const char* at = text.data();
  const char* const end = at + text.size();
  const char* run = at;  // what can be copied as it is
  while ((at = skip_plain(at, end)) != end) {
    const auto c = static_cast<unsigned char>(*at);
    if (c >= 0x80) {
      do {
        const int size = utf8_size(at, end);
        if (size == 0) return at;
        at += size;
      } while (at != end && static_cast<unsigned char>(*at) >= 0x80);
      continue;
    }
    out.append(run, at);
    append_escaped(out, c);
    run = ++at;
  }
  out.append(run, end);
  out += '"';
  return nullptr;
}

std::string quoted(std::string_view text, std::string_view what) {
  std::string out;
  append_quoted(out, text, what);
  return out;
}

}  // namespace reroute::detail
