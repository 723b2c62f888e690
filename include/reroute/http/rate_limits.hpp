// What a response says about the quota: anthropic-ratelimit-* and x-ratelimit-* in one snapshot. Pure.
#pragma once

#include <reroute/http/date.hpp>
#include <reroute/http/headers.hpp>

#include <chrono>
#include <cstdint>
#include <optional>

namespace reroute::http {

/// One bucket of a quota. What the response did not say is empty.
struct quota_bucket {
  std::optional<std::int64_t> limit =
      {};  ///< size of the bucket, per `window` (a minute unless said)
  std::optional<std::int64_t> remaining = {};  ///< what was left when the response was made
  /// Until the bucket is FULL again, from the response's Date; not how long this request must wait.
  std::optional<std::chrono::milliseconds> reset = {};

  [[nodiscard]] bool empty() const noexcept { return !limit && !remaining && !reset; }
  friend bool operator==(const quota_bucket&, const quota_bucket&) = default;
};

/// All buckets that a response names (FACTS 1.9, 3.5, 3.7).
struct rate_limits {
  quota_bucket requests = {};       ///< anthropic-ratelimit-requests-*, x-ratelimit-*-requests
  quota_bucket tokens = {};         ///< anthropic-ratelimit-tokens-*, x-ratelimit-*-tokens
  quota_bucket input_tokens = {};   ///< anthropic-ratelimit-input-tokens-*
  quota_bucket output_tokens = {};  ///< anthropic-ratelimit-output-tokens-*
  quota_bucket priority_input_tokens = {};   ///< anthropic-priority-input-tokens-*
  quota_bucket priority_output_tokens = {};  ///< anthropic-priority-output-tokens-*
  quota_bucket fast_input_tokens = {};       ///< anthropic-fast-input-tokens-*
  quota_bucket fast_output_tokens = {};      ///< anthropic-fast-output-tokens-*
  /// x-ratelimit-renewalperiod-*: the window of the x-ratelimit buckets, where it is named; the longest
  /// if they differ.
  std::optional<std::chrono::seconds> window = {};
  /// x-ratelimit-type names a limit on requests at once (`UserConcurrentRequests`): it is that limit
  /// which refused.
  bool concurrency = false;

  [[nodiscard]] bool empty() const noexcept;
  friend bool operator==(const rate_limits&, const rate_limits&) = default;
};

/// Reads all rate-limit headers. Resets are RFC 3339 dates (counted from the response's `Date`, else
/// from `now`; the past is 0), seconds, or durations such as "6m0s" and "120ms" (x-ratelimit-*). What
/// cannot be read, is negative or overflows is left out, and so is a reset more than a year ahead: it
/// is no reset but a mistake, such as a Unix time. Where both families name the same bucket, as a
/// gateway's answer may, Anthropic's is taken. Never throws, never allocates.
[[nodiscard]] rate_limits find_rate_limits(const headers& fields, date now) noexcept;

}  // namespace reroute::http
