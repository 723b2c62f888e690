// Reading error envelopes, whatever they look like.
#include "error/envelope.hpp"

#include "error/known_codes.hpp"
#include "error/text.hpp"
#include "http/text.hpp"

#include <boost/json/monotonic_resource.hpp>
#include <boost/json/parser.hpp>
#include <boost/json/value.hpp>

#include <charconv>
#include <cstddef>
#include <system_error>

namespace reroute::detail {
namespace {

namespace json = boost::json;

// more than any provider's error, less than what would hurt
constexpr std::size_t max_envelope_size = 64 * 1024;
constexpr std::size_t max_depth = 16;
constexpr std::size_t max_key_size = 128;

const json::value* find(const json::object& in, std::string_view name) {
  return in.if_contains(json::string_view(name.data(), name.size()));
}

const json::object* find_object(const json::object& in, std::string_view name) {
  const json::value* const found = find(in, name);
  return found ? found->if_object() : nullptr;
}

// a string, or a number as text; anything else is nothing
std::string text_of(const json::object& in, std::string_view name, std::size_t limit) {
  const json::value* const found = find(in, name);
  if (!found) return {};
  if (const json::string* const text = found->if_string()) {
    return one_line({text->data(), text->size()}, limit);
  }
  if (const auto* const number = found->if_int64()) return std::to_string(*number);
  return {};
}

std::string key_of(const json::object& in, std::string_view name) {
  return text_of(in, name, max_key_size);
}

bool is_number(std::string_view text) {
  return text.find_first_not_of("0123456789") == std::string_view::npos;
}

bool is_known(std::string_view code) noexcept {
  return !is_number(code) && (find_verdict(code) || is_limiter_code(code));
}

// 0: it is none of an error
int error_status(std::string_view text) {
  int number = 0;
  const char* const end = text.data() + text.size();
  const auto read = std::from_chars(text.data(), end, number);
  return read.ec == std::errc() && read.ptr == end && number >= 400 && number <= 599 ? number : 0;
}

// the first of these that says something
std::string message_of(const json::object& in, std::initializer_list<std::string_view> names) {
  for (const std::string_view name : names) {
    if (std::string text = text_of(in, name, max_message_size); !text.empty()) return text;
  }
  return {};
}

// {"error":{...}}: Anthropic, Azure, Google, OpenAI
void read_inner(const json::object& inner, envelope& into) {
  if (const json::object* const details = find_object(inner, "details")) {
    into.error_code = key_of(*details, "error_code");
  }
  // Google's RESOURCE_EXHAUSTED says more than the number beside it; a number only repeats the response's status, and
  // "error" says less than a code that we know
  const std::string status = key_of(inner, "status");
  into.code = key_of(inner, "code");
  if (!is_number(status) && (is_known(status) || !is_known(into.code))) into.code = status;
  into.type = key_of(inner, "type");
  if (into.key().empty()) into.code = status;
  into.status = error_status(status);
  into.message = message_of(inner, {"message"});
  into.request_id = key_of(inner, "request_id");
}

// {"error":"invalid_grant","error_description":"..."}: OAuth; and gateways that put a sentence
// there
void read_oauth(const json::object& whole, envelope& into) {
  into.message = message_of(whole, {"error_description"});
  if (key_of(whole, "error").find(' ') == std::string::npos) {
    into.code = key_of(whole, "error");
  } else if (into.message.empty()) {
    into.message = message_of(whole, {"error"});
  }
}

void read_object(const json::object& whole, envelope& into) {
  into.json = true;
  if (const json::object* const inner = find_object(whole, "error")) {
    read_inner(*inner, into);
  } else {
    read_oauth(whole, into);
  }
  if (into.message.empty()) into.message = message_of(whole, {"message", "Message", "detail"});
  if (into.key().empty()) into.code = aws_error_name(key_of(whole, "__type"));
  if (into.key().empty()) into.code = key_of(whole, "code");
  if (const json::value* const status = find(whole, "statusCode")) {
    into.gateway = status->is_number();
    if (into.key().empty()) into.code = key_of(whole, "statusCode");
  }
  if (into.status == 0) into.status = error_status(into.code);
  if (into.request_id.empty()) into.request_id = key_of(whole, "request_id");
}

// false if this is no JSON at all
bool read_json(std::string_view body, envelope& into) {
  if (body.size() > max_envelope_size) return false;
  unsigned char values[4096];
  unsigned char work[1024];
  json::monotonic_resource memory(values, sizeof values);
  json::parse_options limits;
  limits.max_depth = max_depth;
  limits.allow_invalid_utf8 = true;  // a message that was cut within a letter still has a code
  json::parser parser(json::storage_ptr(), limits, work, sizeof work);
  parser.reset(&memory);
  boost::system::error_code bad;
  parser.write(body.data(), body.size(), bad);
  if (bad) return false;
  const json::value whole = parser.release();
  if (const json::object* const object = whole.if_object()) {
    read_object(*object, into);
  } else if (const json::array* const list = whole.if_array()) {
    // Google's streams put an error into a list of one
    const json::object* const first = list->empty() ? nullptr : list->front().if_object();
    if (first) read_object(*first, into);
  } else if (const json::string* const text = whole.if_string()) {
    into.message = one_line({text->data(), text->size()});
  }
  return true;
}

// what a page of a gateway or a proxy is about: its title, else its first heading
std::string heading_of(std::string_view page) {
  for (const std::string_view opening : {"<title", "<h1", "<h2"}) {
    const auto tag = http::find_text(page, opening);
    if (tag == std::string_view::npos) continue;
    const auto begin = page.find('>', tag);
    if (begin == std::string_view::npos) continue;
    const auto end = page.find('<', begin);
    if (end == std::string_view::npos) continue;
    if (std::string text = one_line(page.substr(begin + 1, end - begin - 1)); !text.empty()) {
      return text;
    }
  }
  return one_line(page);
}

void read_body(std::string_view body, envelope& into) {
  if (body.starts_with("\xef\xbb\xbf")) body.remove_prefix(3);  // a byte order mark
  body = http::trimmed(body);
  if (body.empty()) return;
  const bool may_be_json = body.front() == '{' || body.front() == '[' || body.front() == '"' ||
                           body.front() == '-' || http::is_digit(body.front()) || body == "null" ||
                           body == "true" || body == "false";
  if (may_be_json && read_json(body, into)) return;
  body = body.substr(0, max_envelope_size);
  into.message = body.front() == '<' ? heading_of(body) : one_line(body);
}

}  // namespace

envelope read_envelope(std::string_view body) noexcept {
  envelope read;
  try {
    read_body(body, read);
  } catch (...) {
    // out of memory while reading an error: what was read so far must do
  }
  return read;
}

std::string_view aws_error_name(std::string_view text) noexcept {
  if (const auto hash = text.find('#'); hash != std::string_view::npos)
    text.remove_prefix(hash + 1);
  return text.substr(0, text.find(':'));
}

}  // namespace reroute::detail
