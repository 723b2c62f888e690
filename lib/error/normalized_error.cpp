// Normalized errors for people, and as error codes.
#include <reroute/error/errc.hpp>
#include <reroute/error/normalized_error.hpp>

#include "error/text.hpp"

#include <ostream>

namespace reroute {
namespace {

constexpr std::size_t shown_message_size = 300;

// "33 s", "1.5 s", "250 ms": no stream, whose locale would put marks between the digits
std::string readable(std::chrono::milliseconds wait) {
  const auto whole = wait.count() / 1000;
  const auto rest = wait.count() % 1000;
  if (whole == 0) return std::to_string(rest) + " ms";
  std::string text = std::to_string(whole);
  if (rest != 0) {
    std::string fraction = std::to_string(1000 + rest);
    fraction.front() = '.';
    text += fraction.substr(0, fraction.find_last_not_of('0') + 1);
  }
  return text + " s";
}

}  // namespace

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
    // as the system reports it; Asio's operation_aborted is out of this floor's reach
    case category::cancelled:
      return {static_cast<int>(std::errc::operation_canceled), std::system_category()};
  }
  return errc::server_error;
}

std::string to_string(const normalized_error& error) {
  std::string line;
  if (!error.route.empty()) line.append(detail::one_line(error.route, 64)).append(": ");
  if (error.status != 0) line.append(std::to_string(error.status)).append(" ");
  line.append(to_string(error.category));
  const std::string code = detail::one_line(error.raw_code, 128);
  if (!code.empty()) line.append(" (").append(code).append(")");
  const std::string cause = error.cause ? detail::one_line(error.cause.message()) : std::string();
  if (!cause.empty()) line.append(" (").append(cause).append(")");
  if (error.request_scoped) line.append(", this request alone");
  if (error.retry_after && error.retry_after->count() > 0) {
    line.append(", retry after ").append(readable(*error.retry_after));
  }
  if (error.opens_at) line.append(", opens at ").append(http::format_http_date(*error.opens_at));
  if (error.after_content) {
    line.append(", after content");
  } else if (error.sent) {
    line.append(", after the request was sent");
  }
  const std::string message = detail::one_line(error.message, shown_message_size);
  if (!message.empty() && message != cause) line.append(": ").append(message);
  const std::string request_id = detail::one_line(error.request_id, 80);
  if (!request_id.empty()) line.append(" [").append(request_id).append("]");
  return line;
}

std::ostream& operator<<(std::ostream& out, const normalized_error& error) {
  return out << to_string(error);
}

}  // namespace reroute
