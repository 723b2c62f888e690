// The sources behind the identity credentials, before they become credentials.
#pragma once

#include <reroute/route/anthropic_identity.hpp>
#include <reroute/route/credential.hpp>
#include <reroute/route/entra.hpp>

#include <memory>
#include <string>
#include <string_view>

namespace reroute::detail {

// All check their options and throw `std::invalid_argument` that begins with `what`.
[[nodiscard]] token_provider secret_source(entra::application_options app, std::string secret,
                                           std::string_view what);
[[nodiscard]] token_provider certificate_source(entra::application_options app,
                                                entra::certificate_options certificate,
                                                std::string_view what);
[[nodiscard]] token_provider workload_source(entra::application_options app, std::string token_file,
                                             std::string_view what);

/// `probe`: IMDS is asked first whether it is there, for a second, until it once was.
[[nodiscard]] token_provider managed_identity_source(entra::managed_identity_options options,
                                                     bool probe);

[[nodiscard]] token_provider federation_source(federation_options options, std::string_view what);

/// Tokens that are kept in a file for all programs of this user.
struct stored_login {
  std::string path;
  http::url base;                                 ///< where a refresh token is redeemed
  std::string client_id = {};                     ///< empty: it cannot be redeemed
  token_provider exchange = {};                   ///< instead of a refresh token
  std::shared_ptr<reroute::transport> over = {};  ///< of the refresh grant; empty: the client's
};
/// A token of the file while it has more than two minutes left; else a new one, which is written back.
[[nodiscard]] token_provider stored_source(stored_login login);

}  // namespace reroute::detail
