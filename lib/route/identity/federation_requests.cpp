// The requests of Anthropic's token endpoint.
#include "route/identity/federation_requests.hpp"

#include "message/quote.hpp"
#include "route/identity/secret_text.hpp"
#include "route/version.hpp"

#include <utility>

namespace reroute::detail {
namespace {

void add(std::string& body, std::string_view name, std::string_view value) {
  if (value.empty()) return;
  body += body.empty() ? "{\"" : ",\"";
  body.append(name).append("\":");
  append_quoted(body, value, name);
}

http::request post(const http::url& base, std::string_view betas, secret_text body) {
  http::request out;
  out.method = "POST";
  out.url = base.join("/v1/oauth/token");
  out.headers.add("content-type", "application/json");
  out.headers.add("accept", "application/json");
  out.headers.add("anthropic-beta", betas);
  out.headers.add("user-agent", user_agent);
  out.body = secret_body(std::move(body));
  return out;
}

}  // namespace

http::request federation_exchange(const federation_rule& rule, std::string_view assertion) {
  secret_text body;
  body.text().reserve(2 * assertion.size() + 1024);  // in one piece: no copies left behind
  add(body.text(), "grant_type", "urn:ietf:params:oauth:grant-type:jwt-bearer");
  add(body.text(), "assertion", assertion);
  add(body.text(), "federation_rule_id", rule.rule_id);
  add(body.text(), "organization_id", rule.organization_id);
  add(body.text(), "service_account_id", rule.service_account_id);
  add(body.text(), "workspace_id", rule.workspace_id);
  body.text() += '}';
  return post(rule.base, "oauth-2025-04-20,oidc-federation-2026-04-01", std::move(body));
}

http::request refresh_grant(const http::url& base, std::string_view refresh_token,
                            std::string_view client_id) {
  secret_text body;
  body.text().reserve(2 * refresh_token.size() + 1024);
  add(body.text(), "grant_type", "refresh_token");
  add(body.text(), "refresh_token", refresh_token);
  add(body.text(), "client_id", client_id);
  body.text() += '}';
  return post(base, "oauth-2025-04-20", std::move(body));
}

}  // namespace reroute::detail
