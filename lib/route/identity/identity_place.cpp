// Which service knows the managed identity of this machine, and the requests to it.
#include "route/identity/identity_place.hpp"

#include <reroute/error/errc.hpp>

#include "route/clean_error.hpp"
#include "route/identity/form.hpp"
#include "route/identity/settings.hpp"
#include "route/version.hpp"

#include <array>
#include <charconv>
#include <stdexcept>
#include <utility>

namespace reroute::detail {
namespace {

using kind = identity_place::kind;

constexpr std::string_view token_path = "/metadata/identity/oauth2/token";
constexpr std::string_view imds_host = "http://169.254.169.254";
constexpr std::string_view arc_endpoint = "http://127.0.0.1:40342/metadata/identity/oauth2/token";

[[noreturn]] void refuse(const std::string& text) {
  throw clean_error(errc::credential_failed, text, false);
}

http::url url_of(std::string_view text, std::string_view name) {
  http::url url;
  try {
    url = http::parse_url(text, name);
  } catch (const std::invalid_argument& problem) {
    refuse(problem.what());
  }
  if (!url.secure() && !is_local_host(url))
    refuse(
        std::string(name) +
        " is http:// to a host that is neither this machine nor link-local; it must be https://");
  return url;
}

std::array<int, 4> octets(std::string_view host) {
  std::array<int, 4> all = {-1, -1, -1, -1};
  const char* at = host.data();
  const char* const end = at + host.size();
  for (int& each : all) {
    const auto [next, failed] = std::from_chars(at, end, each);
    if (failed != std::errc() || (next != end && *next != '.')) return {-1, -1, -1, -1};
    at = next == end ? end : next + 1;
  }
  if (at != end) return {-1, -1, -1, -1};
  return all;
}

// the name of the query's field for this identity, and its value
struct selector {
  std::string_view name = {};
  std::string_view value = {};
};

selector select(const identity_place& at, const user_assigned& who) {
  if (at.service == kind::machine_learning) {
    if (!who.object_id.empty() || !who.resource_id.empty())
      refuse("Azure ML knows user-assigned identities by their client id only; set client_id");
    return {"clientid", who.client_id.empty() ? at.default_client_id : who.client_id};
  }
  if (!who.client_id.empty()) return {"client_id", who.client_id};
  if (!who.object_id.empty()) return {"object_id", who.object_id};
  // the two families disagree on the name, and Arc ignores the other one without a word
  return {at.service == kind::app_service ? "mi_res_id" : "msi_res_id", who.resource_id};
}

std::string_view api_version(kind service) {
  switch (service) {
    case kind::imds:
      return "2018-02-01";
    case kind::app_service:
      return "2019-08-01";
    case kind::machine_learning:
      return "2017-09-01";
    case kind::arc:
      return "2020-06-01";
  }
  return {};
}

std::string_view resource_of(std::string_view scope) {
  constexpr std::string_view suffix = "/.default";
  return scope.ends_with(suffix) ? scope.substr(0, scope.size() - suffix.size()) : scope;
}

}  // namespace

std::string_view identity_place::name() const noexcept {
  switch (service) {
    case kind::imds:
      return "IMDS";
    case kind::app_service:
      return "App Service's identity endpoint";
    case kind::machine_learning:
      return "Azure ML's identity endpoint";
    case kind::arc:
      return "Arc's identity endpoint";
  }
  return "the identity endpoint";
}

bool is_local_host(const http::url& url) {
  if (url.loopback()) return true;
  const auto [a, b, c, d] = octets(url.host);
  return a == 169 && b == 254 && c >= 0 && d >= 0;
}

identity_place find_identity_place(const environment_lookup& env, bool arc_agent) {
  const std::string endpoint = variable(env, "IDENTITY_ENDPOINT");
  secret_text header = secret_variable(env, "IDENTITY_HEADER");
  const std::string msi = variable(env, "MSI_ENDPOINT");
  secret_text msi_secret = secret_variable(env, "MSI_SECRET");
  if (!endpoint.empty() && !header.get().empty() &&
      !variable(env, "IDENTITY_SERVER_THUMBPRINT").empty())
    refuse("the managed identity of Service Fabric is not supported");
  identity_place at;
  if (!endpoint.empty() && !header.get().empty()) {
    at.service = kind::app_service;
    at.url = url_of(endpoint, "IDENTITY_ENDPOINT");
    at.header = std::move(header);
  } else if (!msi.empty() && !msi_secret.get().empty()) {
    at.service = kind::machine_learning;
    at.url = url_of(msi, "MSI_ENDPOINT");
    at.header = std::move(msi_secret);
    at.default_client_id = variable(env, "DEFAULT_IDENTITY_CLIENT_ID");
  } else if (!msi.empty()) {
    refuse("the managed identity of Cloud Shell is not supported");
  } else if (!endpoint.empty() && !variable(env, "IMDS_ENDPOINT").empty()) {
    at.service = kind::arc;
    at.url = url_of(endpoint, "IDENTITY_ENDPOINT");
  } else if (arc_agent) {
    at.service = kind::arc;
    at.url = http::parse_url(arc_endpoint);
  } else {
    const std::string pod = variable(env, "AZURE_POD_IDENTITY_AUTHORITY_HOST");
    at.url = url_of(pod.empty() ? imds_host : pod, "AZURE_POD_IDENTITY_AUTHORITY_HOST");
    if (!at.url.target.ends_with(token_path)) at.url = at.url.join(token_path);
  }
  return at;
}

http::request identity_request(const identity_place& at, std::string_view scope,
                               const user_assigned& who) {
  http::request out;
  out.method = "GET";
  out.url = at.url;
  std::string& target = out.url.target;
  if (target.find('?') == std::string::npos) target += '?';
  append_form_field(target, "api-version", api_version(at.service));
  append_form_field(target, "resource", resource_of(scope));
  if (const auto [name, value] = select(at, who); !value.empty())
    append_form_field(target, name, value);
  if (at.service == kind::app_service) {
    out.headers.add_secret("x-identity-header", at.header.get());
  } else {
    out.headers.add("metadata", "true");
    if (at.service == kind::machine_learning) out.headers.add_secret("secret", at.header.get());
  }
  out.headers.add("accept", "application/json");
  out.headers.add("user-agent", user_agent);
  return out;
}

http::request imds_probe(const identity_place& at) {
  http::request out;
  out.method = "GET";
  out.url = at.url;
  out.headers.add("accept", "application/json");
  out.headers.add("user-agent", user_agent);
  return out;
}

}  // namespace reroute::detail
