// The errors of an attempt that two of its coroutines meet.
#include "client/attempt_errors.hpp"

#include <reroute/error/errc.hpp>
#include <reroute/error/resolver.hpp>

#include "detail/user_function.hpp"
#include "error/text.hpp"
#include "route/secret.hpp"

#include <stdexcept>
#include <string>
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

normalized_error stream_problem(std::string_view route, const stream_reader& reader,
                                stream_reader::result why, http::date now,
                                std::string_view secret) {
  if (why == stream_reader::result::said_no)
    return without(secret, resolve_error_event(route, reader.problem(), now));
  if (why == stream_reader::result::malformed)
    return resolve_transport_failure(route, make_error_code(errc::malformed_answer), true,
                                     reader.problem());
  return resolve_transport_failure(route, make_error_code(errc::body_too_large), true);
}

}  // namespace reroute::detail
