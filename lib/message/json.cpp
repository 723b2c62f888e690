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
  parser.write(text.data(), text.size(), bad);
  if (!bad) return parser.release();
  why = "it is not JSON: " + bad.message();
  return std::nullopt;
}

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
  std::string text;
  append_json(text, value);
  return checked_json(std::string_view(text), what);
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
