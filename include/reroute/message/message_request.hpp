// What is asked: the body of POST /v1/messages. Typed where everybody uses it, open JSON for the
// rest.
#pragma once

#include <reroute/message/content_block.hpp>
#include <reroute/message/encoded_request.hpp>

#include <boost/json/fwd.hpp>

#include <concepts>
#include <cstdint>
#include <iosfwd>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace reroute {

class message;

/// A message request. Setters chain on a name and on a temporary:
/// `message_request("claude-opus-4-8").max_tokens(256).user("Hello")`. A class with constructors, so
/// that it may stand inside a `co_await`. A value: copies are deep, moves are a pointer. Members and
/// turns keep the order in which they were first given.
///
/// Setters throw `std::invalid_argument`, naming the member and the cure, for what the API is known
/// to refuse and for text that is not UTF-8; the request is then unchanged. So does every use of a
/// request that was moved from.
class message_request {
 public:
  using blocks = std::vector<content_block>;

  /// `model` as the caller names it; each route may know it by another name. Must not be empty.
  explicit message_request(std::string model);
  message_request(const message_request&);
  message_request(message_request&&) noexcept;
  message_request& operator=(const message_request&);
  message_request& operator=(message_request&&) noexcept;
  ~message_request();

  /// A request from the JSON of an existing body. "model" is taken out, a "stream" that is true is
  /// refused (the call decides it), and so is a member that stands twice. All else is passed
  /// through unchanged, to the letter of its numbers, and `encode` does not look for what is missing.
  [[nodiscard]] static message_request from_json(std::string_view body);
  [[nodiscard]] static message_request from_json(const boost::json::object& body);

  /// The most tokens of the answer; 0 only warms the prompt cache. Default 1024; none for a request
  /// from `from_json`, whose body says it. An answer that was cut stops with `max_tokens`.
  message_request& max_tokens(std::int64_t count) &;

  /// The system prompt, as text or as blocks.
  message_request& system(std::string_view text) &;
  message_request& system(const blocks& content) &;
  /// Append a turn: text, or one block and more. Neither may be empty.
  message_request& user(std::string_view text) &;
  message_request& user(const blocks& content) &;
  message_request& assistant(std::string_view text) &;
  message_request& assistant(const blocks& content) &;
  /// Appends a turn of any role.
  message_request& message(std::string_view role, std::string_view text) &;
  message_request& message(std::string_view role, const blocks& content) &;
  /// Appends an answer as the assistant's turn: the next step of a conversation or of a tool loop. Unchanged, but
  /// for what the API says and then refuses to take back: blocks of text that are empty or only white space, and
  /// thinking without its signature (it was cut off) or at the turn's end (where `max_tokens` was reached in the midst
  /// of it), are left out; white space at the turn's end is cut; the input
  /// of a tool use becomes an object, `{"INVALID_JSON": "..."}` around what is no JSON. An answer that has nothing
  /// else adds no turn. Blocks of type "fallback" go back where they stood, as the API asks; it reads them where the
  /// request still has the server-side fallback's beta.
  message_request& append(const reroute::message& answer) &;

  /// A tool: its name, what it does, and the JSON schema of its input.
  message_request& tool(std::string_view name, std::string_view description,
                        std::string_view input_schema) &;
  message_request& tool(std::string_view name, std::string_view description,
                        const boost::json::object& input_schema) &;
  /// Any tool as it is, e.g. one that runs at the provider.
  message_request& tool(const boost::json::object& definition) &;
  /// "auto", "any" or "none".
  message_request& tool_choice(std::string_view kind) &;
  /// This tool and no other.
  message_request& force_tool(std::string_view name) &;
  /// At most one tool use per answer.
  message_request& disable_parallel_tool_use() &;

  /// Thinking as the model sees fit (models from 4.6).
  message_request& adaptive_thinking() &;
  /// Thinking with a budget of tokens, at least 1024 (models before 4.7).
  message_request& thinking_budget(std::int64_t tokens) &;
  message_request& disable_thinking() &;
  /// `output_config.effort`: "low" to "max".
  message_request& effort(std::string_view level) &;
  /// `output_config.format`: the answer is JSON of this schema.
  message_request& output_schema(std::string_view schema) &;
  message_request& output_schema(const boost::json::object& schema) &;

  message_request& stop_sequence(std::string_view text) &;
  /// From 0 to 1. Like `top_p` and `top_k` only for `anthropic-version` 2023-06-01: version
  /// 2026-10-21 answers 400 to all three.
  message_request& temperature(double value) &;
  /// From 0 to 1.
  message_request& top_p(double value) &;
  /// From 0.
  message_request& top_k(std::int64_t count) &;

  /// `metadata.user_id`: an opaque id of the end user.
  message_request& user_id(std::string_view id) &;
  /// "auto" or "standard_only".
  message_request& service_tier(std::string_view tier) &;
  /// Automatic prompt caching. `ttl` is "5m" or "1h"; empty: the provider's default.
  message_request& cache(std::string_view ttl = {}) &;
  /// A beta feature, sent in the `anthropic-beta` header beside the route's own.
  message_request& beta(std::string_view name) &;

