// The limit that a refusal names in words.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace reroute::detail {

enum class limited : std::uint8_t { requests, input_tokens, output_tokens, tokens, at_once };

struct named_limit {
  limited of = limited::requests;
  double count = 0;    ///< of a number at once: 0 if it is not named
  double seconds = 0;  ///< 0 for a number at once

  friend bool operator==(const named_limit&, const named_limit&) = default;
};

/// Reads the sentences of the limiters in front of Claude: "Rate limit of 8000 per 60s exceeded for
/// UserByModelByMinuteOutputTokens." (Foundry, FACTS 3.6 B), "This request would exceed your organization's rate limit of
/// 30,000 input tokens per minute" (Anthropic, FACTS 1.8), and numbers at once. What it does not know is no evidence.
[[nodiscard]] std::optional<named_limit> find_named_limit(std::string_view message);

}  // namespace reroute::detail
