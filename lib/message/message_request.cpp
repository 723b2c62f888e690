// Message requests over JSON.
#include <reroute/http/headers.hpp>
#include <reroute/message/message.hpp>
#include <reroute/message/message_request.hpp>

#include "message/json.hpp"

#include <boost/json/array.hpp>
#include <boost/json/serialize.hpp>

#include <algorithm>
#include <array>
#include <stdexcept>
#include <utility>

namespace reroute {

namespace json = boost::json;

struct message_request::state {
  std::string model;
  json::object members;
  std::vector<std::string> betas;
};

namespace {

[[noreturn]] void refuse(const std::string& what) {
  throw std::invalid_argument("message_request: " + what);
}

json::array array_of(const std::vector<content_block>& blocks) {
  json::array all;
  for (const content_block& each : blocks)
    all.push_back(each.json());
  return all;
}

json::object type_only(std::string_view type) {
  json::object object;
  object["type"] = json::string(type.data(), type.size());
  return object;
}

json::object& object_at(json::object& in, std::string_view name) {
  json::value& at = in[json::string_view(name.data(), name.size())];
  return at.is_object() ? at.get_object() : at.emplace_object();
}

json::array& array_at(json::object& in, std::string_view name) {
  json::value& at = in[json::string_view(name.data(), name.size())];
  return at.is_array() ? at.get_array() : at.emplace_array();
}

void check_member(std::string_view member) {
  if (member.empty()) refuse("a member of the body needs a name");
  if (member == "model") refuse("\"model\" is given to the constructor, not set as a member");
  if (member == "stream") refuse("\"stream\" is not set on a request; how it is sent decides it");
}

// what count_tokens refuses (FACTS: its body takes the prompt and what shapes it)
constexpr std::array<std::string_view, 11> not_counted = {
    "max_tokens",   "metadata",  "stop_sequences", "temperature", "top_p", "top_k",
    "service_tier", "container", "inference_geo",  "diagnostics", "stream"};

}  // namespace

message_request::message_request(std::string model) : state_(std::make_unique<state>()) {
  if (model.empty()) refuse("the model is empty; name one, e.g. \"claude-opus-4-8\"");
  if (!detail::is_utf8(model)) refuse("the model is not valid UTF-8");
  state_->model = std::move(model);
  state_->members["max_tokens"] = 1024;
  state_->members["messages"] = json::array();
}

message_request::message_request(const message_request& other)
    : state_(std::make_unique<state>(*other.state_)) {}
message_request::message_request(message_request&&) noexcept = default;
message_request& message_request::operator=(const message_request& other) {
  if (this != &other) state_ = std::make_unique<state>(*other.state_);
  return *this;
}
message_request& message_request::operator=(message_request&&) noexcept = default;
message_request::~message_request() = default;

message_request message_request::from_json(std::string_view body) {
  std::string why;
  auto parsed = detail::parse_json(body, why);
  if (!parsed) refuse("the body cannot be read: " + why);
  json::object* const object = parsed->if_object();
  if (!object) refuse("the body is not a JSON object");
  const std::string model(detail::text_at(*object, "model"));
  if (const json::value* const stream = detail::find(*object, "stream");
      stream && !(stream->is_bool() && !stream->get_bool()))
    refuse("the body asks for a stream; remove \"stream\"");
  message_request request(model);
  object->erase("model");
  object->erase("stream");
  request.state_->members = std::move(*object);
  return request;
}

message_request& message_request::max_tokens(std::int64_t count) & {
  if (count < 0) refuse("max_tokens is " + std::to_string(count) + "; it must be 0 or more");
  state_->members["max_tokens"] = count;
  return *this;
}

message_request& message_request::system(std::string_view text) & {
  state_->members["system"] = detail::checked(text, "system");
  return *this;
}

message_request& message_request::system(const std::vector<content_block>& blocks) & {
  state_->members["system"] = array_of(blocks);
  return *this;
}

message_request& message_request::turn(std::string_view role, const json::value& content) {
  json::object turn;
  turn["role"] = json::string(role.data(), role.size());
  turn["content"] = content;
  array_at(state_->members, "messages").push_back(std::move(turn));
  return *this;
}

message_request& message_request::user(std::string_view text) & {
  return turn("user", detail::checked(text, "a user's text"));
}

message_request& message_request::user(const std::vector<content_block>& blocks) & {
  return turn("user", array_of(blocks));
}

message_request& message_request::assistant(std::string_view text) & {
  return turn("assistant", detail::checked(text, "an assistant's text"));
}

message_request& message_request::assistant(const std::vector<content_block>& blocks) & {
  return turn("assistant", array_of(blocks));
}

message_request& message_request::append(const message& answer) & {
  return turn("assistant", *detail::find(answer.json(), "content"));
}

message_request& message_request::tool(std::string_view name, std::string_view description,
                                       std::string_view input_schema) & {
  if (name.empty()) refuse("a tool needs a name");
  std::string why;
  auto schema = detail::parse_json(input_schema, why);
  if (!schema || !schema->is_object())
    refuse("the input_schema of tool \"" + std::string(name) + "\" must be a JSON object" +
           (why.empty() ? "" : ", but " + why));
  json::object definition;
  definition["name"] = detail::checked(name, "a tool's name");
  definition["description"] = detail::checked(description, "a tool's description");
  definition["input_schema"] = std::move(*schema);
  return tool(definition);
}

message_request& message_request::tool(const json::object& definition) & {
  array_at(state_->members, "tools").push_back(definition);
  return *this;
}

message_request& message_request::tool_choice(std::string_view kind) & {
  if (kind != "auto" && kind != "any" && kind != "none")
    refuse("tool_choice must be \"auto\", \"any\" or \"none\"; force_tool names one");
  state_->members["tool_choice"] = type_only(kind);
  return *this;
}

message_request& message_request::force_tool(std::string_view name) & {
  if (name.empty()) refuse("force_tool needs the tool's name");
  json::object choice = type_only("tool");
  choice["name"] = detail::checked(name, "a tool's name");
  state_->members["tool_choice"] = std::move(choice);
  return *this;
}

message_request& message_request::adaptive_thinking() & {
  state_->members["thinking"] = type_only("adaptive");
  return *this;
}

message_request& message_request::thinking_budget(std::int64_t tokens) & {
  if (tokens < 1024)
    refuse("thinking_budget is " + std::to_string(tokens) + "; it must be at least 1024");
  json::object thinking = type_only("enabled");
  thinking["budget_tokens"] = tokens;
  state_->members["thinking"] = std::move(thinking);
  return *this;
}

message_request& message_request::user_id(std::string_view id) & {
  object_at(state_->members, "metadata")["user_id"] = detail::checked(id, "user_id");
  return *this;
}

message_request& message_request::stop_sequence(std::string_view text) & {
  if (text.empty()) refuse("a stop sequence must not be empty");
  array_at(state_->members, "stop_sequences").push_back(detail::checked(text, "a stop sequence"));
  return *this;
}

message_request& message_request::temperature(double value) & {
  if (!(value >= 0 && value <= 1)) refuse("temperature must be from 0 to 1");
  state_->members["temperature"] = value;
  return *this;
}

message_request& message_request::service_tier(std::string_view tier) & {
  state_->members["service_tier"] = detail::checked(tier, "service_tier");
  return *this;
}

message_request& message_request::effort(std::string_view level) & {
  object_at(state_->members, "output_config")["effort"] = detail::checked(level, "effort");
  return *this;
}

message_request& message_request::beta(std::string_view name) & {
  if (!http::is_token(name))
    refuse("a beta's name must be letters, digits and hyphens; give one at a time");
  if (std::find(state_->betas.begin(), state_->betas.end(), name) == state_->betas.end())
    state_->betas.emplace_back(name);
  return *this;
}

message_request& message_request::set(std::string_view member, const json::value& value) & {
  check_member(member);
  if (!detail::is_utf8(json::serialize(value)))
    refuse("member \"" + std::string(member) + "\" holds text that is not valid UTF-8");
  state_->members[json::string_view(member.data(), member.size())] = value;
  return *this;
}

message_request& message_request::set_json(std::string_view member, std::string_view text) & {
  check_member(member);
  std::string why;
  auto value = detail::parse_json(text, why);
  if (!value) refuse("member \"" + std::string(member) + "\" cannot be set: " + why);
  return set(member, *value);
}

const std::string& message_request::model() const noexcept { return state_->model; }

const json::object& message_request::json() const noexcept { return state_->members; }

encoded_request message_request::encode(operation op) const {
  const json::value* const turns = detail::find(state_->members, "messages");
  if (!turns || !turns->is_array() || turns->get_array().empty())
    refuse("there is no message; add one with user(\"...\")");
  std::string text;
  if (op == operation::count_tokens) {
    json::object counted = state_->members;
    for (const std::string_view name : not_counted)
      counted.erase(json::string_view(name.data(), name.size()));
    text = json::serialize(counted);
  } else {
    text = json::serialize(state_->members);
  }
  // the members without their braces
  text.pop_back();
  text.erase(0, 1);
  return encoded_request(state_->model, std::move(text), state_->betas);
}

}  // namespace reroute
