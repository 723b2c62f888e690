// What a token endpoint answered: a token and its life, or why there is none. Pure.
#pragma once

#include <reroute/http/message.hpp>

#include "route/token_result.hpp"

#include <chrono>
#include <string_view>
#include <vector>

namespace reroute::detail {

/// Who answered: each has words and habits of its own.
enum class token_endpoint : unsigned char { entra, managed_identity, anthropic };

/// How to read an answer. Views are used during the call only.
struct token_reading {
  token_endpoint from = token_endpoint::entra;
  std::string_view who;                       ///< in errors: "Entra ID"
  std::chrono::system_clock::time_point now;  ///< the local wall clock
  /// What helps against a 400 or 401 in most cases: "check the rule". Empty: nothing is known.
  std::string_view cure = {};
  /// What was sent and must not be shown, should the answer quote it.
  std::vector<std::string_view> secrets = {};
};

/// The token of a 2xx; else a failure with its code, whether waiting is likely to fix it, and the wait
/// that was asked for.
///
/// Lives may be numbers or numbers in strings. An end (`expires_on`: Unix seconds or ISO 8601) counts
/// against the answer's own `Date`, so that a wrong local clock does not matter. Managed identities hand
/// out old tokens from a cache with the `expires_in` of their youth: there the shorter of both counts.
/// A token that has ended on its arrival is `malformed_answer`; but where only the local clock says so, it is
/// handed on without any life left, and `token_state` sees to it that this asks for another every 5 s at most.
/// `refresh_in` is kept if it is above zero; a managed identity's token that lives for more than two hours is refreshed from
/// half its life on.
/// Shown of an error are `error`, `error_description` and `error_uri`, or Azure's `code` and `message`:
/// anything else may echo what was sent. A redirect is an error: it was not followed.
[[nodiscard]] token_result read_token_answer(const http::response& answer,
                                             const token_reading& how);

}  // namespace reroute::detail
