// Reading error envelopes, whatever they look like.
#include "error/envelope.hpp"

#include "error/text.hpp"

#include <boost/json/monotonic_resource.hpp>
#include <boost/json/parser.hpp>
#include <boost/json/value.hpp>

namespace reroute::detail {
namespace {

namespace json = boost::json;

// more than any provider's error, less than what would hurt
constexpr std::size_t max_envelope_size = 64 * 1024;

const json::value* find(const json::object& in, std::string_view name) {
  return in.if_contains(json::string_view(name.data(), name.size()));
}

// a string, or a number as text; anything else is nothing
std::string text_of(const json::object& in, std::string_view name) {
  const json::value* const found = find(in, name);
  if (!found) return {};
  if (const json::string* const text = found->if_string())
    return one_line({text->data(), text->size()});
  if (const auto* const number = found->if_int64()) return std::to_string(*number);
  return {};
}

void read_inner(const json::object& inner, envelope& into) {
  into.type = text_of(inner, "type");
  into.code = text_of(inner, "code");
  into.message = text_of(inner, "message");
  if (const json::value* const details = find(inner, "details"))
    if (const json::object* const object = details->if_object())
      into.error_code = text_of(*object, "error_code");
  // Google's RESOURCE_EXHAUSTED says more than the number beside it
  if (std::string status = text_of(inner, "status"); !status.empty()) into.code = std::move(status);
}

void read_object(const json::object& whole, envelope& into) {
  into.json = true;
  if (const json::value* const error = find(whole, "error")) {
    if (const json::object* const inner = error->if_object()) {
      read_inner(*inner, into);
    } else {
      // OAuth's {"error":"invalid_grant","error_description":...}
      into.code = text_of(whole, "error");
      into.message = text_of(whole, "error_description");
    }
  }
  if (into.message.empty()) into.message = text_of(whole, "message");
  if (into.message.empty()) into.message = text_of(whole, "Message");
  if (into.code.empty() && into.type.empty()) into.code = text_of(whole, "statusCode");
  if (into.code.empty() && into.type.empty()) into.code = text_of(whole, "__type");
  into.request_id = text_of(whole, "request_id");
}

}  // namespace

envelope read_envelope(std::string_view body) noexcept {
  envelope read;
  try {
    const std::size_t start = body.find_first_not_of(" \t\r\n");
    if (start == std::string_view::npos) return read;
    if (body[start] == '{' && body.size() <= max_envelope_size) {
      unsigned char stack[4096];
      json::monotonic_resource memory(stack, sizeof stack);
      json::parse_options limits;
      limits.max_depth = 16;
      unsigned char work[1024];
      json::parser parser(json::storage_ptr(), limits, work, sizeof work);
      parser.reset(&memory);
      boost::system::error_code bad;
      parser.write(body.data(), body.size(), bad);
      if (!bad) {
        const json::value whole = parser.release();
        if (const json::object* const object = whole.if_object()) {
          read_object(*object, read);
          return read;
        }
      }
    }
    read.message = one_line(body.substr(start));
  } catch (...) {
    // out of memory while reading an error: what was read so far must do
  }
  return read;
}

}  // namespace reroute::detail
