// Credentials check what they are given, and wipe what they held.
#include <reroute/route/credential.hpp>

#include "route/secret.hpp"

#include <stdexcept>
#include <utility>

namespace reroute {
namespace {

access_token checked(std::string secret, std::string_view what) {
  try {
    detail::check_secret(what, secret);
  } catch (...) {
    detail::wipe(secret);
    throw;
  }
  access_token token(std::move(secret));
  detail::wipe(secret);  // NOLINT(bugprone-use-after-move): the letters of a short string stay
  return token;
}

token_source checked(token_source source, const char* what) {
  if (!source)
    throw std::invalid_argument(std::string(what) +
                                " has an empty token source; give a function that fetches tokens");
  return source;
}

}  // namespace

access_token::access_token(std::string secret,
                           std::optional<std::chrono::system_clock::time_point> expires_at)
    : secret_(std::move(secret)), expires_at_(expires_at) {
  detail::wipe(secret);  // NOLINT(bugprone-use-after-move): the letters of a short string stay
}

access_token::access_token(const access_token&) = default;

access_token::access_token(access_token&& other) noexcept
    : secret_(std::move(other.secret_)), expires_at_(std::exchange(other.expires_at_, {})) {
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
    detail::wipe(other.secret_);
  }
  return *this;
}

access_token::~access_token() { detail::wipe(secret_); }

credential credential::key(std::string secret) {
  return {kind::key, checked(std::move(secret), "credential::key: the key"), {}};
}

credential credential::bearer(std::string secret) {
  return {kind::bearer, checked(std::move(secret), "credential::bearer: the token"), {}};
}

credential credential::bearer(token_source source) {
  return {kind::bearer, access_token(), checked(std::move(source), "credential::bearer")};
}

credential credential::key(token_source source) {
  return {kind::key, access_token(), checked(std::move(source), "credential::key")};
}

}  // namespace reroute
