// The route to Claude in Microsoft Foundry (Azure).
#pragma once

#include <reroute/route/route.hpp>

#include <memory>
#include <string>
#include <vector>

namespace reroute {

/// Options of `azure_foundry`. One of `resource` and `base_url`, and one of `api_key` and
/// `credential`, are needed.
struct azure_foundry_options {
  /// The Foundry resource's name: https://{resource}.services.ai.azure.com/anthropic.
  std::string resource = {};
  /// The whole base instead, e.g. an own gateway's. "/anthropic" is appended if the path does not
  /// end in it, unless `base_url_is_complete`.
  std::string base_url = {};
  /// Takes `base_url` as it is: only "/v1/messages" is appended. Default off.
  bool base_url_is_complete = false;
  /// A key, sent as `x-api-key`.
  std::string api_key = {};
  /// Entra: a bearer token, or a source of tokens.
  reroute::credential credential = {};
  /// The deployments' names: {"claude-opus-4-8", "opus-prod"}. What is not listed keeps its name,
  /// which is Azure's default too.
  model_names models = {};
  /// `anthropic-version`.
  std::string version = "2023-06-01";
  /// Beta features for every request, beside each request's own.
  std::vector<std::string> betas = {};
  /// Name in outcomes, logs and metrics.
  std::string name = "azure";
  /// Further header fields of every request, e.g. a gateway's. Must not name what the route sets
  /// itself.
  http::headers extra_headers = {};
  /// A 401 or 403 goes to the next route, and quarantines this one. Default off.
  bool failover_on_auth = false;
  /// A 404, a missing deployment, goes to the next route. Default off.
  bool failover_on_missing_deployment = false;
  /// Lets `base_url` be http://; as for `anthropic_options`. Default off.
  bool allow_plain_http = false;
  /// Where requests go; empty: the client's own HTTPS transport.
  std::shared_ptr<reroute::transport> transport = {};
};

/// Makes the route. Throws `std::invalid_argument` that names the option and the cure.
[[nodiscard]] route azure_foundry(azure_foundry_options options);

}  // namespace reroute
