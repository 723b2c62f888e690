// Routes from the environment.
#include <reroute/route/anthropic.hpp>
#include <reroute/route/azure_foundry.hpp>
#include <reroute/route/environment.hpp>

#include <cstdlib>
#include <stdexcept>

namespace reroute {
namespace {

struct reader {
  const environment_lookup& lookup;
  environment_routes& into;

  std::string get(std::string_view name) const { return lookup(name).value_or(""); }
  void note(std::string text) const { into.notes.push_back(std::move(text)); }
};

// newline-separated "Name: value"
http::headers custom_headers(const std::string& text) {
  http::headers fields;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = std::min(text.find('\n', at), text.size());
    std::string_view line = std::string_view(text).substr(at, end - at);
    if (line.ends_with('\r')) line.remove_suffix(1);
    at = end + 1;
    if (line.find_first_not_of(" \t") == std::string_view::npos) continue;
    const std::size_t colon = line.find(':');
    if (colon == std::string_view::npos)
      throw std::invalid_argument("a line has no colon; write one \"Name: value\" per line");
    fields.add(line.substr(0, colon), line.substr(colon + 1));
  }
  return fields;
}

void add_anthropic(const reader& env) {
  anthropic_options options;
  options.api_key = env.get("ANTHROPIC_API_KEY");
  const std::string token = env.get("ANTHROPIC_AUTH_TOKEN");
  if (options.api_key.empty() && token.empty())
    return env.note("anthropic: set ANTHROPIC_API_KEY (or ANTHROPIC_AUTH_TOKEN)");
  std::string_view looking_at = "ANTHROPIC_AUTH_TOKEN";
  try {
    if (options.api_key.empty()) {
      options.credential = credential::bearer(token);
    } else {
      looking_at = "ANTHROPIC_API_KEY";
      (void)credential::key(options.api_key);
    }
    looking_at = "ANTHROPIC_CUSTOM_HEADERS";
    options.extra_headers = custom_headers(env.get(looking_at));
    looking_at = "ANTHROPIC_BASE_URL";
    if (std::string base = env.get(looking_at); !base.empty()) options.base_url = std::move(base);
    env.into.routes.push_back(anthropic(std::move(options)));
  } catch (const std::invalid_argument& problem) {
    env.note("anthropic: " + std::string(looking_at) + ": " + problem.what());
  }
}

void add_azure(const reader& env) {
  azure_foundry_options options;
  options.api_key = env.get("ANTHROPIC_FOUNDRY_API_KEY");
  options.resource = env.get("ANTHROPIC_FOUNDRY_RESOURCE");
  options.base_url = env.get("ANTHROPIC_FOUNDRY_BASE_URL");
  const bool placed = !options.resource.empty() || !options.base_url.empty();
  if (options.api_key.empty())
    return env.note(placed
                        ? "azure: set ANTHROPIC_FOUNDRY_API_KEY; the resource is named already"
                        : "azure: set ANTHROPIC_FOUNDRY_API_KEY and ANTHROPIC_FOUNDRY_RESOURCE (or "
                          "ANTHROPIC_FOUNDRY_BASE_URL)");
  if (!placed)
    return env.note("azure: set ANTHROPIC_FOUNDRY_RESOURCE (or ANTHROPIC_FOUNDRY_BASE_URL)");
  if (!options.resource.empty() && !options.base_url.empty())
    return env.note(
        "azure: ANTHROPIC_FOUNDRY_RESOURCE and ANTHROPIC_FOUNDRY_BASE_URL are both set; "
        "unset one of them");
  std::string_view looking_at = "ANTHROPIC_FOUNDRY_API_KEY";
  try {
    (void)credential::key(options.api_key);
    looking_at =
        options.resource.empty() ? "ANTHROPIC_FOUNDRY_BASE_URL" : "ANTHROPIC_FOUNDRY_RESOURCE";
    env.into.routes.push_back(azure_foundry(std::move(options)));
  } catch (const std::invalid_argument& problem) {
    env.note("azure: " + std::string(looking_at) + ": " + problem.what());
  }
}

}  // namespace

environment_routes routes_from_environment() {
  return routes_from_environment([](std::string_view name) -> std::optional<std::string> {
    const char* const value = std::getenv(std::string(name).c_str());
    return value ? std::optional<std::string>(value) : std::nullopt;
  });
}

environment_routes routes_from_environment(const environment_lookup& lookup) {
  environment_routes found;
  const reader env{lookup, found};
  add_anthropic(env);
  add_azure(env);
  return found;
}

}  // namespace reroute
