// Routes from the environment variables that the official SDKs read.
#pragma once

#include <reroute/route/environment_lookup.hpp>
#include <reroute/route/route.hpp>

#include <string>
#include <string_view>
#include <vector>

namespace reroute {

/// What the environment offers.
struct environment_routes {
  /// The routes that are complete, Anthropic direct first.
  std::vector<route> routes = {};
  /// What is wrong, half set up or ignored: show it, even if there are routes. A sentence each, which
  /// begins with the route's name. Variables are told by name, never by value.
  std::vector<std::string> problems = {};
  /// How to set up the routes of which nothing is set, likewise: of interest if there are none.
  std::vector<std::string> unset = {};
};

/// Reads the variables that the official SDKs read. White space around a value (a line break from a
/// mounted file) is not part of it; a variable that is empty or blank counts as not set.
///
/// Anthropic direct: ANTHROPIC_API_KEY, else ANTHROPIC_AUTH_TOKEN (sent as a bearer token), else what
/// `find_anthropic_identity` finds: a profile, or workload identity federation. ANTHROPIC_BASE_URL; ANTHROPIC_CUSTOM_HEADERS, one `Name: value` on each line, for this route
/// only, since they may hold a gateway's secrets (`anthropic-beta` becomes `betas`). Foundry:
/// ANTHROPIC_FOUNDRY_API_KEY, and one of ANTHROPIC_FOUNDRY_RESOURCE and ANTHROPIC_FOUNDRY_BASE_URL. Without
/// a key, `entra::default_credential`, if a variable says that Entra ID is meant: AZURE_CLIENT_ID,
/// AZURE_FEDERATED_TOKEN_FILE, AZURE_TOKEN_CREDENTIALS, IDENTITY_ENDPOINT, MSI_ENDPOINT or
/// AZURE_POD_IDENTITY_AUTHORITY_HOST.
///
/// A route that is half configured, or wrongly, is a problem to show and no exception. Reads with
/// `std::getenv`, so no other thread may change the environment meanwhile.
[[nodiscard]] environment_routes routes_from_environment();
/// The same from another place, e.g. a test's. `lookup` is kept by credentials that look where they run at
/// each fetch, and must be callable then. Throws `std::invalid_argument` if `lookup` is empty.
[[nodiscard]] environment_routes routes_from_environment(const environment_lookup& lookup);

}  // namespace reroute
