// What is heard: the answer of POST /v1/messages.
#pragma once

#include <reroute/message/content_block.hpp>
#include <reroute/message/token_usage.hpp>

#include <boost/json/fwd.hpp>

#include <cstdint>
#include <iosfwd>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace reroute {

/// Why the model stopped; the API may add more.
enum class stop_reason : std::uint8_t {
  none,  ///< not given
  end_turn,
  max_tokens,
  stop_sequence,
  tool_use,
  pause_turn,
  refusal,
  model_context_window_exceeded,
  other,  ///< one that is new: see `message::stop_reason_text`
};

[[nodiscard]] std::string_view to_string(stop_reason value) noexcept;
std::ostream& operator<<(std::ostream& out, stop_reason value);

/// One hop of a server-side fallback (the request's `fallbacks`): a model declined, and another went on from there.
/// Views, valid while the message or a copy of it lives.
struct model_fallback {
  std::string_view from = {};  ///< the model whose content ends here
  std::string_view to = {};    ///< the model whose content follows
  /// What the first one declined for ("cyber"): an open set; empty if it is not told.
  std::string_view why = {};

  friend bool operator==(const model_fallback&, const model_fallback&) = default;
};

/// An answer. A value: copies share the JSON, which does not change, so copies may be read from
/// several threads. A member that the provider left out, or gave in another form, reads as empty.
///
/// Views and references are valid while this message or a copy of it lives.
class message {
 public:
  /// Empty, as a moved-from one: no content, all texts empty.
  message() = default;

  /// Reads an answer: a JSON object of type "message", or one with a content array. Else nothing,
  /// with the reason in `why` (it never quotes the body). Unknown members, block types and
  /// enumerators never fail.
  ///
  /// Text must be UTF-8 and at most 256 levels deep. Never throws.
  [[nodiscard]] static std::optional<message> parse(std::string_view body,
                                                    std::string* why = nullptr) noexcept;
  /// The same for a body that need not be copied: an answer takes it.
  [[nodiscard]] static std::optional<message> parse(std::string&& body,
                                                    std::string* why = nullptr) noexcept;
  [[nodiscard]] static std::optional<message> parse(const char* body,
                                                    std::string* why = nullptr) noexcept {
    return parse(std::string_view(body), why);
  }

  /// All text blocks, joined.
  [[nodiscard]] std::string text() const;
  /// All blocks, in order. Each keeps the answer alive.
  [[nodiscard]] std::vector<content_block> content() const;
  /// The blocks of type "tool_use": what the caller is asked to run.
  [[nodiscard]] std::vector<content_block> tool_uses() const;
  [[nodiscard]] std::string_view id() const noexcept;
  /// "assistant".
  [[nodiscard]] std::string_view role() const noexcept;
  /// The model that answered, as the provider calls it: behind server-side fallbacks the last one.
  [[nodiscard]] std::string_view model() const noexcept;
  /// The fallbacks on the way to it, in order; mostly none. One that gave way before it said anything may be missing:
  /// the "iterations" of the usage in `json()` name all.
  [[nodiscard]] std::vector<model_fallback> fallbacks() const;
  /// A refusal is an answer too: `stop_reason::refusal`.
  [[nodiscard]] reroute::stop_reason stop_reason() const noexcept;
  /// As the provider wrote it: an open set.
  [[nodiscard]] std::string_view stop_reason_text() const noexcept;
  /// The stop sequence that was met.
  [[nodiscard]] std::string_view stop_sequence() const noexcept;
  [[nodiscard]] token_usage usage() const;
  /// All of it. Numbers beyond 64 bits and the last digit of a fraction may be rounded here;
  /// `message_request::append` sends the provider's own text.
  [[nodiscard]] const boost::json::object& json() const noexcept;

  /// The route that answered; set by the client.
  [[nodiscard]] const std::string& route() const noexcept { return route_; }
  /// The provider's id of the exchange, for support; set by the client.
  [[nodiscard]] const std::string& request_id() const noexcept { return request_id_; }
  void set_route(std::string name) { route_ = std::move(name); }
  void set_request_id(std::string id) { request_id_ = std::move(id); }

 private:
  friend class message_request;
  struct parsed;
  // the content array as the provider wrote it; empty if there is none
  [[nodiscard]] std::string_view content_json() const;

  std::shared_ptr<const parsed> parsed_;
  std::string route_;
  std::string request_id_;
};

/// One line without the content: "msg_01 by claude-opus-4-8 via azure: end_turn, 12 tokens in, 34
/// out".
std::ostream& operator<<(std::ostream& out, const message& value);

}  // namespace reroute
