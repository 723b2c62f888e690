// Profiles of Anthropic's tools: where they lie, and what they say.
#pragma once

#include <reroute/route/environment_lookup.hpp>

#include <optional>
#include <string>
#include <string_view>

namespace reroute::detail {

/// One profile, with gaps filled from the environment.
struct anthropic_profile {
  enum class kind : unsigned char { federation, login };
  kind authentication = kind::federation;
  std::string base_url = {};
  std::string organization_id = {};
  std::string workspace_id = {};
  std::string credentials_path = {};  ///< never empty
  // federation
  std::string rule_id = {};
  std::string service_account_id = {};
  std::string token_file = {};
  // login
  std::string client_id = {};
};

/// The folder of profiles; empty if there is no home.
[[nodiscard]] std::string profile_folder(const environment_lookup& env);

/// The active profile's name: ANTHROPIC_PROFILE, else what the file `active_config` says, else "default". Throws
/// `std::invalid_argument`, naming the file, if it is there and cannot be read: guessing would take another login.
[[nodiscard]] std::string active_profile(const environment_lookup& env, const std::string& folder);

/// Reads `configs/NAME.json`; nothing if there is none. Throws `std::invalid_argument`, naming the file and
/// what is wrong: the name, the JSON, the kind of authentication.
[[nodiscard]] std::optional<anthropic_profile> read_profile(const environment_lookup& env,
                                                            const std::string& folder,
                                                            const std::string& name);

}  // namespace reroute::detail
