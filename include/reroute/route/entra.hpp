// Tokens of Microsoft Entra ID: for Claude in Foundry without a key.
#pragma once

#include <reroute/io/transport.hpp>
#include <reroute/route/credential.hpp>
#include <reroute/route/environment_lookup.hpp>

#include <memory>
#include <string>
#include <string_view>

/// Credentials of Entra ID. Each function returns an ordinary credential for `azure_foundry`:
/// fetched when first needed, cached, refreshed ahead of its end and once for all waiting calls.
///
/// Everything runs on the client's loop, through its HTTPS transport; nothing blocks it but the reading of
/// small local files. No redirect is followed. Secrets are wiped when released, and never shown.
/// A token that cannot be had is a failed attempt on the route (`category::auth`), worth another route; the
/// cause is in `normalized_error::cause`. All throw `std::invalid_argument` that names the option.
namespace reroute::entra {

/// What a token is for. Official sources disagree; this one is documented by Anthropic and works.
/// `https://cognitiveservices.azure.com/.default` works too.
inline constexpr std::string_view foundry_scope = "https://ai.azure.com/.default";

inline constexpr std::string_view public_cloud = "https://login.microsoftonline.com";
inline constexpr std::string_view us_government = "https://login.microsoftonline.us";
inline constexpr std::string_view china = "https://login.chinacloudapi.cn";

/// Where and for what an application gets its tokens.
struct application_options {
  /// Tenant: its GUID or domain. Must not be empty.
  std::string tenant_id = {};
  /// The application's (client) id. Must not be empty.
  std::string client_id = {};
  /// What the token is for.
  std::string scope = std::string(foundry_scope);
  /// The login host, https; http only on a loopback, for tests.
  std::string authority_host = std::string(public_cloud);
  /// Where the requests go. Default empty: the client's own HTTPS transport.
  std::shared_ptr<reroute::transport> transport = {};
};

/// Proof by a secret of the application.
[[nodiscard]] credential client_secret(application_options app, std::string secret);

/// A certificate with its private key. One of `path` and `pem` must be set.
struct certificate_options {
  /// A PEM file with both. Read on each exchange, so that a rotated one is taken.
  std::string path = {};
  /// The same as text.
  std::string pem = {};
  /// Of the private key. Default empty: it has none.
  std::string password = {};
  /// Sends the certificates too (`x5c`): for applications that trust by subject and issuer.
  bool send_chain = false;
};

/// Proof by an assertion (PS256) that is signed with the application's certificate. RSA only, as Entra
/// has it. A file that is missing or wrong at first is wrong configuration; later, a failed refresh.
[[nodiscard]] credential client_certificate(application_options app,
                                            certificate_options certificate);

/// Proof by a token of another issuer, in a file: Kubernetes' projected tokens. Read on each exchange,
/// trimmed; an empty or missing file is a failed refresh.
[[nodiscard]] credential workload_identity(application_options app, std::string token_file);

/// The identity of the machine or service on which the program runs.
struct managed_identity_options {
  /// A user-assigned identity, by one of these. Default none: the system-assigned one. With several
  /// identities always say which.
  std::string client_id = {};
  std::string object_id = {};
  std::string resource_id = {};
  /// What the token is for.
  std::string scope = std::string(foundry_scope);
  /// Where the service is looked up. Default empty: the process's environment, at each fetch.
  environment_lookup environment = {};
  /// Where the requests go. Default empty: the client's; http:// without any proxy.
  std::shared_ptr<reroute::transport> transport = {};
  /// Where Arc's agent keeps its key files. For tests.
  std::string arc_key_folder = "/var/opt/azcmagent/tokens/";
};

/// Tokens of the machine: from App Service and Container Apps, Azure ML, Arc, or else the metadata service
/// IMDS. Where the service is being updated it is asked again (IMDS for half a minute, after a 410 for 70
/// seconds); meanwhile calls with another route go there.
[[nodiscard]] credential managed_identity(managed_identity_options options = {});

/// What `default_credential` looks for.
struct default_credential_options {
  /// What the token is for.
  std::string scope = std::string(foundry_scope);
  /// The user-assigned identity. Default empty: AZURE_CLIENT_ID, else the system-assigned one.
  std::string managed_identity_client_id = {};
  /// Default empty: the process's environment. AZURE_AUTHORITY_HOST names the login host.
  environment_lookup environment = {};
  /// Where all requests go. Default empty: the client's.
  std::shared_ptr<reroute::transport> transport = {};
};

/// The first of these that is set up, in the order of Microsoft's SDKs:
/// 1. AZURE_TENANT_ID and AZURE_CLIENT_ID with AZURE_CLIENT_SECRET, or with
///    AZURE_CLIENT_CERTIFICATE_PATH (and _PASSWORD, AZURE_CLIENT_SEND_CERTIFICATE_CHAIN);
/// 2. both with AZURE_FEDERATED_TOKEN_FILE;
/// 3. the managed identity; where only IMDS is left, it is probed first, for a second, until it once
///    answered. If it does not, it is left alone for a minute.
///
/// AZURE_TOKEN_CREDENTIALS picks one: `prod`, `EnvironmentCredential`, `WorkloadIdentityCredential`,
/// `ManagedIdentityCredential` (not probed). Developers' tools (Azure CLI and others) are not asked: they
/// are programs, and starting one would block. A step that is set up and fails ends the search.
[[nodiscard]] credential default_credential(default_credential_options options = {});

}  // namespace reroute::entra
