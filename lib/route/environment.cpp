// Routes from the environment.
#include <reroute/route/anthropic.hpp>
#include <reroute/route/anthropic_identity.hpp>
#include <reroute/route/azure_foundry.hpp>
#include <reroute/route/entra.hpp>
#include <reroute/route/environment.hpp>

#include "http/text.hpp"
#include "route/identity/settings.hpp"
#include "route/secret.hpp"

#include <algorithm>
#include <stdexcept>
#include <utility>

namespace reroute {
namespace {

constexpr std::string_view beta_header = "anthropic-beta";
constexpr std::string_view foundry_key = "ANTHROPIC_FOUNDRY_API_KEY";
constexpr std::string_view foundry_resource = "ANTHROPIC_FOUNDRY_RESOURCE";
constexpr std::string_view foundry_url = "ANTHROPIC_FOUNDRY_BASE_URL";

// The variables, and where what is to be said about one route goes.
struct reader {
  std::string route;
  const environment_lookup& lookup;
  environment_routes& into;

  [[nodiscard]] std::string get(std::string_view name) const {
    return detail::variable(lookup, name);
  }
  [[nodiscard]] bool has(std::string_view name) const { return !get(name).empty(); }
  void problem(std::string_view text) const { add(into.problems, text); }
  void unset(std::string_view text) const { add(into.unset, text); }

