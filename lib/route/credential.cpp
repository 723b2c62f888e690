// Credentials check what they are given.
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

template <class Function>
void refuse_empty(const Function& source, const char* what) {
  if (source) return;
  throw std::invalid_argument(std::string(what) +
                              " has an empty token source; give a function that fetches tokens");
}

std::shared_ptr<const token_provider> checked(token_provider source, const char* what) {
  refuse_empty(source, what);
  return std::make_shared<const token_provider>(std::move(source));
}

std::shared_ptr<const token_provider> checked(token_source source, const char* what) {
  refuse_empty(source, what);
  return std::make_shared<const token_provider>(
      [own = std::move(source)](const token_fetch&) { return own(); });
}

}  // namespace

credential credential::key(std::string secret) {
  return {kind::key, checked(std::move(secret), "credential::key: the key"), {}};
}

credential credential::bearer(std::string secret) {
  return {kind::bearer, checked(std::move(secret), "credential::bearer: the token"), {}};
}

credential credential::bearer(token_source source) {
  return {kind::bearer, access_token(), checked(std::move(source), "credential::bearer")};
}

credential credential::bearer(token_provider source) {
  return {kind::bearer, access_token(), checked(std::move(source), "credential::bearer")};
}

credential credential::oauth(token_provider source) {
  return {kind::oauth, access_token(), checked(std::move(source), "credential::oauth")};
}

credential credential::key(token_provider source) {
  return {kind::key, access_token(), checked(std::move(source), "credential::key")};
}

credential credential::key(token_source source) {
  return {kind::key, access_token(), checked(std::move(source), "credential::key")};
}

}  // namespace reroute
