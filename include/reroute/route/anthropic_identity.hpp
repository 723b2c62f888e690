// Anthropic without an API key: workload identity federation, and the profiles of Anthropic's tools.
#pragma once

#include <reroute/io/transport.hpp>
#include <reroute/route/credential.hpp>
#include <reroute/route/environment_lookup.hpp>

#include <memory>
#include <optional>
#include <string>

namespace reroute {

/// Options of `anthropic_federation`. One of `identity_token_file` and `identity` must be set.
struct federation_options {
  /// The federation rule, "fdrl_...". Must not be empty.
  std::string rule_id = {};
  /// The organization's UUID. Must not be empty.
  std::string organization_id = {};
  /// "svac_...". Default empty: the rule's own.
  std::string service_account_id = {};
  /// "wrkspc_...", or "default"; needed where the rule covers several. Default empty.
  std::string workspace_id = {};
  /// A file with the workload's own OIDC token, e.g. a projected one of Kubernetes. Read on each exchange.
  std::string identity_token_file = {};
  /// Where that token comes from otherwise: `entra::managed_identity({.scope = "api://APP_ID/.default"})`
  /// on Azure, or a static bearer token.
  credential identity = {};
  /// Where tokens are exchanged; https, or http on a loopback.
  std::string base_url = "https://api.anthropic.com";
  /// Where the exchanges go. Default empty: the client's own HTTPS transport.
  std::shared_ptr<reroute::transport> transport = {};
};

/// A credential for `anthropic` that exchanges the workload's own token for a short-lived one of
/// Anthropic's (`sk-ant-oat...`), and again ahead of its end. At most 16 KiB of identity token.
/// Failures, secrets, threads: as in <reroute/route/entra.hpp>. Throws `std::invalid_argument` that names
/// the option.
[[nodiscard]] credential anthropic_federation(federation_options options);

/// Where Anthropic's credentials are looked for.
struct anthropic_identity_options {
  /// A profile. Default empty: what the environment says.
  std::string profile = {};
  /// Default empty: the process's environment.
  environment_lookup environment = {};
  /// Where exchanges go. Default empty: the client's own HTTPS transport.
  std::shared_ptr<reroute::transport> transport = {};
};

/// What was found: everything that a route to Anthropic needs of it.
struct anthropic_identity {
  reroute::credential credential = {};
  /// The profile's API. Empty: the default.
  std::string base_url = {};
  /// To be sent as `anthropic-workspace-id`. Empty: not needed.
  std::string workspace_id = {};
};

/// The identity that environment and disk name, in the order of Anthropic's SDKs: the profile that
/// ANTHROPIC_PROFILE names (it must be there); federation by ANTHROPIC_FEDERATION_RULE_ID,
/// ANTHROPIC_ORGANIZATION_ID and ANTHROPIC_IDENTITY_TOKEN_FILE or ANTHROPIC_IDENTITY_TOKEN (with
/// ANTHROPIC_SERVICE_ACCOUNT_ID, ANTHROPIC_WORKSPACE_ID); the active profile. API keys come before all of
/// these, and are not looked at here. Nothing if nothing is set up.
///
/// A profile is `configs/NAME.json` in ANTHROPIC_CONFIG_DIR, `$XDG_CONFIG_HOME/anthropic` or
/// `~/.config/anthropic`. It knows two kinds of authentication. `oidc_federation`: as above; its tokens are
/// kept in `credentials/NAME.json` for other programs too. `user_oauth`, an interactive login: the tokens
/// there, renewed with its refresh token. That file must not be readable or writable by others; it is
/// written anew, at once and whole, after each renewal; where that fails, `observer::at_credential` hears of it,
/// and the renewed login is kept in memory. Files are small, and read and written on the loop.
///
/// Several programs may share a login whose refresh token is good once. Those with reroute take turns: who renews holds
/// a lock on `credentials/NAME.json.lock`, which ends with its process; the others look at the file every 100 ms, for
/// 30 s at most. For programs that know no such lock the file is read again for 2 s after a refusal, before that is
/// told, and a login that somebody else has written meanwhile is left as it is.
///
/// Throws `std::invalid_argument` that names the variable or the file for what is half set up or wrong.
[[nodiscard]] std::optional<anthropic_identity> find_anthropic_identity(
    anthropic_identity_options options = {});

}  // namespace reroute
