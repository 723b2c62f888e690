// The credential of Entra ID that the environment names, in the order of Microsoft's SDKs.
#include <reroute/route/entra.hpp>

#include "http/text.hpp"
#include "route/identity/settings.hpp"
#include "route/identity/sources.hpp"

#include <stdexcept>
#include <utility>

namespace reroute::entra {
namespace {

using detail::variable;

constexpr std::string_view what = "entra::default_credential";

enum class wanted : unsigned char { all, environment, workload, managed };

wanted read_choice(const environment_lookup& env) {
  const std::string name = variable(env, "AZURE_TOKEN_CREDENTIALS");
  if (name.empty() || http::same_text(name, "prod")) return wanted::all;
  if (http::same_text(name, "EnvironmentCredential")) return wanted::environment;
  if (http::same_text(name, "WorkloadIdentityCredential")) return wanted::workload;
  if (http::same_text(name, "ManagedIdentityCredential")) return wanted::managed;
  throw std::invalid_argument(
      "AZURE_TOKEN_CREDENTIALS names a credential that is not supported (developers' tools are not "
      "started); use prod, EnvironmentCredential, WorkloadIdentityCredential or "
      "ManagedIdentityCredential");
}

[[noreturn]] void missing(std::string_view variables) {
  throw std::invalid_argument(
      "AZURE_TOKEN_CREDENTIALS wants a credential that is not set up; set " +
      std::string(variables));
}

token_provider choose(default_credential_options options) {
  const environment_lookup env = detail::or_process(std::move(options.environment));
  const wanted choice = read_choice(env);
  application_options app;
  app.tenant_id = variable(env, "AZURE_TENANT_ID");
  app.client_id = variable(env, "AZURE_CLIENT_ID");
  app.scope = options.scope;
  if (std::string host = variable(env, "AZURE_AUTHORITY_HOST"); !host.empty())
    app.authority_host = std::move(host);
  app.transport = options.transport;
  const bool known = !app.tenant_id.empty() && !app.client_id.empty();

  if (choice == wanted::all || choice == wanted::environment) {
    const detail::secret_text secret = detail::secret_variable(env, "AZURE_CLIENT_SECRET");
    if (known && !secret.get().empty())
      return detail::secret_source(std::move(app), std::string(secret.get()), what);
    certificate_options certificate;
    const detail::wiped_at_end moved(certificate.password);
    certificate.path = variable(env, "AZURE_CLIENT_CERTIFICATE_PATH");
    if (known && !certificate.path.empty()) {
      certificate.password =
          detail::password_variable(env, "AZURE_CLIENT_CERTIFICATE_PASSWORD").get();
      const std::string chain = variable(env, "AZURE_CLIENT_SEND_CERTIFICATE_CHAIN");
      certificate.send_chain = chain == "1" || http::same_text(chain, "true");
      return detail::certificate_source(std::move(app), std::move(certificate), what);
    }
    if (choice == wanted::environment)
      missing(
          "AZURE_TENANT_ID, AZURE_CLIENT_ID, and AZURE_CLIENT_SECRET or "
          "AZURE_CLIENT_CERTIFICATE_PATH");
  }
  if (choice == wanted::all || choice == wanted::workload) {
    std::string file = variable(env, "AZURE_FEDERATED_TOKEN_FILE");
    if (known && !file.empty())
      return detail::workload_source(std::move(app), std::move(file), what);
    if (choice == wanted::workload)
      missing("AZURE_TENANT_ID, AZURE_CLIENT_ID and AZURE_FEDERATED_TOKEN_FILE");
  }
  managed_identity_options machine;
  machine.client_id = options.managed_identity_client_id.empty()
                          ? app.client_id
                          : options.managed_identity_client_id;
  machine.scope = options.scope;
  machine.environment = env;
  machine.transport = options.transport;
  return detail::managed_identity_source(std::move(machine), choice == wanted::all);
}

}  // namespace

credential default_credential(default_credential_options options) {
  return credential::bearer(choose(std::move(options)));
}

}  // namespace reroute::entra