  /// Any other member of the body, passed through unchanged; replaces one of the same name. "model"
  /// and "stream" are refused.
  message_request& set(std::string_view member, const boost::json::value& value) &;
  /// The same from JSON text.
  message_request& set_json(std::string_view member, std::string_view json) &;
  /// Removes a member; does nothing if there is none.
  message_request& erase(std::string_view member) &;

  // the same on a temporary, by value: a name bound to the result does not dangle
  message_request max_tokens(std::int64_t n) && { return std::move(max_tokens(n)); }
  message_request system(std::string_view s) && { return std::move(system(s)); }
  message_request system(const blocks& b) && { return std::move(system(b)); }
  message_request user(std::string_view s) && { return std::move(user(s)); }
  message_request user(const blocks& b) && { return std::move(user(b)); }
  message_request assistant(std::string_view s) && { return std::move(assistant(s)); }
  message_request assistant(const blocks& b) && { return std::move(assistant(b)); }
  message_request message(std::string_view role, std::string_view s) && {
    return std::move(message(role, s));
  }
  message_request message(std::string_view role, const blocks& b) && {
    return std::move(message(role, b));
  }
  message_request append(const reroute::message& m) && { return std::move(append(m)); }
  message_request tool(std::string_view name, std::string_view description,
                       std::string_view schema) && {
    return std::move(tool(name, description, schema));
  }
  message_request tool(std::string_view name, std::string_view description,
                       const boost::json::object& schema) && {
    return std::move(tool(name, description, schema));
  }
  message_request tool(const boost::json::object& o) && { return std::move(tool(o)); }
  message_request tool_choice(std::string_view s) && { return std::move(tool_choice(s)); }
  message_request force_tool(std::string_view s) && { return std::move(force_tool(s)); }
  message_request disable_parallel_tool_use() && { return std::move(disable_parallel_tool_use()); }
  message_request adaptive_thinking() && { return std::move(adaptive_thinking()); }
  message_request thinking_budget(std::int64_t n) && { return std::move(thinking_budget(n)); }
  message_request disable_thinking() && { return std::move(disable_thinking()); }
  message_request effort(std::string_view s) && { return std::move(effort(s)); }
  message_request output_schema(std::string_view s) && { return std::move(output_schema(s)); }
  message_request output_schema(const boost::json::object& o) && {
    return std::move(output_schema(o));
  }
  message_request stop_sequence(std::string_view s) && { return std::move(stop_sequence(s)); }
  message_request temperature(double v) && { return std::move(temperature(v)); }
  message_request top_p(double v) && { return std::move(top_p(v)); }
  message_request top_k(std::int64_t n) && { return std::move(top_k(n)); }
  message_request user_id(std::string_view s) && { return std::move(user_id(s)); }
  message_request service_tier(std::string_view s) && { return std::move(service_tier(s)); }
  message_request cache(std::string_view ttl = {}) && { return std::move(cache(ttl)); }
  message_request beta(std::string_view s) && { return std::move(beta(s)); }
  message_request set(std::string_view m, const boost::json::value& v) && {
    return std::move(set(m, v));
  }
  message_request set_json(std::string_view m, std::string_view v) && {
    return std::move(set_json(m, v));
  }
  message_request erase(std::string_view m) && { return std::move(erase(m)); }

  // blocks one by one: braces of a list do not compile inside a co_await of g++ 12
  template <std::same_as<content_block>... More>
  message_request& system(const content_block& first, const More&... more) & {
    return system(blocks{first, more...});
  }
  template <std::same_as<content_block>... More>
  message_request& user(const content_block& first, const More&... more) & {
    return user(blocks{first, more...});
  }
  template <std::same_as<content_block>... More>
  message_request& assistant(const content_block& first, const More&... more) & {
    return assistant(blocks{first, more...});
  }
  template <std::same_as<content_block>... More>
  message_request system(const content_block& first, const More&... more) && {
    return std::move(system(first, more...));
  }
  template <std::same_as<content_block>... More>
  message_request user(const content_block& first, const More&... more) && {
    return std::move(user(first, more...));
  }
  template <std::same_as<content_block>... More>
  message_request assistant(const content_block& first, const More&... more) && {
    return std::move(assistant(first, more...));
  }

  /// Empty once moved from.
  [[nodiscard]] const std::string& model() const noexcept;
  [[nodiscard]] const std::vector<std::string>& betas() const noexcept;
  /// The whole body with the model first. Builds it anew; numbers beyond 64 bits are rounded in it.
  [[nodiscard]] boost::json::object json() const;
  /// Serialises the request once, for any number of attempts. For `count_tokens` without the members
  /// that only `create` knows. Throws `std::invalid_argument` if there is no turn; not for requests
  /// from `from_json`.
  [[nodiscard]] encoded_request encode(operation op) const;

  /// Same model, betas and members with the same text in the same order.
  friend bool operator==(const message_request& a, const message_request& b) noexcept;
  /// One line without the content: "message_request(claude-opus-4-8, 2 messages, 143 bytes)".
  friend std::ostream& operator<<(std::ostream& out, const message_request& value);

 private:
  struct state;
  [[nodiscard]] state& own();
  [[nodiscard]] const state& own() const;
  [[nodiscard]] encoded_request encode_members(operation op) const;
  std::unique_ptr<state> state_;
};

}  // namespace reroute
