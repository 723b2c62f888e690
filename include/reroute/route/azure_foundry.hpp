// The route to Claude in Microsoft Foundry (Azure).
#pragma once

#include <reroute/route/route.hpp>

#include <cstddef>
#include <memory>
#include <string>
#include <vector>

namespace reroute {

/// Options of `azure_foundry`. One of `resource` and `base_url`, and one of `api_key` and
/// `credential`, must be set.
struct azure_foundry_options {
  /// The name of the Foundry resource: letters, digits and hyphens, at most 63. Requests go to
  /// https://{resource}.services.ai.azure.com/anthropic. Default empty: `base_url` is used.
  std::string resource = {};
  /// The URL below which the API lies, https, without a query. Without a path it gets "/anthropic",
  /// as Azure has it; any other path is a gateway's, and is kept. On Azure's own hosts the path
  /// must be
  /// "/anthropic" or empty. Then "/v1/messages" is appended. Default empty: `resource` is used.
  std::string base_url = {};
  /// Takes `base_url` as it is, even without a path: for a gateway with the API at its root.
  /// Default off.
  bool base_url_is_complete = false;
  /// A key, sent in `key_header`. Default empty: `credential` is used.
  std::string api_key = {};
  /// Any other credential: an Entra ID token as bearer token, or a source of them (scope
  /// https://ai.azure.com/.default). Default none: `api_key` is used.
  reroute::credential credential = {};
  /// The names of deployments: {{"claude-opus-4-8", "opus-prod"}}. A model that is not listed keeps
  /// its name, which is Azure's default for a deployment too. Default empty.
  model_names models = {};
  /// `anthropic-version`. Must not be empty; as for `anthropic_options`.
  std::string version = "2023-06-01";
  /// Beta features of every request, one name in each entry; a request may bring more. Default
  /// none.
  std::vector<std::string> betas = {};
  /// The route's name in outcomes, logs and metrics. Must not be empty.
  std::string name = "azure";
  /// Further header fields of every request, e.g. a gateway's. Must not hold what the route or the
  /// transport sets itself: credentials, content, version, betas, framing. Default none.
  http::headers extra_headers = {};
  /// A 401 or 403 is worth another route, and quarantines this one. Default off: a wrong key must
  /// not spray all routes.
  bool failover_on_auth = false;
  /// A 404 (a deployment that does not exist) is worth another route. Default off.
  bool failover_on_missing_deployment = false;
  /// Lets `base_url` be http://; as for `anthropic_options`. Default off.
  bool allow_plain_http = false;
  /// Where requests go. Default empty: the client's own HTTPS transport.
  std::shared_ptr<reroute::transport> transport = {};
  /// The route's limits per model, if you know them; token counts do not take of them. Default: learned.
  quota limits = {};
  /// Requests with a larger body are sent in gzip (`Content-Encoding`); bytes. The body is packed once per call, on
  /// the loop, and shared by its attempts. Worth it on slow ways up: a gateway or model that does not take it answers
  /// 400 (`request_body_encoding_unsupported`) or 415, which is final. Default 0: never.
  std::size_t gzip_requests_above = 0;
  /// The header that carries a key. Must not be empty. Azure reads `x-api-key` and `api-key` alike;
  /// only one is sent, because every copy of a key is one more that somebody may log. A gateway may
  /// want `api-key` or `Ocp-Apim-Subscription-Key`.
  std::string key_header = "x-api-key";
};

/// Makes the route to Claude in Microsoft Foundry. Throws `std::invalid_argument` that names the
/// option and the cure, and never repeats a secret.
[[nodiscard]] route azure_foundry(azure_foundry_options options);

}  // namespace reroute
