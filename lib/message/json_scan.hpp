// Walks JSON text that is known to be valid, so that its parts can be passed on to the letter.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace reroute::detail {

/// One member of an object, viewed in the text.
struct raw_member {
  std::string_view key;    ///< with its quotes and escapes
  std::string_view value;  ///< any JSON value
};

/// The members of an object, or the elements of an array, one after the other.
class json_scanner {
 public:
  /// `text` is one valid JSON object or array; white space around it is fine. Text that is not
  /// valid yields wrong parts, but never reads outside.
  explicit json_scanner(std::string_view text) noexcept;
  /// The next member of an object.
  [[nodiscard]] bool next(raw_member& out) noexcept;
  /// The next element of an array.
  [[nodiscard]] bool next(std::string_view& out) noexcept;

 private:
  void skip(std::string_view characters) noexcept;
  [[nodiscard]] bool at_end() const noexcept;
  [[nodiscard]] std::string_view take_string() noexcept;
  [[nodiscard]] std::string_view take_value() noexcept;

  std::string_view text_;
  std::size_t at_ = 0;
};

/// `text` without white space around it.
[[nodiscard]] std::string_view trim_json(std::string_view text) noexcept;

/// What a key's text says.
[[nodiscard]] std::string key_name(std::string_view key);

/// The value of the last member of this name in the text of an object, as JSON parsers read it; empty
/// if there is none.
[[nodiscard]] std::string_view member_text(std::string_view object, std::string_view name);

/// What such a member says, if it is a string; else empty.
[[nodiscard]] std::string member_string(std::string_view object, std::string_view name);

/// `object` with its members of this name replaced by one at the end; without them if `value` is
/// empty.
[[nodiscard]] std::string with_member(std::string_view object, std::string_view name,
                                      std::string_view value);

}  // namespace reroute::detail
