// Resolvers: evidence in, one normalized error out.
#include <reroute/error/errc.hpp>
#include <reroute/error/resolver.hpp>
#include <reroute/http/rate_limits.hpp>

#include "error/classify.hpp"
#include "error/envelope.hpp"
#include "error/message_hints.hpp"
#include "error/text.hpp"

#include <array>
#include <utility>

namespace reroute {
namespace {

std::string field(const http::headers& fields, std::string_view name) {
  const auto value = fields.find(name);
  return value ? detail::one_line(*value, 128) : std::string();
}

void read_ids(normalized_error& error, const http::headers& fields, const detail::envelope& body) {
  error.request_id = field(fields, "request-id");
  if (error.request_id.empty()) error.request_id = body.request_id;
  error.gateway_request_id = field(fields, "apim-request-id");
  if (error.gateway_request_id.empty())
    error.gateway_request_id = field(fields, "x-amzn-requestid");
}

void read_hint(normalized_error& error, const http::headers& fields, const detail::envelope& body,
               http::date now) {
  if (const auto hint = http::find_retry_after(fields, now)) {
    error.retry_after = hint->wait;
    error.retry_after_source = hint->source;
  }
  if (error.retry_after && error.retry_after->count() > 0) return;
  if (const auto wait = detail::wait_in_text(body.message)) {
    error.retry_after = *wait;
    error.retry_after_source = http::hint_source::message_text;
  }
}

// a refusal of this request alone: the limiter's type without any word of a limiter
bool is_request_scoped(const normalized_error& error, const http::headers& fields,
                       const detail::envelope& body, http::date now) {
  const bool hinted = error.retry_after && error.retry_after->count() > 0;
  return body.json && body.key() == "rate_limit_error" && !hinted &&
         !detail::says_rate_limit(body.message) && http::find_rate_limits(fields, now).empty();
}

normalized_error resolve(const resolver_options& options, const http::response& response,
                         http::date now) {
  const detail::envelope body = detail::read_envelope(response.body);
  normalized_error error;
  error.route = options.route;
  error.status = response.status;
  error.raw_code = body.key();
  if (error.raw_code.empty()) error.raw_code = field(response.headers, "x-ms-error-code");
  if (error.raw_code.empty()) error.raw_code = field(response.headers, "x-amzn-errortype");
  error.message = body.message;
  read_ids(error, response.headers, body);
  read_hint(error, response.headers, body, now);

  if (detail::classify_by_code(error, body, now)) return error;
  detail::classify_by_status(error, body, options);
  if (const auto said = response.headers.find("x-should-retry")) {
    if (*said == "true") error.retryable = true;
    if (*said == "false") error.retryable = false;
  }
  if (error.category == category::rate_limit)
    error.request_scoped = is_request_scoped(error, response.headers, body, now);
  return error;
}

error_resolver make_resolver(resolver_options options) {
  return [options = std::move(options)](const http::response& response, http::date now) {
    return resolve(options, response, now);
  };
}

// the status that an error type has where it comes with one (FACTS 1.6, 2.3)
int status_of(std::string_view type) {
  constexpr std::array<std::pair<std::string_view, int>, 11> known = {
      {{"invalid_request_error", 400},
       {"authentication_error", 401},
       {"billing_error", 402},
       {"permission_error", 403},
       {"not_found_error", 404},
       {"conflict_error", 409},
       {"request_too_large", 413},
       {"rate_limit_error", 429},
       {"api_error", 500},
       {"timeout_error", 504},
       {"overloaded_error", 529}}};
  for (const auto& [name, status] : known)
    if (name == type) return status;
  return 500;  // an error whose type is new: the provider's
}

}  // namespace

error_resolver anthropic_resolver(resolver_options options) {
  return make_resolver(std::move(options));
}

error_resolver azure_foundry_resolver(resolver_options options) {
  // the same reading: gateways pass the one's envelopes through the other's front end
  return make_resolver(std::move(options));
}

normalized_error resolve_error_event(std::string_view route, std::string_view data,
                                     http::date now) {
  http::response as_if;
  as_if.status = status_of(detail::read_envelope(data).type);
  as_if.body = data;
  resolver_options options;
  options.route = route;
  return resolve(options, as_if, now);
}

normalized_error resolve_transport_failure(std::string_view route, std::error_code code, bool sent,
                                           std::string_view detail) {
  normalized_error error;
  error.route = route;
  error.category = category_of(code);
  error.cause = code;
  error.sent = sent;
  error.message = detail.empty() ? code.message() : reroute::detail::one_line(detail);
  const bool cancelled = error.category == category::cancelled;
  // another certificate, or a smaller answer, does not come by waiting
  const bool permanent = code == make_error_code(errc::certificate_refused) ||
                         code == make_error_code(errc::header_too_large) ||
                         code == make_error_code(errc::body_too_large);
  error.retryable = !cancelled && !permanent;
  error.failover_worthy = !cancelled;
  return error;
}

normalized_error resolve_credential_failure(std::string_view route, std::error_code cause,
                                            bool retryable, std::string_view detail) {
  normalized_error error;
  error.route = route;
  error.category = category_of(cause) == category::cancelled ? category::cancelled : category::auth;
  error.cause = cause ? cause : make_error_code(errc::credential_failed);
  error.message = detail.empty() ? error.cause.message() : reroute::detail::one_line(detail);
  error.retryable = retryable && error.category != category::cancelled;
  error.failover_worthy = error.category != category::cancelled;
  return error;
}

}  // namespace reroute
