// Answers over JSON.
#include <reroute/message/message.hpp>

#include "detail/recycling.hpp"
#include "message/json.hpp"
#include "message/json_scan.hpp"
#include "message/reading.hpp"

#include <boost/json/array.hpp>
#include <boost/json/monotonic_resource.hpp>

#include <exception>
#include <ostream>

namespace reroute {

namespace json = boost::json;

// The values lie in a few blocks that go all at once: an answer has dozens of names and numbers.
struct message::parsed {
  explicit parsed(std::string text)
      : body(std::move(text)),
        first(body.size() + 1024),  // mostly all
        memory(first.data(), first.size()) {}

  std::string body;  // for `append`, which sends its content to the letter
  detail::recycled_bytes first;
  json::monotonic_resource memory;
  std::optional<json::value> root;
};

namespace {

const json::object nothing;

// why this JSON is no answer; empty if it is one
std::string_view reason_against(const json::value& root) noexcept {
  const json::object* const object = root.if_object();
  if (!object) return "it is not a JSON object";
  const std::string_view type = detail::text_at(*object, "type");
  if (type == "message") return {};
  if (type == "error") return "it is an error and not a message";
  const json::value* const content = detail::find(*object, "content");
  if (!content || !content->is_array())
    return "it is neither of type \"message\" nor has it a \"content\" array";
  return {};
}

const json::array* blocks_of(const json::object& message) noexcept {
  const json::value* const content = detail::find(message, "content");
  return content ? content->if_array() : nullptr;
}

std::string_view text_in(const json::object& block, std::string_view object,
                         std::string_view name) noexcept {
  const json::object* const inner = detail::object_at(block, object);
  return inner ? detail::text_at(*inner, name) : std::string_view();
}

// {"type":"fallback","from":{"model":...},"to":{"model":...},"trigger":{"category":...}}; empty for any other block
model_fallback fallback_in(const json::value& block) noexcept {
  const json::object* const object = block.if_object();
  if (!object || detail::text_at(*object, "type") != "fallback") return {};
  return {text_in(*object, "from", "model"), text_in(*object, "to", "model"),
          text_in(*object, "trigger", "category")};
}

// provider text in a line for people
std::string_view plain(std::string_view text) noexcept {
  std::size_t size = 0;
  while (size < text.size() && size < 80 && text[size] > ' ' && text[size] < 0x7f)
    ++size;
  return text.substr(0, size);
}

}  // namespace

std::optional<message> message::parse(std::string_view body, std::string* why) noexcept {
  try {
    return parse(std::string(body), why);
  } catch (const std::exception&) {
    if (why) *why = "no memory";
    return std::nullopt;
  }
}

std::optional<message> message::parse(std::string&& body, std::string* why) noexcept {
  try {
    std::string reason;
    auto made = detail::make_recycled<parsed>(std::move(body));
    made->root = detail::parse_json(made->body, reason, 256, &made->memory);
    if (made->root) reason = reason_against(*made->root);
    if (reason.empty()) {
      message answer;
      answer.parsed_ = std::move(made);
      return answer;
    }
    body = std::move(made->body);
    if (why) *why = std::move(reason);
  } catch (const std::exception&) {
    // no memory: the shortest reason needs none
    if (why) *why = "no memory";
  }
  return std::nullopt;
}

const json::object& message::json() const noexcept {
  return parsed_ ? parsed_->root->get_object() : nothing;
}

std::string_view message::content_json() const {
  if (!parsed_ || !blocks_of(json())) return {};
  return detail::member_text(parsed_->body, "content");
}

std::string message::text() const {
  std::string joined;
  if (const json::array* const blocks = blocks_of(json()))
    for (const json::value& block : *blocks)
      if (const json::object* const object = block.if_object())
        if (detail::text_at(*object, "type") == "text") joined += detail::text_at(*object, "text");
  return joined;
}

std::vector<content_block> message::content() const {
  std::vector<content_block> all;
  const json::array* const blocks = blocks_of(json());
  if (!blocks) return all;
  all.reserve(blocks->size());
  for (const json::value& block : *blocks)
    if (block.is_object())
      all.push_back(content_block(std::shared_ptr<const json::value>(parsed_, &block)));
  return all;
}

std::vector<content_block> message::tool_uses() const {
  std::vector<content_block> uses = content();
  std::erase_if(uses, [](const content_block& block) { return block.type() != "tool_use"; });
  return uses;
}

std::string_view message::id() const noexcept { return detail::text_at(json(), "id"); }

std::string_view message::role() const noexcept { return detail::text_at(json(), "role"); }

// A stream names the model that began, and each that took over in a block of its own.
std::string_view message::model() const noexcept {
  if (const json::array* const blocks = blocks_of(json()))
    for (std::size_t i = blocks->size(); i-- > 0;)
      if (const model_fallback hop = fallback_in((*blocks)[i]); !hop.to.empty()) return hop.to;
  return detail::text_at(json(), "model");
}

std::vector<model_fallback> message::fallbacks() const {
  std::vector<model_fallback> hops;
  if (const json::array* const blocks = blocks_of(json()))
    for (const json::value& block : *blocks)
      if (const model_fallback hop = fallback_in(block); hop != model_fallback())
        hops.push_back(hop);
  return hops;
}

std::string_view message::stop_sequence() const noexcept {
  return detail::text_at(json(), "stop_sequence");
}

token_usage detail::read_usage(const json::object& usage) {
  token_usage used;
  const auto read = [](const json::object& in, std::string_view name, std::int64_t& into) {
    into = detail::count_at(in, name).value_or(0);
  };
  // in one walk: half of what is known is mostly left out, and to look for it would cost a walk each
  for (const auto& [key, value] : usage) {
    const std::string_view name(key.data(), key.size());
    if (name == "input_tokens") {
      used.input_tokens = detail::count_of(value).value_or(0);
    } else if (name == "output_tokens") {
      used.output_tokens = detail::count_of(value).value_or(0);
    } else if (name == "cache_creation_input_tokens") {
      used.cache_creation_input_tokens = detail::count_of(value).value_or(0);
    } else if (name == "cache_read_input_tokens") {
      used.cache_read_input_tokens = detail::count_of(value).value_or(0);
    } else if (name == "service_tier") {
      used.service_tier = detail::text_of(value);
    } else if (name == "cache_creation" && value.is_object()) {
      const json::object& cache = value.get_object();
      read(cache, "ephemeral_5m_input_tokens", used.cache_creation_5m_input_tokens);
      read(cache, "ephemeral_1h_input_tokens", used.cache_creation_1h_input_tokens);
    } else if (name == "output_tokens_details" && value.is_object()) {
      read(value.get_object(), "thinking_tokens", used.thinking_tokens);
    }
  }
  return used;
}

token_usage message::usage() const {
  const json::object* const said = detail::object_at(json(), "usage");
  return said ? detail::read_usage(*said) : token_usage();
}

std::ostream& operator<<(std::ostream& out, const message& value) {
  const auto or_none = [](std::string_view text) { return text.empty() ? "none" : text; };
  out << or_none(plain(value.id())) << " by " << or_none(plain(value.model()));
  if (!value.route().empty()) out << " via " << value.route();
  return out << ": " << value.stop_reason() << ", " << value.usage();
}

std::ostream& operator<<(std::ostream& out, const token_usage& value) {
  return out << value.input_tokens << " tokens in, " << value.output_tokens << " out";
}

}  // namespace reroute
