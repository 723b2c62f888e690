// Categories as words and as error conditions.
#include <reroute/error/category.hpp>
#include <reroute/error/errc.hpp>

#include <cerrno>
#include <ostream>
#include <string>

namespace reroute {
namespace {

class conditions final : public std::error_category {
 public:
  const char* name() const noexcept override { return "reroute.category"; }
  std::string message(int value) const override {
    return std::string(to_string(static_cast<category>(value)));
  }
  bool equivalent(const std::error_code& code, int value) const noexcept override {
    return category_of(code) == static_cast<category>(value);
  }
};

category of_errc(errc value) noexcept {
  switch (value) {
    case errc::rate_limited:
      return category::rate_limit;
    case errc::overloaded:
    case errc::enhance_your_calm:
    case errc::too_many_waiting:
      return category::overloaded;
    case errc::quota_exhausted:
      return category::quota;
    case errc::unauthorized:
    case errc::proxy_unauthorized:
    case errc::credential_failed:
      return category::auth;
    case errc::rejected:
      return category::bad_request;
    case errc::provider_timeout:
    case errc::connect_timeout:
    case errc::head_timeout:
    case errc::idle_timeout:
    case errc::attempt_timeout:
    case errc::deadline_exceeded:
    case errc::would_miss_deadline:
    case errc::first_event_timeout:
    case errc::first_content_timeout:
    case errc::stream_stalled:
    case errc::stream_too_slow:
      return category::timeout;
    case errc::server_error:
      return category::server;
    case errc::connect_failed:
    case errc::host_not_found:
    case errc::tls_failed:
    case errc::certificate_refused:
    case errc::proxy_refused:
    case errc::connection_lost:
    case errc::truncated_body:
    case errc::protocol_error:
    case errc::header_too_large:
    case errc::body_too_large:
    case errc::malformed_answer:
    case errc::draining:
      return category::network;
  }
  return category::network;
}

}  // namespace

std::string_view to_string(category value) noexcept {
  switch (value) {
    case category::ok:
      return "ok";
    case category::rate_limit:
      return "rate_limit";
    case category::overloaded:
      return "overloaded";
    case category::quota:
      return "quota";
    case category::auth:
      return "auth";
    case category::bad_request:
      return "bad_request";
    case category::timeout:
      return "timeout";
    case category::server:
      return "server";
    case category::network:
      return "network";
    case category::cancelled:
      return "cancelled";
  }
  return "unknown";
}

std::ostream& operator<<(std::ostream& out, category value) { return out << to_string(value); }

const std::error_category& category_conditions() noexcept {
  static const conditions instance;
  return instance;
}

std::error_condition make_error_condition(category value) noexcept {
  return {static_cast<int>(value), category_conditions()};
}

category category_of(const std::error_code& code) noexcept {
  if (!code) return category::ok;
  if (code.category() == reroute_category()) return of_errc(static_cast<errc>(code.value()));
  // Asio keeps errno in a category of its own, which knows no conditions
  const bool is_errno = code.category() == std::system_category() ||
                        std::string_view(code.category().name()) == "asio.system";
  if (code == std::errc::operation_canceled || (is_errno && code.value() == ECANCELED))
    return category::cancelled;
  if (code == std::errc::timed_out || (is_errno && code.value() == ETIMEDOUT))
    return category::timeout;
  return category::network;
}

}  // namespace reroute
