// A token, or why there is none: what travels through `co_await` instead of an exception.
#pragma once

#include <reroute/io/clock.hpp>
#include <reroute/route/credential.hpp>

#include <exception>
#include <string>
#include <string_view>
#include <system_error>

namespace reroute::detail {

/// A token, or the failure to get one. A class, not an aggregate: it may stand inside a `co_await`.
struct token_result {
  token_result() = default;
  explicit token_result(access_token fetched) : token(std::move(fetched)) {}
  token_result(std::error_code code, bool may_pass, std::string text)
      : error(code), retryable(may_pass), detail(std::move(text)) {}

  access_token token;
  std::error_code error;   ///< `operation_aborted` if the waiter was cancelled or the cache ended
  bool retryable = false;  ///< waiting is likely to fix it: a failure of the way, not of the setup
  std::string detail;      ///< for people; never a secret
  /// How long the source is left alone after this failure; asking sooner gets the same failure. From
  /// a source: how long it wants to be.
  duration rest{0};
};

/// True if waiting is likely to fix what ended in `code`: a network may come back, a missing file not.
[[nodiscard]] bool may_pass(const std::error_code& code);

/// What a token source threw, as a value. A `std::system_error` keeps its code. The exception's own
/// text is shown, but what looks like a secret in it, or is `known`, is hidden: a source may quote
/// what its endpoint said.
[[nodiscard]] token_result failure_of(const std::exception_ptr& thrown, std::string_view known);

/// The same of a `token_error` that was not thrown. The text of a `clean_error` stays as it is but for `known`.
[[nodiscard]] token_result failure_of(const token_error& problem, std::string_view known);

/// `failure` if the token cannot be sent (empty, a line break), else the token.
[[nodiscard]] token_result checked_token(access_token token);

}  // namespace reroute::detail
