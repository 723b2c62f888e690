// The requests of Entra ID's client credentials grant, as data.
#pragma once

#include <reroute/http/message.hpp>
#include <reroute/http/url.hpp>

#include "route/identity/secret_text.hpp"

#include <string>
#include <string_view>

namespace reroute::detail {

/// An application in Entra ID that asks for a token.
struct entra_app {
  std::string tenant;     ///< GUID or domain
  std::string client_id;  ///< GUID of the application
  std::string scope;
  http::url authority;  ///< "https://login.microsoftonline.com"
};

/// https://login.microsoftonline.com/{tenant}/oauth2/v2.0/token: also whom a signed assertion is for.
[[nodiscard]] http::url token_url(const entra_app& app);

/// Proof by a shared secret.
[[nodiscard]] http::request secret_grant(const entra_app& app, std::string_view secret);
/// Proof by a signed assertion: a federated token, or one of our own.
[[nodiscard]] http::request assertion_grant(const entra_app& app, std::string_view assertion);

}  // namespace reroute::detail
