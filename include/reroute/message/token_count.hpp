// The answer of POST /v1/messages/count_tokens.
#pragma once

#include <cstdint>
#include <iosfwd>
#include <optional>
#include <string>
#include <string_view>

namespace reroute {

/// How many input tokens a request has. A class: it travels through `co_await`.
class token_count {
 public:
  token_count() = default;
  explicit token_count(std::int64_t tokens) : input_tokens(tokens) {}
  /// Reads an answer; nothing, with the reason in `why` (it never quotes the body), if there is no
  /// "input_tokens" with a whole number of 0 or more. Never throws.
  [[nodiscard]] static std::optional<token_count> parse(std::string_view body,
                                                        std::string* why = nullptr) noexcept;

  std::int64_t input_tokens = 0;

  friend bool operator==(const token_count&, const token_count&) = default;
};

/// "34 input tokens".
std::ostream& operator<<(std::ostream& out, const token_count& value);

}  // namespace reroute
