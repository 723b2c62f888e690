// Applications of Entra ID: a secret, a certificate or a federated token becomes an access token.
#include <reroute/error/errc.hpp>
#include <reroute/route/entra.hpp>

#include "http/text.hpp"
#include "route/clean_error.hpp"
#include "route/identity/entra_requests.hpp"
#include "route/identity/identity_exchange.hpp"
#include "route/identity/local_file.hpp"
#include "route/identity/settings.hpp"
#include "route/identity/signing_certificate.hpp"
#include "route/identity/sources.hpp"

#include <chrono>
#include <functional>
#include <stdexcept>
#include <utility>

namespace reroute::detail {
namespace {

constexpr std::string_view who = "Entra ID";

// an application and its transport, checked
struct applicant {
  entra_app app;
  std::shared_ptr<transport> over;
};

applicant checked(entra::application_options options, std::string_view what) {
  const std::string name(what);
  check_setting(options.tenant_id, name + ".tenant_id", "-.");
  for (const std::string_view shared : {"common", "organizations", "consumers"})
    if (http::same_text(options.tenant_id, shared))  // those are where users log in
      throw std::invalid_argument(name + ".tenant_id is \"" + std::string(shared) +
                                  "\", which is no tenant; give the GUID or domain of the one in "
                                  "which the application is");
  check_setting(options.client_id, name + ".client_id", "-._");
  check_scope(options.scope, name + ".scope");
  if (!options.scope.ends_with("/.default"))  // an application has no user who could grant less
    throw std::invalid_argument(name +
                                ".scope must end in \"/.default\": an application gets all that "
                                "was granted to it, as in https://ai.azure.com/.default");
  applicant made;
  made.app = {std::move(options.tenant_id), std::move(options.client_id), std::move(options.scope),
              secure_base(options.authority_host, name + ".authority_host")};
  made.over = std::move(options.transport);
  return made;
}

// makes the request of one exchange; `secret` gets what must not be shown
using proof = std::function<http::request(const token_fetch& lent, secret_text& secret)>;

asio::awaitable<access_token> grant(std::shared_ptr<const applicant> by, proof prove,
                                    token_fetch lent) {
  secret_text secret;
  http::request request = prove(lent, secret);
  std::shared_ptr<transport> over = transport_for(request.url, by->over, lent);
  asio::awaitable<identity_answer> pending =
      exchange_identity(lent, std::move(over), std::move(request), token_patience);
  const identity_answer answer = co_await std::move(pending);
  token_reading how;
  how.who = who;
  how.now = lent.time()->wall_now();
  how.secrets = {secret.get()};
  co_return token_of(answer, how);
}

token_provider source_of(applicant by, proof prove) {
  const auto shared = std::make_shared<const applicant>(std::move(by));
  return [shared, prove = std::move(prove)](token_fetch lent) {
    return grant(shared, prove, std::move(lent));
  };
}

std::string signed_assertion(const entra_app& app, const signing_certificate& with,
                             const token_fetch& lent, bool send_chain) {
  const std::string audience = token_url(app).text();
  const std::string id = random_uuid();
  assertion_claims claims;
  claims.audience = audience;
  claims.client_id = app.client_id;
  claims.now = std::chrono::time_point_cast<std::chrono::seconds>(lent.time()->wall_now());
  claims.id = id;
  return with.sign(claims, send_chain);
}

}  // namespace

token_provider secret_source(entra::application_options app, std::string secret,
                             std::string_view what) {
  const wiped_at_end moved(secret);
  const auto held = std::make_shared<const secret_text>(std::move(secret));
  applicant by = checked(std::move(app), what);
  check_secret(std::string(what) + ": the client secret", held->get());
  const entra_app asked = by.app;
  return source_of(std::move(by), [asked, held](const token_fetch&, secret_text& shown) {
    shown = secret_text(held->get());
    return secret_grant(asked, held->get());
  });
}

token_provider workload_source(entra::application_options app, std::string token_file,
                               std::string_view what) {
  applicant by = checked(std::move(app), what);
  if (token_file.empty())
    throw std::invalid_argument(std::string(what) + ".token_file is empty; set its path");
  const entra_app asked = by.app;
  return source_of(std::move(by), [asked, token_file](const token_fetch&, secret_text& shown) {
    shown = read_token_file(token_file, "the federated token file");
    return assertion_grant(asked, shown.get());
  });
}

token_provider certificate_source(entra::application_options app,
                                  entra::certificate_options certificate, std::string_view what) {
  struct held_options {
    std::string path;
    secret_text pem, password;
    bool send_chain = false;
  };
  const wiped_at_end pem(certificate.pem), password(certificate.password);
  applicant by = checked(std::move(app), what);
  const auto held = std::make_shared<held_options>();
  held->path = std::move(certificate.path);
  held->pem = secret_text(std::move(certificate.pem));
  held->password = secret_text(std::move(certificate.password));
  held->send_chain = certificate.send_chain;
  const std::string name(what);
  if (held->path.empty() == held->pem.get().empty())
    throw std::invalid_argument(name + ": set one of path and pem");

  const auto load = [held, name] {
    if (held->path.empty())
      return signing_certificate(held->pem.get(), held->password.get(), name + ".pem");
    const file_reading file = read_small_file(held->path);
    const std::string named = name + ": " + held->path;
    if (file.error) throw std::invalid_argument(named + ": " + file.error.message());
    return signing_certificate(file.text.get(), held->password.get(), named);
  };
  (void)load();  // what is wrong from the beginning is told at once
  const entra_app asked = by.app;
  return source_of(std::move(by), [asked, held, load](const token_fetch& lent, secret_text& shown) {
    try {
      const signing_certificate with = load();
      shown = secret_text(signed_assertion(asked, with, lent, held->send_chain));
    } catch (const std::exception& problem) {
      throw clean_error(errc::credential_failed, problem.what(), false);
    }
    return assertion_grant(asked, shown.get());
  });
}

}  // namespace reroute::detail

namespace reroute::entra {

credential client_secret(application_options app, std::string secret) {
  const detail::wiped_at_end moved(secret);
  return credential::bearer(
      detail::secret_source(std::move(app), std::move(secret), "entra::client_secret"));
}

credential client_certificate(application_options app, certificate_options certificate) {
  const detail::wiped_at_end pem(certificate.pem), password(certificate.password);
  return credential::bearer(detail::certificate_source(std::move(app), std::move(certificate),
                                                       "entra::client_certificate"));
}

credential workload_identity(application_options app, std::string token_file) {
  return credential::bearer(
      detail::workload_source(std::move(app), std::move(token_file), "entra::workload_identity"));
}

}  // namespace reroute::entra
