// One failure, whichever route it came from: the only thing that decisions are made on.
#pragma once

#include <reroute/error/category.hpp>
#include <reroute/http/date.hpp>
#include <reroute/http/retry_after.hpp>

#include <chrono>
#include <iosfwd>
#include <optional>
#include <string>
#include <system_error>

namespace reroute {

/// A failed attempt in words that are the same on every route.
///
/// `retryable` and `failover_worthy` are two flags, never one: the first says that waiting on the same
/// route is likely to fix it, the second that another route is worth it.
struct normalized_error {
  std::string route = {};  ///< the route's name
  int status = 0;          ///< HTTP status, which may be 200; 0 if no response came
  reroute::category category = category::ok;
  bool retryable = false;
  bool failover_worthy = false;
  /// What the route asks to wait, never negative, not capped; 0 is no wish, only said for audits.
  std::optional<std::chrono::milliseconds> retry_after = {};
  http::hint_source retry_after_source = http::hint_source::none;
  std::string raw_code =
      {};  ///< the route's own key: error.details.error_code, error.code or error.type
  /// The provider's text; of a transport failure whom it concerns and what would be right, of a redirect where it
  /// leads. At most 1 KiB. Data: may quote user input, never the credential that was sent.
  std::string message = {};
  std::string request_id = {};          ///< Anthropic's `request-id`
  std::string gateway_request_id = {};  ///< Azure's `apim-request-id`, AWS's `x-amzn-requestid`
  /// A quota says when it opens again ("regain access on 2026-12-01"): wall clock.
  std::optional<http::date> opens_at = {};
  /// True if the refusal concerns this request alone and says nothing about the route's limit.
  bool request_scoped = false;
  /// A transport failure: the request may have reached the provider, and may have been billed.
  bool sent = false;
  /// A stream broke after its caller had got content: it was not repeated, whatever the flags say.
  bool after_content = false;
  /// A transport failure or local limit: its code. Empty for an HTTP answer.
  std::error_code cause = {};

  [[nodiscard]] explicit operator bool() const noexcept { return category != category::ok; }
  friend bool operator==(const normalized_error&, const normalized_error&) = default;
};

/// The code that an operation completes with for this error: `cause` if it is of this category (the
/// cause of a credential failure may be of another), else the `errc` of the category.
[[nodiscard]] std::error_code to_error_code(const normalized_error& error) noexcept;

/// One line for people: "azure: 429 rate_limit (RateLimitReached), retry after 33 s: Rate limit of ...
/// [req_1]". Provider text is cut, stripped of control characters, and of what looks like a credential.
std::ostream& operator<<(std::ostream& out, const normalized_error& error);
[[nodiscard]] std::string to_string(const normalized_error& error);

}  // namespace reroute
