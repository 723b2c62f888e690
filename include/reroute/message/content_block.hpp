// A block of content: text, image, tool use and its result, thinking, or any other as open JSON.
#pragma once

#include <boost/json/fwd.hpp>

#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace reroute {

/// A content block of a request or an answer. A value; copies share the JSON, which does not
/// change.
///
/// Text that is given must be UTF-8; what is not throws `std::invalid_argument` naming the part.
class content_block {
 public:
  [[nodiscard]] static content_block text(std::string_view text);
  /// `media_type` such as "image/png"; `data` in base64.
  [[nodiscard]] static content_block image(std::string_view media_type, std::string_view data);
  [[nodiscard]] static content_block image_url(std::string_view url);
  /// A PDF in base64.
  [[nodiscard]] static content_block document(std::string_view media_type, std::string_view data);
  [[nodiscard]] static content_block tool_use(std::string_view id, std::string_view name,
                                              const boost::json::value& input);
  [[nodiscard]] static content_block tool_result(std::string_view tool_use_id,
                                                 std::string_view text, bool is_error = false);
  [[nodiscard]] static content_block tool_result(std::string_view tool_use_id,
                                                 const std::vector<content_block>& content,
                                                 bool is_error = false);
  /// Any block as it is. Must be an object with a "type"; else `std::invalid_argument`.
  [[nodiscard]] static content_block raw(const boost::json::value& block);
  /// A block within a larger JSON that is kept alive with it; `block` must be an object.
  [[nodiscard]] static content_block view(std::shared_ptr<const boost::json::value> block);

  /// This block with an ephemeral `cache_control`: the prompt up to here may be cached.
  [[nodiscard]] content_block cache() const;

  /// "text", "tool_use", ...: an open set.
  [[nodiscard]] std::string_view type() const noexcept;
  /// The text of a text block, the thinking of a thinking block; else empty.
  [[nodiscard]] std::string_view text() const noexcept;
  /// The id of a tool use; else empty.
  [[nodiscard]] std::string_view id() const noexcept;
  /// The name of the tool; else empty.
  [[nodiscard]] std::string_view name() const noexcept;
  /// The input of a tool use; JSON null where there is none.
  [[nodiscard]] const boost::json::value& input() const noexcept;
  /// The signature of a thinking block; else empty.
  [[nodiscard]] std::string_view signature() const noexcept;
  /// All of it.
  [[nodiscard]] const boost::json::value& json() const noexcept { return *json_; }

 private:
  explicit content_block(std::shared_ptr<const boost::json::value> json) : json_(std::move(json)) {}
  std::shared_ptr<const boost::json::value> json_;
};

}  // namespace reroute
