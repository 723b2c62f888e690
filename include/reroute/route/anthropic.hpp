// The route to Anthropic direct: api.anthropic.com.
#pragma once

#include <reroute/route/route.hpp>

#include <memory>
#include <string>
#include <vector>

namespace reroute {

/// Options of `anthropic`. One of `api_key` and `credential` is needed.
struct anthropic_options {
  /// An API key, sent as `x-api-key`.
  std::string api_key = {};
  /// Any other credential: a bearer token, or a source of tokens. OAuth tokens (`sk-ant-oat...`)
  /// bring the beta feature they need by themselves.
  reroute::credential credential = {};
  /// Where the API is. Another one for gateways; its path is kept and the API's appended.
  std::string base_url = "https://api.anthropic.com";
  /// `anthropic-version`. The default keeps `temperature`; "2026-10-21" is what new SDKs send.
  std::string version = "2023-06-01";
  /// Beta features for every request, beside each request's own.
  std::vector<std::string> betas = {};
  /// Names of models on this route; what is not listed keeps its name.
  model_names models = {};
  /// Name in outcomes, logs and metrics.
  std::string name = "anthropic";
  /// Further header fields of every request, e.g. a gateway's. Must not name what the route sets
  /// itself.
  http::headers extra_headers = {};
  /// A 401 or 403 goes to the next route, and quarantines this one. Default off.
  bool failover_on_auth = false;
  /// A 404, an unknown model, goes to the next route. Default off.
  bool failover_on_not_found = false;
  /// Lets `base_url` be http://. Only for loopback and sidecars: the key travels in the clear. The
  /// transport must allow it too (`https_options::allow_plain_http`). Default off.
  bool allow_plain_http = false;
  /// Where requests go; empty: the client's own HTTPS transport.
  std::shared_ptr<reroute::transport> transport = {};
};

/// Makes the route. Throws `std::invalid_argument` that names the option and the cure.
[[nodiscard]] route anthropic(anthropic_options options);

}  // namespace reroute
