// Credentials check what they are given, and wipe what they held.
#include <reroute/http/headers.hpp>
#include <reroute/route/credential.hpp>

#include <openssl/crypto.h>

#include <stdexcept>

namespace reroute {
namespace {

void wipe(std::string& secret) noexcept {
  if (!secret.empty()) OPENSSL_cleanse(secret.data(), secret.size());
  secret.clear();
}

access_token checked(std::string secret, const char* what) {
  const std::string name(what);
  if (secret.empty())
    throw std::invalid_argument(name + " is empty; set it, or leave the route out");
  for (const char c : secret)
    if (c <= ' ' || c > '~')
      throw std::invalid_argument(
          name +
          " holds white space, a line break or a character outside ASCII; trim it (a line "
          "break at the end of a file is the usual accident)");
  access_token token(secret);
  wipe(secret);
  return token;
}

}  // namespace

access_token::access_token(std::string secret,
                           std::optional<std::chrono::system_clock::time_point> expires_at)
    : secret_(std::move(secret)), expires_at_(expires_at) {}

access_token::access_token(const access_token&) = default;

access_token::access_token(access_token&& other) noexcept
    : secret_(std::move(other.secret_)), expires_at_(other.expires_at_) {
  wipe(other.secret_);  // a short string is copied by a move
}

access_token& access_token::operator=(const access_token& other) {
  if (this != &other) {
    wipe(secret_);
    secret_ = other.secret_;
    expires_at_ = other.expires_at_;
  }
  return *this;
}

access_token& access_token::operator=(access_token&& other) noexcept {
  if (this != &other) {
    wipe(secret_);
    secret_ = std::move(other.secret_);
    expires_at_ = other.expires_at_;
    wipe(other.secret_);
  }
  return *this;
}

access_token::~access_token() { wipe(secret_); }

credential credential::key(std::string secret) {
  return {kind::key, checked(std::move(secret), "credential::key"), {}};
}

credential credential::bearer(std::string secret) {
  return {kind::bearer, checked(std::move(secret), "credential::bearer"), {}};
}

credential credential::bearer(token_source source) {
  if (!source) throw std::invalid_argument("credential::bearer: the token source is empty");
  return {kind::bearer, access_token(), std::move(source)};
}

credential credential::key(token_source source) {
  if (!source) throw std::invalid_argument("credential::key: the token source is empty");
  return {kind::key, access_token(), std::move(source)};
}

}  // namespace reroute
