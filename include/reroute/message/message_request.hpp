// What is asked: the body of POST /v1/messages. Typed where everybody uses it, open JSON for the
// rest.
#pragma once

#include <reroute/message/content_block.hpp>
#include <reroute/message/encoded_request.hpp>

#include <boost/json/fwd.hpp>

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace reroute {

class message;

/// A message request. Setters can be chained on a name and on a temporary:
/// `message_request("claude-opus-4-8").max_tokens(256).user("Hello")`. A class with constructors,
/// so that it may stand inside a `co_await`. A value; copies are deep.
///
/// Setters throw `std::invalid_argument` that names the member and the cure; text must be UTF-8.
class message_request {
 public:
  /// `model` as the caller names it; each route may know it by another name. Must not be empty.
  explicit message_request(std::string model);
  message_request(const message_request&);
  message_request(message_request&&) noexcept;
  message_request& operator=(const message_request&);
  message_request& operator=(message_request&&) noexcept;
  ~message_request();

  /// A request from the JSON of an existing body: "model" is taken out, "stream" is refused, all
  /// else is passed through unchanged.
  [[nodiscard]] static message_request from_json(std::string_view body);

  /// The most tokens of the answer; 0 only warms the prompt cache. Default 1024.
  message_request& max_tokens(std::int64_t count) &;
  /// The system prompt, as text or as text blocks.
  message_request& system(std::string_view text) &;
  message_request& system(const std::vector<content_block>& blocks) &;
  /// Appends a turn.
  message_request& user(std::string_view text) &;
  message_request& user(const std::vector<content_block>& blocks) &;
  message_request& assistant(std::string_view text) &;
  message_request& assistant(const std::vector<content_block>& blocks) &;
  /// Appends an answer as the assistant's turn, unchanged: the next step of a conversation or a
  /// tool loop.
  message_request& append(const message& answer) &;
  /// A tool: a name, what it does, and the JSON schema of its input as text.
  message_request& tool(std::string_view name, std::string_view description,
                        std::string_view input_schema) &;
  /// Any tool as it is, e.g. one that runs at the provider.
  message_request& tool(const boost::json::object& definition) &;
  /// "auto", "any" or "none".
  message_request& tool_choice(std::string_view kind) &;
  /// This tool and no other.
  message_request& force_tool(std::string_view name) &;
  /// Thinking as the model sees fit (models from 4.6).
  message_request& adaptive_thinking() &;
  /// Thinking with a budget of tokens, at least 1024 (models before 4.7).
  message_request& thinking_budget(std::int64_t tokens) &;
  /// `metadata.user_id`: an opaque id of the end user.
  message_request& user_id(std::string_view id) &;
  message_request& stop_sequence(std::string_view text) &;
  /// From 0 to 1. Refused by the API under `anthropic-version` 2026-10-21.
  message_request& temperature(double value) &;
  /// "auto" or "standard_only".
  message_request& service_tier(std::string_view tier) &;
  /// `output_config.effort`: "low" to "max".
  message_request& effort(std::string_view level) &;
  /// A beta feature, sent in the `anthropic-beta` header beside the route's own.
  message_request& beta(std::string_view name) &;
  /// Any other member of the body, passed through unchanged; replaces one of the same name. "model"
  /// and "stream" are refused.
  message_request& set(std::string_view member, const boost::json::value& value) &;
  /// The same from JSON text.
  message_request& set_json(std::string_view member, std::string_view json) &;

  message_request&& max_tokens(std::int64_t v) && { return std::move(max_tokens(v)); }
  message_request&& system(std::string_view v) && { return std::move(system(v)); }
  message_request&& system(const std::vector<content_block>& v) && { return std::move(system(v)); }
  message_request&& user(std::string_view v) && { return std::move(user(v)); }
  message_request&& user(const std::vector<content_block>& v) && { return std::move(user(v)); }
  message_request&& assistant(std::string_view v) && { return std::move(assistant(v)); }
  message_request&& assistant(const std::vector<content_block>& v) && {
    return std::move(assistant(v));
  }
  message_request&& append(const message& v) && { return std::move(append(v)); }
  message_request&& tool(std::string_view name, std::string_view description,
                         std::string_view schema) && {
    return std::move(tool(name, description, schema));
  }
  message_request&& tool(const boost::json::object& v) && { return std::move(tool(v)); }
  message_request&& tool_choice(std::string_view v) && { return std::move(tool_choice(v)); }
  message_request&& force_tool(std::string_view v) && { return std::move(force_tool(v)); }
  message_request&& adaptive_thinking() && { return std::move(adaptive_thinking()); }
  message_request&& thinking_budget(std::int64_t v) && { return std::move(thinking_budget(v)); }
  message_request&& user_id(std::string_view v) && { return std::move(user_id(v)); }
  message_request&& stop_sequence(std::string_view v) && { return std::move(stop_sequence(v)); }
  message_request&& temperature(double v) && { return std::move(temperature(v)); }
  message_request&& service_tier(std::string_view v) && { return std::move(service_tier(v)); }
  message_request&& effort(std::string_view v) && { return std::move(effort(v)); }
  message_request&& beta(std::string_view v) && { return std::move(beta(v)); }
  message_request&& set(std::string_view m, const boost::json::value& v) && {
    return std::move(set(m, v));
  }
  message_request&& set_json(std::string_view m, std::string_view v) && {
    return std::move(set_json(m, v));
  }

  [[nodiscard]] const std::string& model() const noexcept;
  /// All members but the model, as they will be sent.
  [[nodiscard]] const boost::json::object& json() const noexcept;
  /// Serialises the request. For `count_tokens` without the members that its endpoint refuses.
  /// Throws `std::invalid_argument` if there is no turn.
  [[nodiscard]] encoded_request encode(operation op) const;

 private:
  struct state;
  message_request& turn(std::string_view role, const boost::json::value& content);
  std::unique_ptr<state> state_;
};

}  // namespace reroute
