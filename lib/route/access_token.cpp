// A token wipes what it held.
#include <reroute/route/access_token.hpp>

#include "route/secret.hpp"

#include <utility>

namespace reroute {

access_token::access_token(std::string secret, std::optional<wall_time> expires_at,
                           std::optional<wall_time> refresh_at)
    : secret_(std::move(secret)), expires_at_(expires_at), refresh_at_(refresh_at) {
  detail::wipe(secret);  // NOLINT(bugprone-use-after-move): the letters of a short string stay
}

access_token::access_token(const access_token&) = default;

access_token::access_token(access_token&& other) noexcept
    : secret_(std::move(other.secret_)),
      expires_at_(std::exchange(other.expires_at_, {})),
      refresh_at_(std::exchange(other.refresh_at_, {})) {
  detail::wipe(other.secret_);
}

access_token& access_token::operator=(const access_token& other) {
  if (this != &other) *this = access_token(other);
  return *this;
}

access_token& access_token::operator=(access_token&& other) noexcept {
  if (this != &other) {
    detail::wipe(secret_);
    secret_ = std::move(other.secret_);
    expires_at_ = std::exchange(other.expires_at_, {});
    refresh_at_ = std::exchange(other.refresh_at_, {});
    detail::wipe(other.secret_);
  }
  return *this;
}

access_token::~access_token() { detail::wipe(secret_); }

}  // namespace reroute
