// A request as a value: making, copying, turns, comparing and printing.
#include <reroute/message/message.hpp>
#include <reroute/message/message_request.hpp>

#include "message/json.hpp"
#include "message/json_scan.hpp"
#include "message/request_state.hpp"
#include "message/returned_content.hpp"

#include <ostream>
#include <utility>

namespace reroute {

namespace {

using blocks = message_request::blocks;

void append_blocks(std::string& out, const blocks& content) {
  out += '[';
  for (const content_block& each : content) {
    if (!each.json().is_object()) detail::refuse("a content block was moved from");
    if (out.back() != '[') out += ',';
    detail::append_json(out, each.json());
  }
  out += ']';
}

template <class Content>
void add_turn(detail::body_members& body, std::string_view role, Content append_content) {
  if (role.empty()) detail::refuse("a turn needs a role, \"user\" or \"assistant\"");
  body.push("messages", [&](std::string& out) {
    out += "{\"role\":";
    detail::append_quoted(out, role, "a role");
    out += ",\"content\":";
    append_content(out);
    out += '}';
  });
}

const std::string no_model;
const std::vector<std::string> no_betas;

}  // namespace

message_request::message_request(std::string model) : state_(std::make_unique<state>()) {
  detail::check_model(model);
  state_->model = std::move(model);
  state_->body.put("max_tokens", "1024");
}

message_request::message_request(const message_request& other)
    : state_(other.state_ ? std::make_unique<state>(*other.state_) : nullptr) {}
message_request::message_request(message_request&&) noexcept = default;
message_request& message_request::operator=(const message_request& other) {
  if (this != &other) state_ = other.state_ ? std::make_unique<state>(*other.state_) : nullptr;
  return *this;
}
message_request& message_request::operator=(message_request&&) noexcept = default;
message_request::~message_request() = default;

message_request::state& message_request::own() {
  if (!state_) detail::refuse("this request was moved from; assign another one before using it");
  return *state_;
}

const message_request::state& message_request::own() const {
  return const_cast<message_request*>(this)->own();
}

message_request& message_request::system(std::string_view text) & {
  own().body.put("system", detail::quoted(text, "the system text"));
  return *this;
}

message_request& message_request::system(const blocks& content) & {
  std::string text;
  append_blocks(text, content);
  own().body.put("system", text);
  return *this;
}

message_request& message_request::user(std::string_view text) & { return message("user", text); }

message_request& message_request::user(const blocks& content) & { return message("user", content); }

message_request& message_request::assistant(std::string_view text) & {
  return message("assistant", text);
}

message_request& message_request::assistant(const blocks& content) & {
  return message("assistant", content);
}

message_request& message_request::message(std::string_view role, std::string_view text) & {
  state& to = own();
  const auto what = [role] { return "the text of the " + std::string(role) + "'s turn"; };
  if (text.empty()) detail::refuse(what() + " is empty; the API refuses it");
  add_turn(to.body, role, [&](std::string& out) {
    if (const char* const bad = detail::append_quoted(out, text))
      detail::refuse_byte(text, bad, what());
  });
  return *this;
}

message_request& message_request::message(std::string_view role, const blocks& content) & {
  state& to = own();
  if (content.empty())
    detail::refuse("the " + std::string(role) +
                   "'s turn has no content blocks; the API refuses it");
  add_turn(to.body, role, [&](std::string& out) { append_blocks(out, content); });
  return *this;
}

message_request& message_request::append(const reroute::message& answer) & {
  state& to = own();
  const std::string content = detail::returned_content(answer.content_json());
  if (content.empty()) return *this;
  const std::string_view role = answer.role();
  add_turn(to.body, role.empty() ? "assistant" : role, [&](std::string& out) { out += content; });
  return *this;
}

const std::string& message_request::model() const noexcept {
  return state_ ? state_->model : no_model;
}

const std::vector<std::string>& message_request::betas() const noexcept {
  return state_ ? state_->betas : no_betas;
}

bool operator==(const message_request& a, const message_request& b) noexcept {
  return a.state_ && b.state_ ? *a.state_ == *b.state_ : a.state_ == b.state_;
}

std::ostream& operator<<(std::ostream& out, const message_request& value) {
  if (!value.state_) return out << "message_request(moved from)";
  std::size_t bytes = 0;
  for (const auto& [name, text] : value.state_->body.all())
    bytes += name.size() + text.size() + 4;
  std::size_t turns = 0;
  if (const auto messages = value.state_->body.find("messages")) {
    detail::json_scanner each(*messages);
    for (std::string_view turn; each.next(turn);)
      ++turns;
  }
  return out << "message_request(" << value.model() << ", " << turns << " messages, " << bytes
             << " bytes)";
}

}  // namespace reroute
