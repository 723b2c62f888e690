// Canary secrets, answers and requests of token endpoints: what the tests of identities share.
#pragma once

#include <reroute/http/message.hpp>

#include "tests/route/requests.hpp"
#include "tests/support/catch.hpp"

#include <initializer_list>
#include <string>
#include <string_view>

namespace reroute {

/// Secrets that must not be seen anywhere but in the requests they are for.
inline constexpr std::string_view canary = "CANARY-secret-7f3";
inline constexpr std::string_view canary_token = "CANARY.assertion.Zm9v";

inline http::response answered(int status, std::string body,
                               std::initializer_list<http::headers::field> headers = {}) {
  http::response made;
  made.status = status;
  made.headers = http::headers(headers);
  made.body = std::move(body);
  return made;
}

}  // namespace reroute
