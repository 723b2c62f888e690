// The Anthropic identity that environment and disk name, in the order of Anthropic's SDKs.
#include <reroute/route/anthropic_identity.hpp>

#include "route/identity/anthropic_profile.hpp"
#include "route/identity/settings.hpp"
#include "route/identity/sources.hpp"

#include <stdexcept>
#include <utility>

namespace reroute {
namespace {

using detail::variable;

constexpr const char* default_base = "https://api.anthropic.com";

// the token that the workload has: in a file, or in a variable
void add_identity_token(const environment_lookup& env, std::string file, federation_options& into) {
  into.identity_token_file = std::move(file);
  if (!into.identity_token_file.empty()) return;
  const detail::secret_text token = detail::secret_variable(env, "ANTHROPIC_IDENTITY_TOKEN");
  if (token.get().empty())
    throw std::invalid_argument(
        "the identity token is missing; set ANTHROPIC_IDENTITY_TOKEN_FILE (or "
        "ANTHROPIC_IDENTITY_TOKEN)");
  into.identity = credential::bearer(std::string(token.get()));
}

anthropic_identity from_variables(const environment_lookup& env, std::shared_ptr<transport> over) {
  federation_options options;
  options.rule_id = variable(env, "ANTHROPIC_FEDERATION_RULE_ID");
  options.organization_id = variable(env, "ANTHROPIC_ORGANIZATION_ID");
  options.service_account_id = variable(env, "ANTHROPIC_SERVICE_ACCOUNT_ID");
  options.workspace_id = variable(env, "ANTHROPIC_WORKSPACE_ID");
  add_identity_token(env, variable(env, "ANTHROPIC_IDENTITY_TOKEN_FILE"), options);
  anthropic_identity found;
  found.base_url = variable(env, "ANTHROPIC_BASE_URL");
  if (!found.base_url.empty()) options.base_url = found.base_url;
  options.transport = std::move(over);
  found.credential =
      credential::oauth(detail::federation_source(std::move(options), "the federation variables"));
  return found;
}

anthropic_identity from_profile(const environment_lookup& env,
                                const detail::anthropic_profile& profile,
                                std::shared_ptr<transport> over) {
  const std::string base = profile.base_url.empty() ? default_base : profile.base_url;
  detail::stored_login login;
  login.path = profile.credentials_path;
  login.base = detail::secure_base(base, "the profile's base_url");
  login.over = over;
  anthropic_identity found;
  found.base_url = profile.base_url;
  if (profile.authentication == detail::anthropic_profile::kind::login) {
    login.client_id = profile.client_id;
    found.workspace_id = profile.workspace_id;  // becomes a header field
    if (!found.workspace_id.empty())
      detail::check_setting(found.workspace_id, "the profile's workspace_id", "-_");
  } else {
    federation_options options;
    options.rule_id = profile.rule_id;
    options.organization_id = profile.organization_id;
    options.service_account_id = profile.service_account_id;
    options.workspace_id = profile.workspace_id;
    add_identity_token(env, profile.token_file, options);
    options.base_url = base;
    options.transport = std::move(over);
    login.exchange = detail::federation_source(std::move(options), "the profile");
  }
  found.credential = credential::oauth(detail::stored_source(std::move(login)));
  return found;
}

}  // namespace

std::optional<anthropic_identity> find_anthropic_identity(anthropic_identity_options options) {
  const environment_lookup env = detail::or_process(std::move(options.environment));
  const std::string folder = detail::profile_folder(env);
  const bool has_rule = !variable(env, "ANTHROPIC_FEDERATION_RULE_ID").empty();
  const bool has_organization = !variable(env, "ANTHROPIC_ORGANIZATION_ID").empty();
  const bool has_token = !variable(env, "ANTHROPIC_IDENTITY_TOKEN_FILE").empty() ||
                         !detail::secret_variable(env, "ANTHROPIC_IDENTITY_TOKEN").get().empty();
  std::string named = options.profile;
  if (named.empty()) named = variable(env, "ANTHROPIC_PROFILE");
  if (!named.empty()) {
    const auto profile = folder.empty() ? std::nullopt : detail::read_profile(env, folder, named);
    if (!profile)
      throw std::invalid_argument("the profile " + named + " is not there; expected it in " +
                                  folder + "/configs/" + named + ".json");
    return from_profile(env, *profile, std::move(options.transport));
  }
  if (has_rule && has_organization && has_token)
    return from_variables(env, std::move(options.transport));
  if (!folder.empty()) {
    const std::string active = detail::active_profile(env, folder);
    if (const auto profile = detail::read_profile(env, folder, active))
      return from_profile(env, *profile, std::move(options.transport));
  }
  if (!has_rule) return std::nullopt;
  if (!has_organization)
    throw std::invalid_argument(
        "ANTHROPIC_FEDERATION_RULE_ID is set, but ANTHROPIC_ORGANIZATION_ID is missing; set it");
  return from_variables(env, std::move(options.transport));  // which says what is missing
}

}  // namespace reroute
