// A block of content: text, image, tool use and its result, thinking, or any other as open JSON.
#pragma once

#include <boost/json/fwd.hpp>

#include <memory>
#include <string_view>
#include <utility>
#include <vector>

namespace reroute {

/// A content block of a request or of an answer. A value: copies share the JSON, which does not
/// change, and a block of an answer keeps that answer alive.
///
/// The named constructors throw `std::invalid_argument`, naming the part and the cure, for text that
/// is not UTF-8 and for parts that must not be empty. Blocks of an answer may be of any type and
/// may lack any member: what is not there reads as empty.
class content_block {
 public:
  /// Must not be empty: the API refuses empty text.
  [[nodiscard]] static content_block text(std::string_view text);
  /// `media_type` such as "image/png"; `base64` without line breaks.
  [[nodiscard]] static content_block image(std::string_view media_type, std::string_view base64);
  [[nodiscard]] static content_block image_url(std::string_view url);
  /// `media_type` such as "application/pdf"; `base64` without line breaks.
  [[nodiscard]] static content_block document(std::string_view media_type, std::string_view base64);
  [[nodiscard]] static content_block document_url(std::string_view url);
  /// `input` must be an object.
  [[nodiscard]] static content_block tool_use(std::string_view id, std::string_view name,
                                              const boost::json::value& input);
  /// What the tool said, which may be empty. `is_error`: it failed, and `text` says why.
  [[nodiscard]] static content_block tool_result(std::string_view tool_use_id,
                                                 std::string_view text, bool is_error = false);
  [[nodiscard]] static content_block tool_result(std::string_view tool_use_id,
                                                 const std::vector<content_block>& content,
                                                 bool is_error = false);
  /// Any block as it is. Must be an object with a "type".
  [[nodiscard]] static content_block raw(const boost::json::value& block);

  /// This block with an ephemeral `cache_control`: the prompt up to here may be cached. `ttl` is
  /// "5m" or "1h"; empty: the provider's default.
  [[nodiscard]] content_block cache(std::string_view ttl = {}) const;

  /// "text", "tool_use", ...: an open set.
  [[nodiscard]] std::string_view type() const noexcept;
  /// The text of a text block.
  [[nodiscard]] std::string_view text() const noexcept;
  /// The thinking of a thinking block.
  [[nodiscard]] std::string_view thinking() const noexcept;
  /// The signature of a thinking block.
  [[nodiscard]] std::string_view signature() const noexcept;
  /// The id of a tool use.
  [[nodiscard]] std::string_view id() const noexcept;
  /// The name of the tool.
  [[nodiscard]] std::string_view name() const noexcept;
  /// The input of a tool use; JSON null where there is none.
  [[nodiscard]] const boost::json::value& input() const noexcept;
  /// The input's text where it is no JSON, as far as it came; else empty. Only in what is left of a stream
  /// (`outcome::received`): `input()` is then a string, and not an object.
  [[nodiscard]] std::string_view unparsed_input() const noexcept;
  /// All of it: an object.
  [[nodiscard]] const boost::json::value& json() const noexcept;

 private:
  friend class message;
  friend class stream_event;
  explicit content_block(std::shared_ptr<const boost::json::value> json) : json_(std::move(json)) {}
  std::shared_ptr<const boost::json::value> json_;  // empty once moved from
};

}  // namespace reroute
