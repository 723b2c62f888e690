// A route: one way to reach Claude. Endpoint, credential, model names, request writer, resolver,
// transport.
#pragma once

#include <reroute/error/resolver.hpp>
#include <reroute/http/message.hpp>
#include <reroute/io/transport.hpp>
#include <reroute/message/encoded_request.hpp>
#include <reroute/policy/quota.hpp>
#include <reroute/route/credential.hpp>
#include <reroute/route/model_names.hpp>

#include <functional>
#include <memory>
#include <string>

namespace reroute {

/// Everything a request writer may need. Views and references are valid during the call only.
struct write_context {
  operation op = operation::create;
  const encoded_request& request;  ///< the caller's request, serialised once
  std::string_view model = {};     ///< the model's name on this route
  credential::kind credential_kind = credential::kind::none;
  std::string_view secret = {};  ///< the key or token to send; empty for `kind::none`
};

/// Makes the HTTP request of one attempt. Pure. Throws `std::invalid_argument` for what cannot be
/// written (a token with a line break); that is a failed attempt.
using request_writer = std::function<http::request(const write_context& context)>;

/// One way to reach Claude. Made by `anthropic(...)`, `azure_foundry(...)`, or by hand.
/// Configuration: an aggregate, checked by the client.
///
/// A further provider is one writer and one resolver more:
/// ```cpp
/// reroute::route lab;
/// lab.name = "lab";
/// lab.credential = reroute::credential::bearer(token);
/// lab.models = {{"claude-opus-4-8", "opus"}};
/// lab.write = [url = reroute::http::parse_url("https://lab.example/claude")](
///                 const reroute::write_context& context) {
///   reroute::http::request out;
///   out.method = "POST";
///   out.url = url.join(context.op == reroute::operation::count_tokens ? "/count" : "/ask");
///   out.headers.add("content-type", "application/json");
///   out.headers.add("authorization", "Bearer " + std::string(context.secret));
///   out.body = context.request.body_for(context.model);  // shared, not copied
///   return out;
/// };
/// lab.resolve = [](const reroute::http::response& response, reroute::http::date) {
///   reroute::normalized_error error;  // or begin with what anthropic_resolver makes of it
///   error.route = "lab";
///   error.status = response.status;
///   error.category = reroute::category::server;
///   error.retryable = error.failover_worthy = response.status >= 500;
///   return error;
/// };
/// ```
/// The writer is called once for each attempt, with a credential that is fresh by then. The
/// resolver is called for every answer that is not a 2xx, for a 2xx whose body is no answer, and for error events in
/// streams (`error_event_response`).
struct route {
  /// Unique within a client; used in outcomes, logs and metrics. Must not be empty.
  std::string name = {};
  reroute::credential credential = {};
  /// Names of models on this route; a model that is not listed keeps its name.
  model_names models = {};
  request_writer write = {};
  error_resolver resolve = {};
  /// Where requests go; empty: the client's own HTTPS transport.
  std::shared_ptr<reroute::transport> transport = {};
  /// Its limits per model, if the user knows them; token counts do not take of them. Default: learned.
  quota limits = {};
  /// Its requests are http://. A client whose own transport must carry them refuses the route unless
  /// `https_options::allow_plain_http` is set, too: what it is told here fails no call later. Default off.
  bool plain_http = false;
};

}  // namespace reroute
