// What an answer used.
#pragma once

#include <cstdint>
#include <iosfwd>
#include <string>

namespace reroute {

/// Tokens that an answer used, never negative. What the provider did not say, or said as null, is 0
/// or empty.
struct token_usage {
  std::int64_t input_tokens = 0;  ///< without those written to or read from the cache
  std::int64_t output_tokens = 0;
  std::int64_t cache_creation_input_tokens = 0;     ///< all that were written to the cache
  std::int64_t cache_creation_5m_input_tokens = 0;  ///< part of them, kept for 5 minutes
  std::int64_t cache_creation_1h_input_tokens = 0;  ///< part of them, kept for an hour
  std::int64_t cache_read_input_tokens = 0;
  std::int64_t thinking_tokens = 0;  ///< part of `output_tokens`
  std::string service_tier = {};     ///< "standard", "priority", "batch", ...: an open set

  friend bool operator==(const token_usage&, const token_usage&) = default;
};

/// "12 tokens in, 34 out".
std::ostream& operator<<(std::ostream& out, const token_usage& value);

}  // namespace reroute
