// What is heard: the answer of POST /v1/messages.
#pragma once

#include <reroute/message/content_block.hpp>

#include <boost/json/fwd.hpp>

#include <cstdint>
#include <iosfwd>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace reroute {

/// What an answer used. What the provider did not say is 0.
struct token_usage {
  std::int64_t input_tokens = 0;
  std::int64_t output_tokens = 0;
  std::int64_t cache_creation_input_tokens = 0;
  std::int64_t cache_read_input_tokens = 0;
  std::int64_t thinking_tokens = 0;  ///< part of `output_tokens`
  friend bool operator==(const token_usage&, const token_usage&) = default;
};

/// Why the model stopped; the API may add more.
enum class stop_reason : std::uint8_t {
  end_turn,
  max_tokens,
  stop_sequence,
  tool_use,
  pause_turn,
  refusal,
  model_context_window_exceeded,
  other,  ///< none given, or one that is new: see `message::stop_reason_text`
};

/// An answer. A value; copies share the JSON, which does not change. Never empty.
class message {
 public:
  /// Reads an answer; nothing, with the reason in `why`, if the text is no JSON object with a
  /// content array. Unknown members, block types and enumerators never fail. Bounded in depth;
  /// throws nothing but `std::bad_alloc`.
  [[nodiscard]] static std::optional<message> parse(std::string_view body,
                                                    std::string* why = nullptr);

  /// All text blocks, joined.
  [[nodiscard]] std::string text() const;
  [[nodiscard]] std::vector<content_block> content() const;
  /// The blocks of type "tool_use".
  [[nodiscard]] std::vector<content_block> tool_uses() const;
  [[nodiscard]] std::string_view id() const noexcept;
  [[nodiscard]] std::string_view role() const noexcept;
  /// The model that answered, as the provider calls it.
  [[nodiscard]] std::string_view model() const noexcept;
  [[nodiscard]] reroute::stop_reason stop_reason() const noexcept;
  [[nodiscard]] std::string_view stop_reason_text() const noexcept;
  [[nodiscard]] std::string_view stop_sequence() const noexcept;
  [[nodiscard]] token_usage usage() const noexcept;
  /// All of it.
  [[nodiscard]] const boost::json::object& json() const noexcept;

  /// The route that answered.
  [[nodiscard]] const std::string& route() const noexcept { return route_; }
  /// The provider's id of the exchange, for support.
  [[nodiscard]] const std::string& request_id() const noexcept { return request_id_; }
  void set_route(std::string name) { route_ = std::move(name); }
  void set_request_id(std::string id) { request_id_ = std::move(id); }

 private:
  explicit message(std::shared_ptr<const boost::json::value> json) : json_(std::move(json)) {}
  std::shared_ptr<const boost::json::value> json_;
  std::string route_;
  std::string request_id_;
};

[[nodiscard]] std::string_view to_string(stop_reason value) noexcept;
std::ostream& operator<<(std::ostream& out, stop_reason value);

}  // namespace reroute
