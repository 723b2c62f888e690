// Events from their data: a delta of text costs one parse on the stack, and its text.
#include <reroute/message/stream_event.hpp>

#include "message/json.hpp"
#include "message/json_scan.hpp"
#include "message/plain_scanner.hpp"
#include "message/quote.hpp"
#include "message/reading.hpp"

#include <boost/json/monotonic_resource.hpp>
#include <boost/json/parse_options.hpp>
#include <boost/json/parser.hpp>

#include <array>
#include <memory>
#include <optional>
#include <ostream>

namespace reroute {

namespace json = boost::json;

namespace {

using type = stream_event_type;

struct named_type {
  std::string_view name;
  stream_event_type value;
};

constexpr std::array<named_type, 8> event_names = {
    {{"content_block_delta", type::content_block_delta},
     {"content_block_start", type::content_block_start},
     {"content_block_stop", type::content_block_stop},
     {"message_start", type::message_start},
     {"message_delta", type::message_delta},
     {"message_stop", type::message_stop},
     {"ping", type::ping},
     {"error", type::error}}};

struct delta_type {
  std::string_view name;
  std::string_view member;  // that holds what is new
  stream_event_type value;
};

constexpr std::array<delta_type, 4> text_deltas = {
    {{"text_delta", "text", type::text},
     {"input_json_delta", "partial_json", type::input_json},
     {"thinking_delta", "thinking", type::thinking},
     {"signature_delta", "signature", type::signature}}};

constexpr std::size_t most_blocks = 1'000'000;

stream_event_type type_of(std::string_view name) noexcept {
  for (const named_type& each : event_names)
    if (each.name == name) return each.value;
  return type::other;
}

const delta_type* delta_of(stream_event_type value) noexcept {
  for (const delta_type& each : text_deltas)
    if (each.value == value) return &each;
  return nullptr;
}

bool is_delta(stream_event_type value) noexcept {
  return delta_of(value) || value == type::citation || value == type::content_block_delta;
}

bool has_index(stream_event_type value) noexcept {
  return value == type::content_block_delta || value == type::content_block_start ||
         value == type::content_block_stop;
}

// Gateways send their errors with or without an event's name and a type, some under the name of another event.
bool is_error(const json::object& data) noexcept {
  if (const json::value* const said = detail::find(data, "type"))
    return detail::text_of(*said) == "error";
  const json::value* const error = detail::find(data, "error");
  return error && (error->is_object() || !detail::text_of(*error).empty());
}

// JSON whose values and unfinished parts lie on the stack, if they fit
class short_lived_json {
 public:
  // null, with the reason, if it is no object
  const json::object* parse(std::string_view text, std::string& why) {
    json::parse_options limits;
    limits.max_depth = 256;
    json::parser parser(json::storage_ptr(), limits, stack_.data(), stack_.size());
    parser.reset(&memory_);
    boost::system::error_code bad;
    const std::size_t at = parser.write(text.data(), text.size(), bad);
    if (bad) {
      why = "its data is not JSON: " + detail::at_byte(bad.message(), at);
      return nullptr;
    }
    value_ = parser.release();
    const json::object* const object = value_->if_object();
    if (!object) why = "its data is not a JSON object";
    return object;
  }

