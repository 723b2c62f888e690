// The file in which Anthropic's tools keep a login, or the token of a federation.
#pragma once

#include <reroute/route/access_token.hpp>

#include "route/identity/secret_text.hpp"

#include <boost/json/value.hpp>

#include <optional>
#include <string>
#include <system_error>

namespace reroute::detail {

/// What the file holds.
struct kept_tokens {
  using wall_time = access_token::wall_time;

  std::optional<boost::json::value> all;  ///< also what other programs wrote
  secret_text access, refresh;
  std::optional<wall_time> ends;
  std::error_code unread;  ///< it is there, and cannot be read

  [[nodiscard]] bool lives(wall_time until) const {
    return !access.get().empty() && (!ends || *ends > until);
  }
  [[nodiscard]] access_token token() const { return access_token(access.get(), ends); }
  /// Without what other programs wrote.
  [[nodiscard]] kept_tokens copy_of_tokens() const;
};

/// The same login: neither token has been renewed.
[[nodiscard]] inline bool same_tokens(const kept_tokens& a, const kept_tokens& b) {
  return a.access.get() == b.access.get() && a.refresh.get() == b.refresh.get();
}

/// Throws `token_error` for a file that others may read or write.
void check_login_file(const std::string& path);

/// A file that is missing or broken holds nothing. An end that is no number, or not after 1970, has passed.
[[nodiscard]] kept_tokens read_login_file(const std::string& path);

/// Writes the tokens back, beside what else `all` says. Why it could not be done; nothing if it was.
[[nodiscard]] std::error_code write_login_file(const std::string& path, kept_tokens& kept);

}  // namespace reroute::detail
