// Profiles of Anthropic's tools.
#include "route/identity/anthropic_profile.hpp"

#include "http/text.hpp"
#include "route/identity/local_file.hpp"
#include "route/identity/secret_json.hpp"
#include "route/identity/settings.hpp"

#include <stdexcept>

namespace reroute::detail {
namespace {

namespace json = boost::json;

[[noreturn]] void refuse(const std::string& path, std::string_view problem) {
  throw std::invalid_argument("profile " + path + " " + std::string(problem));
}

// of the file, else of the environment
std::string text_of(const json::object& in, std::string_view name, const environment_lookup& env,
                    std::string_view variable_name) {
  const std::string_view said = secret_at(in, name);
  return said.empty() ? variable(env, variable_name) : std::string(said);
}

const json::object* object_of(const json::object& in, std::string_view name) {
  const json::value* const found = in.if_contains(json::string_view(name.data(), name.size()));
  return found ? found->if_object() : nullptr;
}

void read_federation(const json::object& authentication, const environment_lookup& env,
                     const std::string& path, anthropic_profile& into) {
  into.rule_id = text_of(authentication, "federation_rule_id", env, "ANTHROPIC_FEDERATION_RULE_ID");
  into.service_account_id =
      text_of(authentication, "service_account_id", env, "ANTHROPIC_SERVICE_ACCOUNT_ID");
  if (const json::object* const token = object_of(authentication, "identity_token")) {
    if (secret_at(*token, "source") != "file")
      refuse(path, "has an identity_token whose source is not \"file\"");
    into.token_file = secret_at(*token, "path");
    if (into.token_file.empty()) refuse(path, "has an identity_token without a path");
  } else {
    into.token_file = variable(env, "ANTHROPIC_IDENTITY_TOKEN_FILE");
  }
}

}  // namespace

std::string profile_folder(const environment_lookup& env) {
  if (std::string own = variable(env, "ANTHROPIC_CONFIG_DIR"); !own.empty()) return own;
  if (const std::string xdg = variable(env, "XDG_CONFIG_HOME"); !xdg.empty())
    return xdg + "/anthropic";
  const std::string home = variable(env, "HOME");
  return home.empty() ? std::string() : home + "/.config/anthropic";
}

std::string active_profile(const environment_lookup& env, const std::string& folder) {
  if (std::string named = variable(env, "ANTHROPIC_PROFILE"); !named.empty()) return named;
  const std::string path = folder + "/active_config";
  const file_reading file = read_small_file(path, 4096);
  if (is_missing(file.error)) return "default";
  if (file.error)
    throw std::invalid_argument("the active profile's name is unknown: " + path +
                                " cannot be read: " + file.error.message() +
                                "; mend that, or set ANTHROPIC_PROFILE");
  const std::string_view name = http::trimmed(file.text.get());
  return name.empty() ? std::string("default") : std::string(name);
}

std::optional<anthropic_profile> read_profile(const environment_lookup& env,
                                              const std::string& folder, const std::string& name) {
  if (name == "." || name == "..")
    throw std::invalid_argument("the profile's name must not be a folder");
  check_setting(name, "the profile's name", "_.-");
  const std::string path = folder + "/configs/" + name + ".json";
  const file_reading file = read_small_file(path);
  if (is_missing(file.error)) return std::nullopt;
  if (file.error) refuse(path, "cannot be read: " + file.error.message());
  const auto read = parse_secret_object(file.text.get());
  if (!read) refuse(path, "is no JSON object");
  const json::object& said = read->get_object();
  const json::object* const authentication = object_of(said, "authentication");
  if (!authentication) refuse(path, "has no \"authentication\"");

  anthropic_profile made;
  made.organization_id = text_of(said, "organization_id", env, "ANTHROPIC_ORGANIZATION_ID");
  made.workspace_id = text_of(said, "workspace_id", env, "ANTHROPIC_WORKSPACE_ID");
  made.base_url = text_of(said, "base_url", env, "ANTHROPIC_BASE_URL");
  made.credentials_path = secret_at(*authentication, "credentials_path");
  if (made.credentials_path.empty())
    made.credentials_path = folder + "/credentials/" + name + ".json";
  const std::string_view type = secret_at(*authentication, "type");
  if (type == "oidc_federation") {
    read_federation(*authentication, env, path, made);
  } else if (type == "user_oauth") {
    made.authentication = anthropic_profile::kind::login;
    made.client_id = secret_at(*authentication, "client_id");
  } else {
    refuse(path, "has an authentication.type that is neither oidc_federation nor user_oauth");
  }
  return made;
}

}  // namespace reroute::detail