 private:
  std::array<unsigned char, 4096> stack_;
  std::array<unsigned char, 4096> values_;
  json::monotonic_resource memory_{values_.data(), values_.size()};
  std::optional<json::value> value_;
};

}  // namespace

std::string_view to_string(stream_event_type value) noexcept {
  switch (value) {
    case type::text:
      return "text";
    case type::input_json:
      return "input_json";
    case type::thinking:
      return "thinking";
    case type::signature:
      return "signature";
    case type::citation:
      return "citation";
    default:
      break;
  }
  for (const named_type& each : event_names)
    if (each.value == value) return each.name;
  return "other";
}

std::ostream& operator<<(std::ostream& out, stream_event_type value) {
  return out << to_string(value);
}

std::optional<stream_event> stream_event::parse(std::string_view name, std::string_view data,
                                                std::string* why) {
  stream_event event;
  if (name == "content_block_delta" && event.read_plain(data)) return event;
  event = stream_event();  // without what that began to read
  std::string reason;
  short_lived_json memory;
  std::string mended;
  const json::object* object = memory.parse(data, reason);
  std::optional<short_lived_json> again;
  if (!object) mended = detail::mended_json(data);
  if (!object && mended != data) {
    data = mended;
    reason.clear();
    object = again.emplace().parse(data, reason);
  }
  // "message" is what browsers call an event without a name
  if (object && (name.empty() || name == "message"))
    if (const std::string_view said = detail::text_at(*object, "type"); !said.empty()) name = said;
  if (object && is_error(*object)) name = to_string(type::error);

  event.type_ = type_of(name);
  const auto refuse = [&](std::string_view said) -> std::optional<stream_event> {
    if (why) *why = "the event \"" + std::string(to_string(event.type_)) + "\" is wrong: ";
    if (why) *why += said;
    return std::nullopt;
  };
  if (event.type_ == type::other || event.type_ == type::error || event.type_ == type::ping) {
    event.data_ = data;
    event.name_ = event.type_ == type::other ? name : std::string_view();
    return event;
  }
  if (!object) return refuse(reason);

  if (has_index(event.type_)) {
    const auto index = detail::count_at(*object, "index");
    if (!index || *index > static_cast<std::int64_t>(most_blocks))
      return refuse("it has no \"index\" from 0 to 1,000,000");
    event.index_ = static_cast<std::size_t>(*index);
  }
  if (event.type_ == type::content_block_start && !detail::object_at(*object, "content_block"))
    return refuse("it has no \"content_block\"");
  if (event.type_ == type::message_start && !detail::object_at(*object, "message"))
    return refuse("it has no \"message\"");
  if (event.type_ == type::content_block_delta) {
    const json::object* const delta = detail::object_at(*object, "delta");
    if (!delta) return refuse("it has no \"delta\"");
    const std::string_view kind = detail::text_at(*delta, "type");
    for (const delta_type& each : text_deltas) {
      if (each.name != kind) continue;
      const json::value* const text = detail::find(*delta, each.member);
      if (!text || !text->is_string())
        return refuse("its delta has no \"" + std::string(each.member) + '"');
      event.type_ = each.value;
      event.text_ = detail::text_at(*delta, each.member);
      // what is said completely by these need not be kept twice
      if (object->size() == 3 && delta->size() == 2 && detail::find(*object, "type")) return event;
    }
    if (kind == "citations_delta") event.type_ = type::citation;
  }
  event.data_ = data;
  return event;
}

// Nearly all events are these: `{"type":"content_block_delta","index":0,"delta":{"type":"text_delta",
// "text":"..."}}`. Read in one pass, several times as fast as any JSON parser. False if it is anything
// else, be it wrong: then the parser judges.
bool stream_event::read_plain(std::string_view data) {
  detail::plain_scanner in(data);
  std::string_view kind;
  if (!in.take("{") || !in.take("\"type\"") || !in.take(":") ||
      !in.take("\"content_block_delta\"") || !in.take(",") || !in.take("\"index\"") ||
      !in.take(":") || !in.take_index(index_) || !in.take(",") || !in.take("\"delta\"") ||
      !in.take(":") || !in.take("{") || !in.take("\"type\"") || !in.take(":") ||
      !in.take_name(kind) || !in.take(","))
    return false;
  std::string_view member;
  if (!in.take_name(member) || !in.take(":")) return false;
  for (const delta_type& each : text_deltas) {
    if (each.name != kind || each.member != member) continue;
    text_.clear();
    if (!in.take_text(text_) || !in.take("}") || !in.take("}") || !in.at_end()) return false;
    type_ = each.value;
    return true;
  }
  return false;
}

std::string_view stream_event::name() const noexcept {
  if (type_ == type::other) return name_;
  return is_delta(type_) ? to_string(type::content_block_delta) : to_string(type_);
}

std::string stream_event::json_text() const {
  const delta_type* const delta = delta_of(type_);
  if (!delta || !data_.empty()) return data_;
  std::string text = R"({"type":"content_block_delta","index":)" + std::to_string(index_);
  text.append(R"(,"delta":{"type":")").append(delta->name);
  text.append(R"(",")").append(delta->member).append("\":");
  detail::append_quoted(text, text_, "a delta");
  return text + "}}";
}

json::value stream_event::json() const {
  std::string why;
  return detail::parse_json(json_text(), why).value_or(nullptr);
}

std::size_t stream_event::blocks_begun() const {
  if (type_ != type::message_start) return 0;
  const std::string_view content =
      detail::member_text(detail::member_text(data_, "message"), "content");
  std::size_t count = 0;
  if (!content.starts_with('[')) return 0;
  detail::json_scanner blocks(content);
  for (std::string_view each; blocks.next(each);)
    ++count;
  return count;
}

content_block stream_event::block() const {
  std::string why;
  std::optional<json::value> parsed;
  if (type_ == type::content_block_start)
    parsed = detail::parse_json(detail::member_text(data_, "content_block"), why);
  if (!parsed) return content_block(nullptr);
  return content_block(std::make_shared<const json::value>(std::move(*parsed)));
}

reroute::stop_reason stream_event::stop_reason() const {
  if (type_ != type::message_delta) return reroute::stop_reason::none;
  const json::value all = json();
  const json::object* const object = all.if_object();
  const json::object* const delta = object ? detail::object_at(*object, "delta") : nullptr;
  return detail::stop_reason_of(delta ? detail::text_at(*delta, "stop_reason")
                                      : std::string_view());
}

token_usage stream_event::usage() const {
  if (type_ != type::message_delta && type_ != type::message_start) return {};
  const json::value all = json();
  const json::object* in = all.if_object();
  if (in && type_ == type::message_start) in = detail::object_at(*in, "message");
  const json::object* const said = in ? detail::object_at(*in, "usage") : nullptr;
  return said ? detail::read_usage(*said) : token_usage();
}

std::ostream& operator<<(std::ostream& out, const stream_event& value) {
  out << to_string(value.type());
  if (is_delta(value.type()) || has_index(value.type())) out << ' ' << value.index();
  if (!value.text().empty()) out << ": " << value.text().size() << " bytes";
  return out;
}

}  // namespace reroute
