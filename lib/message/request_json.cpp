// A request and its JSON: open members, an existing body, and the encoding.
#include "message/json.hpp"
#include "message/json_scan.hpp"
#include "message/request_state.hpp"

#include <boost/json/serialize.hpp>

#include <algorithm>
#include <array>
#include <charconv>
#include <utility>

namespace reroute {

namespace json = boost::json;

namespace {

using detail::refuse;

// documented for `create` only. A member that neither endpoint documents is kept: the caller knows.
constexpr std::array<std::string_view, 10> create_only = {
    "max_tokens", "metadata",     "stop_sequences", "temperature",   "top_p",
    "top_k",      "service_tier", "container",      "inference_geo", "diagnostics"};

constexpr std::string_view stream_member = R"(,"stream":true)";

bool is_create_only(std::string_view name) {
  return std::find(create_only.begin(), create_only.end(), name) != create_only.end();
}

std::string name_of(std::string_view member) { return "member \"" + std::string(member) + '"'; }

void check_settable(std::string_view member) {
  if (member.empty()) refuse("a member needs a name");
  if (member == "model") refuse("\"model\" cannot be set: give the model to the constructor");
  if (member == "stream")
    refuse("\"stream\" cannot be set: the call decides it, create() or stream()");
  detail::check_utf8(member, "a member's name");
}

// the members that the endpoint takes, and those that it needs
std::string members_text(const std::vector<detail::body_members::member>& members, operation op) {
  constexpr std::size_t punctuation = 4;
  std::size_t size = 1 + (op == operation::stream ? stream_member.size() : 0);  // and a brace
  for (const auto& [name, value] : members)
    size += name.size() + value.size() + punctuation;
  std::string out;
  out.reserve(size);
  for (const auto& [name, value] : members) {
    if (op == operation::count_tokens && is_create_only(name)) continue;
    if (!out.empty()) out += ',';
    detail::append_quoted(out, name, "a member's name");
    out += ':';
    out += value;
  }
  if (op == operation::stream) out += out.empty() ? stream_member.substr(1) : stream_member;
  return out;
}

std::string model_in(std::string_view raw) {
  std::string why;
  const auto parsed = detail::parse_json(raw, why);
  const json::string* const model = parsed ? parsed->if_string() : nullptr;
  if (!model) refuse("\"model\" in the body must be a string");
  return std::string(model->data(), model->size());
}

}  // namespace

message_request& message_request::set(std::string_view member, const json::value& value) & {
  check_settable(member);
  own().body.put(member, detail::checked_json(value, name_of(member)));
  return *this;
}

message_request& message_request::set_json(std::string_view member, std::string_view text) & {
  check_settable(member);
  own().body.put(member, detail::checked_json(text, name_of(member)));
  return *this;
}

message_request& message_request::erase(std::string_view member) & {
  own().body.erase(member);
  return *this;
}

message_request message_request::from_json(std::string_view body) {
  const std::string text = detail::checked_object(body, "the body");
  std::string model;
  detail::body_members members;
  bool has_model = false;
  bool has_stream = false;
  const auto once = [](bool again, std::string_view name) {
    if (again) refuse(name_of(name) + " stands twice in the body; keep one");
  };
  detail::json_scanner all(text);
  for (detail::raw_member each; all.next(each);) {
    const std::string name = detail::key_name(each.key);
    if (name == "model") {
      once(std::exchange(has_model, true), name);
      model = model_in(each.value);
    } else if (name == "stream") {
      once(std::exchange(has_stream, true), name);
      if (each.value != "false" && each.value != "null")
        refuse("the body asks for \"stream\"; take it out, the call decides it");
    } else {
      once(members.find(name).has_value(), name);
      members.put(name, each.value);
    }
  }
  if (!has_model) refuse("the body has no \"model\"");
  message_request request(std::move(model));
  request.state_->body = std::move(members);
  request.state_->complete = true;
  return request;
}

message_request message_request::from_json(const json::object& body) {
  return from_json(json::serialize(body));
}

json::object message_request::json() const {
  const state& from = own();
  const encoded_request whole = encode_members(operation::create);
  std::string why;
  // parts of the greatest depth stand some levels deeper in the whole
  auto parsed = detail::parse_json(whole.body_for(from.model).text(), why, 512);
  if (!parsed) refuse("the body cannot be read back: " + why);
  return std::move(parsed->get_object());
}

encoded_request message_request::encode(operation op) const {
  const state& from = own();
  if (!from.complete && !from.body.find("messages"))
    refuse("there is no message; add one, e.g. user(\"Hello\")");
  return encode_members(op);
}

encoded_request message_request::encode_members(operation op) const {
  const state& from = own();
  double told = 0;  // it may be written as 6.4E4
  if (const auto text = from.body.find("max_tokens"); text && op != operation::count_tokens)
    (void)std::from_chars(text->data(), text->data() + text->size(), told);
  constexpr double most = 1e15;
  const auto max_tokens = static_cast<std::int64_t>(std::clamp(told, 0.0, most));
  if (op == operation::create)
    return encoded_request(from.body.tail(), from.model, from.betas, max_tokens);
  return encoded_request(from.model, members_text(from.body.all(), op), from.betas, max_tokens);
}

}  // namespace reroute
