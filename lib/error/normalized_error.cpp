// Normalized errors for people, and as error codes.
#include <reroute/error/errc.hpp>
#include <reroute/error/normalized_error.hpp>

#include "error/text.hpp"

#include <ostream>
#include <sstream>

namespace reroute {

std::error_code to_error_code(const normalized_error& error) noexcept {
  // a cause of another kind (a token endpoint's, say) would not compare with this error's category
  if (error.cause && category_of(error.cause) == error.category) return error.cause;
  switch (error.category) {
    case category::ok:
      return {};
    case category::rate_limit:
      return errc::rate_limited;
    case category::overloaded:
      return errc::overloaded;
    case category::quota:
      return errc::quota_exhausted;
    case category::auth:
      return error.status == 0 ? errc::credential_failed : errc::unauthorized;
    case category::bad_request:
      return errc::rejected;
    case category::timeout:
      return errc::provider_timeout;
    case category::server:
      return errc::server_error;
    case category::network:
      return errc::connection_lost;
    case category::cancelled:
      // as Asio reports it: errno in the system category
      return {static_cast<int>(std::errc::operation_canceled), std::system_category()};
  }
  return errc::server_error;
}

std::ostream& operator<<(std::ostream& out, const normalized_error& error) {
  if (!error.route.empty()) out << detail::one_line(error.route, 64) << ": ";
  if (error.status != 0) out << error.status << ' ';
  out << error.category;
  if (!error.raw_code.empty()) out << " (" << detail::one_line(error.raw_code, 128) << ')';
  if (error.cause) out << " (" << error.cause.message() << ')';
  if (error.retry_after && error.retry_after->count() > 0)
    out << ", retry after " << static_cast<double>(error.retry_after->count()) / 1000 << " s";
  if (!error.message.empty() && (!error.cause || error.message != error.cause.message()))
    out << ": " << detail::one_line(error.message, 300);
  if (!error.request_id.empty()) out << " [" << detail::one_line(error.request_id, 80) << ']';
  return out;
}

std::string to_string(const normalized_error& error) {
  std::ostringstream out;
  out << error;
  return out.str();
}

}  // namespace reroute
