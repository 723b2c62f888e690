// Routes from the environment variables that the official SDKs read.
#pragma once

#include <reroute/route/route.hpp>

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace reroute {

/// What the environment offers.
struct environment_routes {
  /// The routes that are complete, Anthropic direct first.
  std::vector<route> routes;
  /// What is missing or wrong for the others, a sentence each; variables by name, never by value.
  std::vector<std::string> notes;
};

/// Looks a variable up; nothing if it is not set.
using environment_lookup = std::function<std::optional<std::string>(std::string_view name)>;

/// Reads ANTHROPIC_API_KEY (else ANTHROPIC_AUTH_TOKEN), ANTHROPIC_BASE_URL and
/// ANTHROPIC_CUSTOM_HEADERS; ANTHROPIC_FOUNDRY_API_KEY with ANTHROPIC_FOUNDRY_RESOURCE or
/// ANTHROPIC_FOUNDRY_BASE_URL. An empty variable counts as not set. Never throws for what it finds.
[[nodiscard]] environment_routes routes_from_environment();
[[nodiscard]] environment_routes routes_from_environment(const environment_lookup& lookup);

}  // namespace reroute
