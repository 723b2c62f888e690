// The route to Anthropic direct: api.anthropic.com, or a gateway that speaks its API.
#pragma once

#include <reroute/route/route.hpp>

#include <cstddef>
#include <memory>
#include <string>
#include <vector>

namespace reroute {

/// Options of `anthropic`. One of `api_key` and `credential` must be set.
struct anthropic_options {
  /// An API key, sent as `x-api-key`; an OAuth token (`sk-ant-oat...`) is sent as a bearer token,
  /// with the beta `oauth-2025-04-20` that it needs. Default empty: `credential` is used.
  std::string api_key = {};
  /// Any other credential: a bearer token, or a source of keys or tokens; OAuth tokens as above.
  /// Default none: `api_key` is used.
  reroute::credential credential = {};
  /// The URL below which the API lies, https, without a query; "/v1/messages" is appended to its
  /// path. Must not be empty.
  std::string base_url = "https://api.anthropic.com";
  /// `anthropic-version`. Must not be empty. Default 2023-06-01: the newer 2026-10-21 refuses
  /// `temperature`, `top_p` and `top_k` (lib/decisions/001-anthropic-version.md).
  std::string version = "2023-06-01";
  /// Beta features of every request, one name in each entry; a request may bring more. Default
  /// none.
  std::vector<std::string> betas = {};
  /// Names of models on this route. A model that is not listed keeps its name. Default empty.
  model_names models = {};
  /// The route's name in outcomes, logs and metrics. Must not be empty.
  std::string name = "anthropic";
  /// Further header fields of every request, e.g. a gateway's. Must not hold what the route or the
  /// transport sets itself: credentials, content, version, betas, framing. Default none.
  http::headers extra_headers = {};
  /// A 401 or 403 is worth another route, and quarantines this one. Default off: a wrong key must
  /// not spray all routes.
  bool failover_on_auth = false;
  /// A 404 (a model that this route does not have) is worth another route. Default off.
  bool failover_on_not_found = false;
  /// Lets `base_url` be http://. The credential then travels in the clear: for a gateway on the
  /// same machine or pod. The client's transport must allow it too
  /// (`https_options::allow_plain_http`), or the client's constructor refuses the route. Default off.
  bool allow_plain_http = false;
  /// Where requests go. Default empty: the client's own HTTPS transport.
  std::shared_ptr<reroute::transport> transport = {};
  /// The route's limits per model, if you know them; token counts do not take of them. Default: learned.
  quota limits = {};
  /// Requests with a larger body are sent in gzip (`Content-Encoding`); bytes. The body is packed once per call, on
  /// the loop, and shared by its attempts. Worth it on slow ways up: a gateway or model that does not take it answers
  /// 400 (`request_body_encoding_unsupported`) or 415, which is final. Default 0: never.
  std::size_t gzip_requests_above = 0;
};

/// Makes the route to Anthropic direct. Throws `std::invalid_argument` that names the option and
/// the cure, and never repeats a secret.
[[nodiscard]] route anthropic(anthropic_options options);

}  // namespace reroute
