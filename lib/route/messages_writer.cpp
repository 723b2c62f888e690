// Writing requests of the Messages API.
#include "route/messages_writer.hpp"

#include "route/version.hpp"

#include <array>
#include <stdexcept>
#include <string_view>

namespace reroute::detail {
namespace {

// what the writer or the transport sets itself
constexpr std::array<std::string_view, 12> own_headers = {
    "x-api-key", "api-key",        "authorization",     "content-type",
    "accept",    "user-agent",     "anthropic-version", "anthropic-beta",
    "host",      "content-length", "connection",        "transfer-encoding"};

constexpr std::string_view oauth_beta = "oauth-2025-04-20";

void add_beta(std::string& list, std::string_view name) {
  for (std::size_t at = 0; at < list.size();) {
    const std::size_t end = std::min(list.find(',', at), list.size());
    if (std::string_view(list).substr(at, end - at) == name) return;
    at = end + 1;
  }
  if (!list.empty()) list += ',';
  list += name;
}

std::string betas_of(const messages_endpoint& endpoint, const write_context& context) {
  std::string list;
  for (const std::string& each : endpoint.betas)
    add_beta(list, each);
  for (const std::string& each : context.request.betas())
    add_beta(list, each);
  if (context.secret.starts_with("sk-ant-oat")) add_beta(list, oauth_beta);
  return list;
}

http::request write(const messages_endpoint& endpoint, const write_context& context) {
  http::request out;
  out.method = "POST";
  out.url = endpoint.base.join(context.op == operation::create ? "/v1/messages"
                                                               : "/v1/messages/count_tokens");
  switch (context.credential_kind) {
    case credential::kind::none:
      break;
    case credential::kind::key:
      out.headers.add("x-api-key", context.secret);
      break;
    case credential::kind::bearer:
      out.headers.add("authorization", "Bearer " + std::string(context.secret));
      break;
  }
  out.headers.add("anthropic-version", endpoint.version);
  if (const std::string betas = betas_of(endpoint, context); !betas.empty())
    out.headers.add("anthropic-beta", betas);
  out.headers.add("content-type", "application/json");
  out.headers.add("accept", "application/json");
  out.headers.add("user-agent", user_agent);
  for (const http::headers::field each : endpoint.extra_headers)
    out.headers.add(each.name, each.value);
  out.body = context.request.body_for(context.model);
  return out;
}

}  // namespace

request_writer messages_writer(messages_endpoint endpoint) {
  if (!http::is_token(endpoint.version))
    throw std::invalid_argument(endpoint.what + ".version must be a date such as 2023-06-01");
  for (const std::string& beta : endpoint.betas)
    if (!http::is_token(beta))
      throw std::invalid_argument(
          endpoint.what + ".betas: a name must be letters, digits and hyphens, one an entry");
  for (const std::string_view name : own_headers)
    if (endpoint.extra_headers.contains(name))
      throw std::invalid_argument(endpoint.what + ".extra_headers must not set \"" +
                                  std::string(name) + "\": the route sets it itself");
  return [endpoint = std::move(endpoint)](const write_context& context) {
    return write(endpoint, context);
  };
}

credential choose_credential(const std::string& what, std::string api_key, credential other) {
  const bool has_other = other.type() != credential::kind::none;
  if (!api_key.empty() && has_other)
    throw std::invalid_argument(what + " has both api_key and credential; give one of them");
  if (api_key.empty() && !has_other)
    throw std::invalid_argument(what +
                                ".api_key is empty; set it, or credential for bearer tokens");
  if (has_other) return other;
  try {
    return credential::key(std::move(api_key));
  } catch (const std::invalid_argument& problem) {
    throw std::invalid_argument(what + ".api_key: " + problem.what());
  }
}

http::url checked_base(const std::string& what, const std::string& text, bool plain_http) {
  http::url base = http::parse_url(text, what + ".base_url");
  if (!base.secure() && !plain_http)
    throw std::invalid_argument(what +
                                ".base_url is http://, which would send the key in the clear; use "
                                "https://, or set allow_plain_http for a loopback or sidecar");
  if (base.target.find('?') != std::string::npos)
    throw std::invalid_argument(what + ".base_url has a query; remove it");
  return base;
}

}  // namespace reroute::detail
