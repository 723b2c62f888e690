// JSON tools of this floor.
#include "message/json.hpp"

#include <boost/json/parse_options.hpp>
#include <boost/json/serialize.hpp>
#include <boost/json/stream_parser.hpp>

#include <stdexcept>

namespace reroute::detail {

namespace json = boost::json;

std::string_view text_at(const json::object& in, std::string_view name) noexcept {
  const json::value* const found = find(in, name);
  const json::string* const text = found ? found->if_string() : nullptr;
  return text ? std::string_view(text->data(), text->size()) : std::string_view();
}

std::optional<std::int64_t> count_at(const json::object& in, std::string_view name) noexcept {
  const json::value* const found = find(in, name);
  if (!found || !found->is_number()) return std::nullopt;
  if (const auto* const number = found->if_int64()) return *number;
  if (const auto* const number = found->if_double())
    if (*number >= -9e15 && *number <= 9e15) return static_cast<std::int64_t>(*number);
  return std::nullopt;
}

std::optional<json::value> parse_json(std::string_view text, std::string& why,
                                      json::storage_ptr memory) {
  json::parse_options limits;
  limits.max_depth = 256;
  json::stream_parser parser(json::storage_ptr(), limits);
  parser.reset(std::move(memory));
  boost::system::error_code bad;
  parser.write(text.data(), text.size(), bad);
  if (!bad) parser.finish(bad);
  if (!bad) return parser.release();
  why = "it is not JSON: " + bad.message();
  return std::nullopt;
}

bool is_utf8(std::string_view text) noexcept {
  const auto* at = reinterpret_cast<const unsigned char*>(text.data());
  const auto* const end = at + text.size();
  while (at != end) {
    const unsigned first = *at;
    if (first < 0x80) {
      ++at;
      continue;
    }
    const int more = first >= 0xc2 && first <= 0xdf   ? 1
                     : (first & 0xf0U) == 0xe0        ? 2
                     : first >= 0xf0 && first <= 0xf4 ? 3
                                                      : 0;
    if (more == 0 || end - at <= more) return false;
    const unsigned second = at[1];
    // no overlong forms, no surrogates, nothing beyond U+10FFFF
    const unsigned low = first == 0xe0 ? 0xa0 : first == 0xf0 ? 0x90 : 0x80;
    const unsigned high = first == 0xed ? 0x9f : first == 0xf4 ? 0x8f : 0xbf;
    if (second < low || second > high) return false;
    for (int i = 2; i <= more; ++i)
      if ((at[i] & 0xc0U) != 0x80) return false;
    at += more + 1;
  }
  return true;
}

json::string checked(std::string_view text, std::string_view what) {
  if (!is_utf8(text))
    throw std::invalid_argument("message_request: " + std::string(what) +
                                " is not valid UTF-8; convert it first");
  return json::string(text.data(), text.size());
}

void append_quoted(std::string& out, std::string_view text) {
  out += json::serialize(json::string(text.data(), text.size()));
}

}  // namespace reroute::detail
