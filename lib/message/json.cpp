// JSON through Boost.JSON, with limits.
#include "message/json.hpp"

#include "message/json_scan.hpp"
#include "message/quote.hpp"

#include <boost/json/parse_options.hpp>
#include <boost/json/parser.hpp>
#include <boost/json/serializer.hpp>

#include <array>
#include <cmath>
#include <limits>
#include <utility>

namespace reroute::detail {

namespace json = boost::json;

const json::object* object_at(const json::object& in, std::string_view name) noexcept {
  const json::value* const found = find(in, name);
  return found ? found->if_object() : nullptr;
}

std::string_view text_at(const json::object& in, std::string_view name) noexcept {
  const json::value* const found = find(in, name);
  return found ? text_of(*found) : std::string_view();
}

std::string_view text_of(const json::value& value) noexcept {
  const json::string* const text = value.if_string();
  return text ? std::string_view(text->data(), text->size()) : std::string_view();
}

std::optional<std::int64_t> count_at(const json::object& in, std::string_view name) noexcept {
  const json::value* const found = find(in, name);
  return found ? count_of(*found) : std::nullopt;
}

std::optional<std::int64_t> count_of(const json::value& value) noexcept {
  constexpr std::int64_t most = std::numeric_limits<std::int64_t>::max();
  if (value.is_uint64()) return most;  // only what does not fit int64 is parsed as one
  if (const auto* const number = value.if_int64())
    return *number >= 0 ? std::optional(*number) : std::nullopt;
  const double* const number = value.if_double();
  if (!number || !(*number >= 0) || *number != std::floor(*number)) return std::nullopt;
  return *number < 9.2e18 ? static_cast<std::int64_t>(*number) : most;
}

std::optional<json::value> parse_json(std::string_view text, std::string& why, std::size_t depth,
                                      json::storage_ptr memory) {
  json::parse_options limits;
  limits.max_depth = depth;
  std::array<unsigned char, 4096> stack;  // for values whose end has not come yet
  json::parser parser(json::storage_ptr(), limits, stack.data(), stack.size());
  parser.reset(std::move(memory));
  boost::system::error_code bad;
  const std::size_t at = parser.write(text.data(), text.size(), bad);
  if (!bad) return parser.release();
  why = "it is not JSON: " + at_byte(bad.message(), at);
  return std::nullopt;
}

std::string at_byte(std::string what, std::size_t at) {
  return std::move(what) + " at byte " + std::to_string(at);
}

namespace {

constexpr std::size_t deepest = 256;
constexpr std::size_t longest_place = 200;

// what JSON, or the API, cannot say, and where it stands
struct unsayable {
  std::string what;
  std::string place;  // "/messages/0/text"
};

std::optional<unsayable> find_unsayable(const json::value& in, std::size_t depth = 0);

std::optional<unsayable> find_in(const json::value& member, std::string_view name,
                                 std::size_t depth) {
  auto found = find_unsayable(member, depth);
  if (found) found->place.insert(0, name).insert(0, 1, '/');
  return found;
}

std::optional<unsayable> find_unsayable(const json::value& in, std::size_t depth) {
  if (const double* const number = in.if_double(); number && !std::isfinite(*number))
    return unsayable{std::isnan(*number) ? "JSON has no NaN" : "JSON has no infinite numbers", {}};
  if (in.is_string() && !is_utf8(text_of(in))) return unsayable{"a string is not valid UTF-8", {}};
  if (in.is_structured() && depth == deepest)
    return unsayable{"it is nested deeper than 256 levels", {}};
  std::optional<unsayable> found;
  if (const json::array* const array = in.if_array())
    for (std::size_t i = 0; i < array->size() && !found; ++i)
      found = find_in((*array)[i], std::to_string(i), depth + 1);
  if (const json::object* const object = in.if_object())
    for (const auto& [key, member] : *object) {
      const std::string_view name(key.data(), key.size());
      if (!is_utf8(name)) found = unsayable{"a member's name is not valid UTF-8", {}};
      if (!found) found = find_in(member, name, depth + 1);
      if (found) break;
    }
  return found;
}

}  // namespace

void append_json(std::string& out, const json::value& value) {
  json::serializer writer;
  writer.reset(&value);
  std::array<char, 4096> buffer;
  while (!writer.done()) {
    const auto part = writer.read(buffer.data(), buffer.size());
    out.append(part.data(), part.size());
  }
}

std::string checked_json(const json::value& value, const std::string& what) {
  if (auto bad = find_unsayable(value)) {
    // the whole path of what is too deep would help nobody
    if (bad->place.size() > longest_place) bad->place.clear();
    if (!bad->place.empty()) bad->place = " (at " + bad->place + ")";
    refuse(what + " cannot be sent: " + bad->what + bad->place);
  }
  std::string text;
  append_json(text, value);
  return text;
}

std::string checked_json(std::string_view text, const std::string& what) {
  std::string why;
  if (!parse_json(text, why)) refuse(what + " cannot be sent: " + why);
  return std::string(trim_json(text));
}

json::string checked_string(std::string_view text, std::string_view what) {
  check_utf8(text, what);
  return json::string(text.data(), text.size());
}

}  // namespace reroute::detail
