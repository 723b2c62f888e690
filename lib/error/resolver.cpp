// Resolvers: evidence in, one normalized error out.
#include <reroute/error/errc.hpp>
#include <reroute/error/resolver.hpp>
#include <reroute/http/rate_limits.hpp>

#include "error/classify.hpp"
#include "error/envelope.hpp"
#include "error/known_codes.hpp"
#include "error/message_hints.hpp"
#include "error/redirect.hpp"
#include "error/text.hpp"
#include "http/content_type.hpp"
#include "http/text.hpp"

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
  if (error.gateway_request_id.empty()) {
    error.gateway_request_id = field(fields, "x-amzn-requestid");
  }
}

std::string raw_code(const http::headers& fields, const detail::envelope& body) {
  if (!body.key().empty()) return body.key();
  if (std::string code = field(fields, "x-ms-error-code"); !code.empty()) return code;
  return std::string(detail::aws_error_name(field(fields, "x-amzn-errortype")));
}

bool is_hinted(const normalized_error& error) noexcept {
  return error.retry_after && error.retry_after->count() > 0;
}

void read_hint(normalized_error& error, const http::headers& fields, const detail::envelope& body,
               http::date now) {
  if (const auto hint = http::find_retry_after(fields, now)) {
    error.retry_after = hint->wait;
    error.retry_after_source = hint->source;
  }
  // a text that rejects a request may quote it, and is not read for a wait
  const bool may_wait = error.status == 403 || error.status == 429 || error.status >= 500;
  if (is_hinted(error) || !may_wait) return;
  if (const auto wait = detail::wait_in_text(body.message)) {
    error.retry_after = *wait;
    error.retry_after_source = http::hint_source::message_text;
  }
}

// A refusal of this request alone: the provider says why, but not a word of it is a limiter's. A
// body that is no JSON is that of something in front of the provider, and concerns the whole route.
bool is_request_scoped(const normalized_error& error, const http::headers& fields,
                       const detail::envelope& body, http::date now) {
  return body.json && !is_hinted(error) && !detail::is_limiter_code(error.raw_code) &&
         !detail::says_rate_limit(body.message) && http::find_rate_limits(fields, now).empty();
}

// the status that an error has elsewhere, by its type or code; 0: they do not say
int told_status(const detail::envelope& body) noexcept {
  if (const int known = detail::status_of_type(body.type); known != 0) return known;
  return detail::is_limiter_code(body.code) ? 429 : body.status;
}

// an error inside a success has nothing else to be judged by
int hidden_status(int status, const detail::envelope& body) noexcept {
  return status >= 200 && status <= 299 ? told_status(body) : 0;
}

void judge(normalized_error& error, const resolver_options& options, const http::headers& fields,
           const detail::envelope& body, http::date now) {
  if (detail::classify_by_code(error, body, fields, now)) return;
  const int hidden = hidden_status(error.status, body);
  detail::classify_by_status(error, hidden != 0 ? hidden : error.status, body, options);
  if (const auto said = fields.find("x-should-retry")) {
    if (http::same_text(*said, "true")) error.retryable = true;
    if (http::same_text(*said, "false")) error.retryable = false;
  }
  // what has come in a stream was not refused for the request alone: it had been admitted
  if (error.category == category::rate_limit && hidden == 0 &&
      !http::declares_event_stream(fields)) {
    error.request_scoped = is_request_scoped(error, fields, body, now);
  }
}

normalized_error resolve(const resolver_options& options, const http::response& response,
                         const detail::envelope& body, http::date now) {
  normalized_error error;
  error.route = options.route;
  error.status = response.status;
  error.raw_code = raw_code(response.headers, body);
  error.message = detail::describe_redirect(response.status, response.headers);
  if (error.message.empty()) error.message = body.message;
  read_ids(error, response.headers, body);
  read_hint(error, response.headers, body, now);
  judge(error, options, response.headers, body, now);
  return error;
}

error_resolver make_resolver(resolver_options options) {
  return [options = std::move(options)](const http::response& response, http::date now) {
    return resolve(options, response, detail::read_envelope(response.body), now);
  };
}

}  // namespace

error_resolver anthropic_resolver(resolver_options options) {
  return make_resolver(std::move(options));
}

error_resolver azure_foundry_resolver(resolver_options options) {
  // the same reading: gateways pass the one's envelopes through the other's front end
  return make_resolver(std::move(options));
}

http::response error_event_response(std::string_view data, http::headers fields) {
  http::response event;
  const int told = told_status(detail::read_envelope(data));
  event.status = told != 0 ? told : 500;
  event.headers = std::move(fields);
  event.headers.set("content-type", http::event_stream_type);
  event.body = data;
  return event;
}

normalized_error resolve_error_event(std::string_view route, std::string_view data,
                                     http::date now) {
  resolver_options options;
  options.route = route;
  return anthropic_resolver(std::move(options))(error_event_response(data), now);
}

namespace {

// another certificate, a smaller answer, or a request that may be sent does not come by waiting
bool is_permanent(const std::error_code& code) noexcept {
  return code == errc::certificate_refused || code == errc::rejected ||
         code == errc::proxy_unauthorized || code == errc::draining ||
         code == errc::header_too_large || code == errc::body_too_large;
}

// what the caller has set is the same on every route
bool is_local_limit(const std::error_code& code) noexcept {
  return code == errc::deadline_exceeded || code == errc::would_miss_deadline ||
         code == errc::too_many_waiting;
}

}  // namespace

normalized_error resolve_transport_failure(std::string_view route, std::error_code code, bool sent,
                                           std::string_view why) {
  if (!code) code = errc::connection_lost;
  normalized_error error;
  error.route = route;
  error.category = category_of(code);
  error.cause = code;
  error.sent = sent;
  error.message = detail::one_line(why.empty() ? code.message() : std::string(why));
  const bool final = error.category == category::cancelled || is_local_limit(code);
  error.retryable = !final && !is_permanent(code);
  error.failover_worthy = !final;
  return error;
}

normalized_error resolve_credential_failure(std::string_view route, std::error_code cause,
                                            bool retryable, std::string_view why) {
  normalized_error error;
  error.route = route;
  error.cause = cause ? cause : make_error_code(errc::credential_failed);
  error.message = detail::one_line(why.empty() ? error.cause.message() : std::string(why));
  const bool cancelled = category_of(cause) == category::cancelled;
  error.category = cancelled ? category::cancelled : category::auth;
  error.retryable = retryable && !cancelled;
  error.failover_worthy = !cancelled;
  return error;
}

}  // namespace reroute