 private:
  void add(std::vector<std::string>& to, std::string_view text) const {
    to.push_back(route + ": " + std::string(text));
  }
};

[[noreturn]] void refuse_line(int number, std::string_view problem) {
  throw std::invalid_argument("line " + std::to_string(number) + " " + std::string(problem));
}

// adds the lines "Name: value" to the options; what a line holds is not repeated in an error
void add_custom_headers(std::string_view text, anthropic_options& options) {
  for (int number = 1; !text.empty(); ++number) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    std::string_view line = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    if (line.ends_with('\r')) line.remove_suffix(1);
    if (http::trimmed(line).empty()) continue;
    const std::size_t colon = line.find(':');
    if (colon == std::string_view::npos)
      refuse_line(number, "has no colon; write one \"Name: value\" on each line");
    const std::string_view name = http::trimmed(line.substr(0, colon));
    const std::string_view value = line.substr(colon + 1);
    if (!http::is_token(name)) refuse_line(number, "has no header's name before its colon");
    if (!http::is_field_value(value)) refuse_line(number, "has a control character in its value");
    options.extra_headers.add(name, value);
  }
  for (const http::headers::field each : options.extra_headers) {
    if (!http::headers({{each.name, {}}}).contains(beta_header)) continue;
    for (std::string_view rest = each.value; !rest.empty();) {
      const std::string_view name = rest.substr(0, rest.find(','));
      rest.remove_prefix(std::min(name.size() + 1, rest.size()));
      options.betas.emplace_back(http::trimmed(name));
    }
  }
  options.extra_headers.remove(beta_header);
}

// no key and no token: an identity that Anthropic's tools have set up; false, and said, if there is none
bool add_identity(const reader& env, anthropic_options& options) {
  anthropic_identity_options where;
  where.environment = env.lookup;
  std::optional<anthropic_identity> found;
  try {
    found = find_anthropic_identity(std::move(where));
  } catch (const std::invalid_argument& problem) {
    env.problem(problem.what());
    return false;
  }
  if (found) {
    options.credential = std::move(found->credential);
    if (!found->base_url.empty()) options.base_url = std::move(found->base_url);
    if (!found->workspace_id.empty())
      options.extra_headers.add("anthropic-workspace-id", found->workspace_id);
    return true;
  }
  constexpr std::string_view cure =
      "set ANTHROPIC_API_KEY (or ANTHROPIC_AUTH_TOKEN, or a profile or federation of Anthropic's "
      "tools)";
  for (const std::string_view half : {"ANTHROPIC_BASE_URL", "ANTHROPIC_CUSTOM_HEADERS"}) {
    if (!env.has(half)) continue;
    env.problem(std::string(half) + " is set, but the key is missing; " + std::string(cure));
    return false;
  }
  env.unset(cure);
  return false;
}

void tell_ignored(const reader& env, std::string_view in_favour_of) {
  for (const std::string_view each :
       {"ANTHROPIC_AUTH_TOKEN", "ANTHROPIC_PROFILE", "ANTHROPIC_FEDERATION_RULE_ID"})
    if (each != in_favour_of && env.has(each))
      env.problem(std::string(each) + " is ignored, because " + std::string(in_favour_of) +
                  " is set too");
}

void add_anthropic(const reader& env) {
  std::string_view looking_at = "ANTHROPIC_API_KEY";
  anthropic_options options;
  options.api_key = env.get(looking_at);
  std::string token = options.api_key.empty() ? env.get("ANTHROPIC_AUTH_TOKEN") : std::string();
  if (!options.api_key.empty()) {
    tell_ignored(env, looking_at);
  } else if (!token.empty()) {
    tell_ignored(env, "ANTHROPIC_AUTH_TOKEN");
  } else if (!add_identity(env, options)) {
    return;
  }
  try {
    if (!token.empty()) {
      looking_at = "ANTHROPIC_AUTH_TOKEN";
      detail::check_secret("it", token);
      options.credential = credential::bearer(std::move(token));
    } else if (!options.api_key.empty()) {
      detail::check_secret("it", options.api_key);
    }
    looking_at = "ANTHROPIC_BASE_URL";
    if (std::string base = env.get(looking_at); !base.empty()) {
      options.base_url = std::move(base);
      (void)anthropic(options);
    }
    looking_at = "ANTHROPIC_CUSTOM_HEADERS";
    add_custom_headers(env.lookup(looking_at).value_or(""), options);  // its lines are numbered
    env.into.routes.push_back(anthropic(std::move(options)));
  } catch (const std::invalid_argument& problem) {
    env.problem(std::string(looking_at) + " is wrong: " + problem.what());
  }
}

// something says that tokens of Entra ID are to be had here
bool has_entra(const reader& env) {
  for (const std::string_view each :
       {"AZURE_CLIENT_ID", "AZURE_FEDERATED_TOKEN_FILE", "AZURE_TOKEN_CREDENTIALS",
        "IDENTITY_ENDPOINT", "MSI_ENDPOINT", "AZURE_POD_IDENTITY_AUTHORITY_HOST"})
    if (env.has(each)) return true;
  return false;
}

void add_azure(const reader& env) {
  azure_foundry_options options;
  options.api_key = env.get(foundry_key);
  options.resource = env.get(foundry_resource);
  options.base_url = env.get(foundry_url);
  const bool by_name = !options.resource.empty();
  const bool by_url = !options.base_url.empty();
  const std::string place =
      std::string(foundry_resource) + " (or " + std::string(foundry_url) + ")";
  if (options.api_key.empty() && !by_name && !by_url)
    return env.unset("set " + std::string(foundry_key) + " and " + place);
  if (by_name && by_url)
    return env.problem(std::string(foundry_resource) + " and " + std::string(foundry_url) +
                       " are both set; unset one of them");
  if (!by_name && !by_url)
    return env.problem(std::string(foundry_key) + " is set, but nothing says where; set " + place);
  if (options.api_key.empty() && !has_entra(env))
    return env.problem(std::string(by_name ? foundry_resource : foundry_url) +
                       " is set, but the key is missing; set " + std::string(foundry_key) +
                       " (or the variables of an Entra identity; for a machine's own: "
                       "AZURE_TOKEN_CREDENTIALS=ManagedIdentityCredential)");
  std::string_view looking_at = foundry_key;
  try {
    if (options.api_key.empty()) {
      looking_at = "an AZURE_... variable";
      entra::default_credential_options wanted;
      wanted.environment = env.lookup;
      options.credential = entra::default_credential(std::move(wanted));
    } else {
      detail::check_secret("it", options.api_key);
    }
    looking_at = by_name ? foundry_resource : foundry_url;
    env.into.routes.push_back(azure_foundry(std::move(options)));
  } catch (const std::invalid_argument& problem) {
    env.problem(std::string(looking_at) + " is wrong: " + problem.what());
  }
}

}  // namespace

environment_routes routes_from_environment() {
  return routes_from_environment(process_environment);
}

environment_routes routes_from_environment(const environment_lookup& lookup) {
  if (!lookup) throw std::invalid_argument("routes_from_environment: lookup is an empty function");
  environment_routes found;
  add_anthropic({"anthropic", lookup, found});
  add_azure({"azure", lookup, found});
  return found;
}

}  // namespace reroute
