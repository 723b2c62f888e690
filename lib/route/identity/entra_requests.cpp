// The requests of Entra ID's client credentials grant.
#include "route/identity/entra_requests.hpp"

#include "route/identity/form.hpp"
#include "route/version.hpp"

#include <utility>

namespace reroute::detail {
namespace {

constexpr std::string_view jwt_bearer = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

secret_text grant(const entra_app& app, std::size_t proof_size) {
  secret_text form;
  form.text().reserve(512 + 3 * proof_size);  // in one piece: it does not grow and leave copies
  append_form_field(form.text(), "client_id", app.client_id);
  append_form_field(form.text(), "scope", app.scope);
  append_form_field(form.text(), "grant_type", "client_credentials");
  return form;
}

http::request post(const entra_app& app, secret_text form) {
  http::request out;
  out.method = "POST";
  out.url = token_url(app);
  out.headers.add("content-type", "application/x-www-form-urlencoded;charset=utf-8");
  out.headers.add("accept", "application/json");
  out.headers.add("user-agent", user_agent);
  out.body = secret_body(std::move(form));
  return out;
}

}  // namespace

http::url token_url(const entra_app& app) {
  return app.authority.join("/" + app.tenant + "/oauth2/v2.0/token");
}

http::request secret_grant(const entra_app& app, std::string_view secret) {
  secret_text form = grant(app, secret.size());
  append_form_field(form.text(), "client_secret", secret);
  return post(app, std::move(form));
}

http::request assertion_grant(const entra_app& app, std::string_view assertion) {
  secret_text form = grant(app, assertion.size());
  append_form_field(form.text(), "client_assertion_type", jwt_bearer);
  append_form_field(form.text(), "client_assertion", assertion);
  return post(app, std::move(form));
}

}  // namespace reroute::detail
