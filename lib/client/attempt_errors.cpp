// The errors of an attempt that two of its coroutines meet.
#include "client/attempt_errors.hpp"

#include <reroute/error/errc.hpp>
#include <reroute/error/resolver.hpp>

#include "client/unusable_answer.hpp"
#include "detail/user_function.hpp"
#include "error/text.hpp"
#include "http/text.hpp"
#include "route/secret.hpp"

#include <stdexcept>
#include <utility>

namespace reroute::detail {

normalized_error without(std::string_view secret, normalized_error error) {
  for (std::string* const text :
       {&error.message, &error.raw_code, &error.request_id, &error.gateway_request_id})
    hide_secret(*text, secret);
  return error;
}

std::string writer_problem(const std::exception_ptr& thrown) {
  try {
    std::rethrow_exception(thrown);
  } catch (const std::invalid_argument& refusal) {
    return one_line(refusal.what());
  } catch (...) {
    return one_line("the route's writer threw: " + thrown_text(thrown));
  }
}

std::string transport_problem(const std::exception_ptr& thrown) {
  return one_line("the transport threw: " + thrown_text(thrown));
}

normalized_error resolved(const live_route& on, const http::response& response, http::date now,
                          bool* threw) {
  try {
    return on.definition.resolve(response, now);
  } catch (...) {
    if (threw) *threw = true;
    normalized_error error;
    error.route = on.definition.name;
    error.status = response.status;
    error.category = category::server;
    error.message =
        one_line("the route's resolver threw: " + thrown_text(std::current_exception()));
    return error;
  }
}

normalized_error event_error(const live_route& on, std::string_view data,
                             std::string_view request_id, http::date now, std::string_view secret) {
  http::headers fields;
  if (!request_id.empty()) fields.add("request-id", request_id);
  normalized_error error = resolved(on, error_event_response(data, std::move(fields)), now);
  // an error all the same, whatever the route's code makes of it
  if (!error) error = resolve_error_event(on.definition.name, data, now);
  return without(secret, std::move(error));
}

normalized_error stream_problem(const live_route& on, const stream_reader& reader,
                                stream_reader::result why, std::string_view request_id,
                                http::date now, std::string_view secret) {
  if (why == stream_reader::result::said_no)
    return event_error(on, reader.problem(), request_id, now, secret);
  if (why == stream_reader::result::malformed) return unreadable(on, reader.problem());
  return resolve_transport_failure(on.definition.name, make_error_code(errc::body_too_large), true);
}

normalized_error no_answer(const live_route& on, operation op, const http::response& response,
                           std::size_t size, std::string_view why, http::date now,
                           std::string_view secret) {
  bool threw = false;
  normalized_error said = resolved(on, response, now, &threw);
  const bool unknown =
      !said || (said.category == category::server && !said.retryable && !said.failover_worthy);
  if (threw || (!unknown && !said.raw_code.empty())) return without(secret, std::move(said));
  const bool empty = http::trimmed(response.body).empty();
  normalized_error error = unreadable(on, "no answer: " + std::string(empty ? "it is empty" : why) +
                                              " (" + what_came(response, size, secret) + ")");
  error.failover_worthy = !may_be_billed(op, response.body);
  error.request_id = std::move(said.request_id);
  error.gateway_request_id = std::move(said.gateway_request_id);
  return without(secret, std::move(error));
}

normalized_error unreadable(const live_route& on, std::string_view why) {
  normalized_error error = resolve_transport_failure(
      on.definition.name, make_error_code(errc::malformed_answer), true, why);
  error.retryable = error.failover_worthy = false;
  return error;
}

}  // namespace reroute::detail
