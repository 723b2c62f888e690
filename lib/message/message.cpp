// Answers over JSON.
#include <reroute/message/message.hpp>

#include "message/json.hpp"

#include <boost/json/array.hpp>
#include <boost/json/monotonic_resource.hpp>

#include <array>
#include <ostream>
#include <utility>

namespace reroute {

namespace json = boost::json;

namespace {

constexpr std::array<std::pair<std::string_view, stop_reason>, 7> reasons = {
    {{"end_turn", stop_reason::end_turn},
     {"max_tokens", stop_reason::max_tokens},
     {"stop_sequence", stop_reason::stop_sequence},
     {"tool_use", stop_reason::tool_use},
     {"pause_turn", stop_reason::pause_turn},
     {"refusal", stop_reason::refusal},
     {"model_context_window_exceeded", stop_reason::model_context_window_exceeded}}};

const json::object* object_at(const json::object& in, std::string_view name) noexcept {
  const json::value* const found = detail::find(in, name);
  return found ? found->if_object() : nullptr;
}

const json::array& blocks_of(const json::object& message) noexcept {
  return detail::find(message, "content")->get_array();
}

}  // namespace

std::optional<message> message::parse(std::string_view body, std::string* why) {
  std::string reason;
  // freed in one piece with the message, and allocated in few
  auto parsed = detail::parse_json(
      body, reason, json::make_shared_resource<json::monotonic_resource>(body.size() + 1024));
  if (parsed) {
    const json::object* const object = parsed->if_object();
    const json::value* const content = object ? detail::find(*object, "content") : nullptr;
    if (!object) {
      reason = "it is not a JSON object";
    } else if (!content || !content->is_array()) {
      reason = "it has no \"content\" array";
    } else {
      return message(std::make_shared<const json::value>(std::move(*parsed)));
    }
  }
  if (why) *why = std::move(reason);
  return std::nullopt;
}

const json::object& message::json() const noexcept { return json_->get_object(); }

std::string message::text() const {
  std::string joined;
  for (const json::value& block : blocks_of(json()))
    if (const json::object* const object = block.if_object())
      if (detail::text_at(*object, "type") == "text") joined += detail::text_at(*object, "text");
  return joined;
}

std::vector<content_block> message::content() const {
  std::vector<content_block> blocks;
  for (const json::value& block : blocks_of(json()))
    if (block.is_object())
      blocks.push_back(content_block::view(std::shared_ptr<const json::value>(json_, &block)));
  return blocks;
}

std::vector<content_block> message::tool_uses() const {
  std::vector<content_block> uses = content();
  std::erase_if(uses, [](const content_block& block) { return block.type() != "tool_use"; });
  return uses;
}

std::string_view message::id() const noexcept { return detail::text_at(json(), "id"); }

std::string_view message::role() const noexcept { return detail::text_at(json(), "role"); }

std::string_view message::model() const noexcept { return detail::text_at(json(), "model"); }

std::string_view message::stop_reason_text() const noexcept {
  return detail::text_at(json(), "stop_reason");
}

std::string_view message::stop_sequence() const noexcept {
  return detail::text_at(json(), "stop_sequence");
}

stop_reason message::stop_reason() const noexcept {
  for (const auto& [name, value] : reasons)
    if (name == stop_reason_text()) return value;
  return reroute::stop_reason::other;
}

token_usage message::usage() const noexcept {
  token_usage used;
  const json::object* const usage = object_at(json(), "usage");
  if (!usage) return used;
  const auto at = [&](std::string_view name) { return detail::count_at(*usage, name).value_or(0); };
  used.input_tokens = at("input_tokens");
  used.output_tokens = at("output_tokens");
  used.cache_creation_input_tokens = at("cache_creation_input_tokens");
  used.cache_read_input_tokens = at("cache_read_input_tokens");
  if (const json::object* const details = object_at(*usage, "output_tokens_details"))
    used.thinking_tokens = detail::count_at(*details, "thinking_tokens").value_or(0);
  return used;
}

std::string_view to_string(stop_reason value) noexcept {
  for (const auto& [name, each] : reasons)
    if (each == value) return name;
  return "other";
}

std::ostream& operator<<(std::ostream& out, stop_reason value) { return out << to_string(value); }

}  // namespace reroute
