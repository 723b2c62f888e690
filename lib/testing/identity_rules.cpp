// What real token services object to in a request.
#include "testing/identity_rules.hpp"

#include "testing/fake_answers.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/value.hpp>

#include <algorithm>

namespace reroute::testing {
namespace {

namespace json = boost::json;
using fields = std::map<std::string, std::string, std::less<>>;
using objection = std::optional<http::response>;

constexpr std::string_view assertion_type =
    "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";
constexpr std::string_view jwt_grant = "urn:ietf:params:oauth:grant-type:jwt-bearer";

// MSAL puts a slash behind each URL that it takes from the environment
std::string path_of(const heard_request& request) {
  std::string path = request.target.substr(0, request.target.find('?'));
  if (path.size() > 1 && path.ends_with('/')) path.pop_back();
  return path;
}

fields query_of(const heard_request& request) {
  const std::size_t mark = request.target.find('?');
  return mark == std::string::npos ? fields() : form_fields(request.target.substr(mark + 1));
}

std::string at(const fields& all, std::string_view name) {
  const auto found = all.find(name);
  return found == all.end() ? std::string() : found->second;
}

bool takes(const fake_identity_options& options, const std::string& assertion) {
  if (options.assertions.empty())
    return std::count(assertion.begin(), assertion.end(), '.') == 2 && assertion.size() > 4;
  return std::find(options.assertions.begin(), options.assertions.end(), assertion) !=
         options.assertions.end();
}

objection about_entra(const heard_request& request, const fake_identity_options& options) {
  const auto no = [](int status, std::string_view code, std::string_view text) {
    return identity_error(identity_service::entra, status, code, text);
  };
  if (request.method != "POST") return no(405, "invalid_request", "AADSTS900561: POST only.");
  if (!request.field("content-type").starts_with("application/x-www-form-urlencoded"))
    return no(400, "invalid_request", "AADSTS900144: The request body must be a form.");
  const fields form = form_fields(request.body);
  if (at(form, "grant_type") != "client_credentials")
    return no(400, "unsupported_grant_type", "AADSTS70003: The grant type is not supported.");
  if (at(form, "client_id") != options.client_id)
    return no(400, "unauthorized_client",
              "AADSTS700016: Application was not found in the directory.");
  if (!at(form, "scope").ends_with("/.default"))
    return no(400, "invalid_scope",
              "AADSTS1002012: The scope is not valid for client credentials.");
  if (form.contains("client_secret")) {
    if (at(form, "client_secret") == options.client_secret) return std::nullopt;
    return no(401, "invalid_client", "AADSTS7000215: Invalid client secret provided.");
  }
  if (at(form, "client_assertion_type") != assertion_type)
    return no(401, "invalid_client",
              "AADSTS7000218: A client_assertion or client_secret is needed.");
  if (takes(options, at(form, "client_assertion"))) return std::nullopt;
  return no(401, "invalid_client",
            "AADSTS700211: No matching federated identity record was found.");
}

objection about_machine(identity_service by, const heard_request& request,
                        const fake_identity_options& options) {
  const auto no = [by](int status, std::string_view code, std::string_view text) {
    return identity_error(by, status, code, text);
  };
  const fields query = query_of(request);
  std::string_view version = "2018-02-01", id = "client_id";
  if (by == identity_service::imds) {
    if (request.field("metadata") != "true")
      return no(400, "bad_request_102", "Required metadata header not specified");
    if (!request.field("x-forwarded-for").empty())
      return no(400, "bad_request_103", "A proxied request is not allowed");
  } else if (by == identity_service::app_service) {
    version = "2019-08-01";
    if (request.field("x-identity-header") != options.identity_header)
      return no(401, "unauthorized", "The identity header is wrong");
  } else {
    version = "2017-09-01";
    id = "clientid";
    if (request.field("secret") != options.identity_header)
      return no(401, "unauthorized", "The secret is wrong");
  }
  if (request.method != "GET") return no(405, "method_not_allowed", "GET only");
  if (at(query, "api-version") != version) return no(400, "invalid_request", "Invalid api-version");
  if (at(query, "resource").empty() || at(query, "resource").ends_with("/.default"))
    return no(400, "invalid_resource", "The resource is not valid");
  if (const std::string wanted = at(query, id); !wanted.empty() && wanted != options.client_id)
    return no(400, "invalid_request", "Identity not found");
  return std::nullopt;
}

std::string text_at(const json::object& in, std::string_view name) {
  const json::value* const found = in.if_contains(json::string_view(name.data(), name.size()));
  const json::string* const text = found ? found->if_string() : nullptr;
  return text ? std::string(text->data(), text->size()) : std::string();
}

std::optional<json::object> object_of(const heard_request& request) {
  json::error_code bad;
  json::value read = json::parse(request.body, bad);
  if (bad || !read.is_object()) return std::nullopt;
  return read.get_object();
}

objection about_anthropic(const heard_request& request, const fake_identity_options& options) {
  const auto no = [](int status, std::string_view code, std::string_view text) {
    return identity_error(identity_service::anthropic, status, code, text);
  };
  if (request.method != "POST") return no(405, "invalid_request", "POST only");
  const auto body = object_of(request);
  if (!body) return no(400, "invalid_request", "The body is no JSON object");
  const std::string betas = "," + std::string(request.field("anthropic-beta")) + ",";
  if (betas.find(",oauth-2025-04-20,") == std::string::npos)
    return no(400, "invalid_request", "The beta oauth-2025-04-20 is missing");
  const bool federates = betas.find(",oidc-federation-2026-04-01,") != std::string::npos;
  const std::string grant = text_at(*body, "grant_type");
  if (grant == "refresh_token") {
    if (federates || text_at(*body, "client_id").empty())
      return no(400, "invalid_request", "This is no refresh grant");
    if (text_at(*body, "refresh_token") == options.refresh_token) return std::nullopt;
    return no(400, "invalid_grant", "The refresh token is not good");
  }
  if (grant != jwt_grant) return no(400, "unsupported_grant_type", "The grant type is not known");
  if (!federates)
    return no(400, "invalid_request", "The beta oidc-federation-2026-04-01 is missing");
  if (!text_at(*body, "federation_rule_id").starts_with("fdrl_") ||
      text_at(*body, "organization_id").empty())
    return no(400, "invalid_request", "federation_rule_id and organization_id are required");
  const std::string assertion = text_at(*body, "assertion");
  if (assertion.size() > 16 * 1024) return no(400, "invalid_request", "The assertion is too long");
  if (takes(options, assertion)) return std::nullopt;
  return no(400, "invalid_grant", "");  // deliberately opaque
}

}  // namespace

std::optional<identity_service> service_of(const heard_request& request, bool secure) {
  const std::string path = path_of(request);
  if (secure) {
    if (path.ends_with("/oauth2/v2.0/token")) return identity_service::entra;
    if (path == "/v1/oauth/token") return identity_service::anthropic;
    return std::nullopt;
  }
  if (path == "/metadata/identity/oauth2/token") return identity_service::imds;
  if (path == "/msi/token") return identity_service::app_service;
  if (path == "/MSI/auth") return identity_service::machine_learning;
  return std::nullopt;
}

std::optional<http::response> objection_to(identity_service by, const heard_request& request,
                                           const fake_identity_options& options) {
  switch (by) {
    case identity_service::entra:
      return about_entra(request, options);
    case identity_service::anthropic:
      return about_anthropic(request, options);
    case identity_service::imds:
    case identity_service::app_service:
    case identity_service::machine_learning:
      return about_machine(by, request, options);
  }
  return std::nullopt;
}

std::map<std::string, std::string, std::less<>> form_fields(std::string_view text) {
  const auto decoded = [](std::string_view part) {
    std::string out;
    for (std::size_t i = 0; i < part.size(); ++i) {
      if (part[i] == '+') {
        out += ' ';
      } else if (part[i] == '%' && i + 2 < part.size()) {
        out += static_cast<char>(std::stoi(std::string(part.substr(i + 1, 2)), nullptr, 16));
        i += 2;
      } else {
        out += part[i];
      }
    }
    return out;
  };
  fields all;
  while (!text.empty()) {
    const std::string_view field = text.substr(0, text.find('&'));
    text.remove_prefix(std::min(field.size() + 1, text.size()));
    const std::size_t equals = std::min(field.find('='), field.size());
    all[decoded(field.substr(0, equals))] =
        decoded(field.substr(std::min(equals + 1, field.size())));
  }
  return all;
}

bool is_refresh_grant(const heard_request& request) {
  const auto body = object_of(request);
  return body && text_at(*body, "grant_type") == "refresh_token";
}

}  // namespace reroute::testing
