// The answer of POST /v1/messages/count_tokens.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace reroute {

/// How many input tokens a request has. A class: it travels through `co_await`.
class token_count {
 public:
  token_count() = default;
  explicit token_count(std::int64_t tokens) : input_tokens(tokens) {}
  /// Reads an answer; nothing, with the reason in `why`, if there is no "input_tokens" number.
  [[nodiscard]] static std::optional<token_count> parse(std::string_view body,
                                                        std::string* why = nullptr);

  std::int64_t input_tokens = 0;
};

}  // namespace reroute
