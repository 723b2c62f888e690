// A route: one way to reach Claude. Endpoint, credential, model names, request writer, resolver,
// transport.
#pragma once

#include <reroute/error/resolver.hpp>
#include <reroute/http/message.hpp>
#include <reroute/io/transport.hpp>
#include <reroute/message/encoded_request.hpp>
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
  std::string_view model;          ///< the model's name on this route
  credential::kind credential_kind = credential::kind::none;
  std::string_view secret;  ///< the key or token to send; empty for `kind::none`
};

/// Makes the HTTP request of one attempt. Pure. Throws `std::invalid_argument` for what cannot be
/// written (a token with a line break); that is a failed attempt.
using request_writer = std::function<http::request(const write_context& context)>;

/// One way to reach Claude. Made by `anthropic(...)`, `azure_foundry(...)`, or by hand: a further
/// provider is a writer and a resolver more. Configuration: an aggregate, checked by the client.
struct route {
  /// Unique within a client; used in outcomes, logs and metrics. Must not be empty.
  std::string name;
  reroute::credential credential;
  /// Names of models on this route; a model that is not listed keeps its name.
  model_names models;
  request_writer write;
  error_resolver resolve;
  /// Where requests go; empty: the client's own HTTPS transport.
  std::shared_ptr<reroute::transport> transport;
};

}  // namespace reroute
