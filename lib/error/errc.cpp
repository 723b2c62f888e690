// reroute's own error codes.
#include <reroute/error/errc.hpp>

#include <string>

namespace reroute {
namespace {

const char* text_of(errc value) noexcept {
  switch (value) {
    case errc::rate_limited:
      return "the route's rate limit is used up";
    case errc::overloaded:
      return "the provider is overloaded";
    case errc::quota_exhausted:
      return "the quota or balance is exhausted";
    case errc::unauthorized:
      return "the route refused the credential";
    case errc::rejected:
      return "the route rejected the request";
    case errc::provider_timeout:
      return "the provider timed out";
    case errc::server_error:
      return "the provider failed";
    case errc::connect_failed:
      return "no address of the host could be connected to";
    case errc::host_not_found:
      return "the host name has no address";
    case errc::tls_failed:
      return "the TLS handshake failed";
    case errc::certificate_refused:
      return "the peer's certificate was refused";
    case errc::proxy_refused:
      return "the proxy did not open a way to the host";
    case errc::proxy_unauthorized:
      return "the proxy wants another credential";
    case errc::connection_lost:
      return "the connection was lost before the answer began";
    case errc::truncated_body:
      return "the answer was cut off";
    case errc::protocol_error:
      return "the peer broke the HTTP protocol";
    case errc::header_too_large:
      return "the response head is larger than the limit";
    case errc::body_too_large:
      return "the response body is larger than the limit";
    case errc::enhance_your_calm:
      return "the peer asks for calm";
    case errc::malformed_answer:
      return "the answer is not what the Messages API answers";
    case errc::connect_timeout:
      return "no connection in time";
    case errc::head_timeout:
      return "no response head in time";
    case errc::idle_timeout:
      return "the connection was silent for too long";
    case errc::attempt_timeout:
      return "the attempt took too long";
    case errc::deadline_exceeded:
      return "the call's deadline has passed";
    case errc::would_miss_deadline:
      return "no route opens before the call's deadline";
    case errc::too_many_waiting:
      return "too many calls are waiting";
    case errc::draining:
      return "nothing new is taken: it is being drained";
    case errc::first_event_timeout:
      return "the stream did not begin in time";
    case errc::first_content_timeout:
      return "the stream brought no content in time";
    case errc::stream_stalled:
      return "the stream brought nothing but signs of life for too long";
    case errc::stream_too_slow:
      return "the stream came more slowly than the minimum throughput";
    case errc::credential_failed:
      return "the credential could not be obtained";
  }
  return "unknown reroute error";
}

class codes final : public std::error_category {
 public:
  const char* name() const noexcept override { return "reroute"; }
  std::string message(int value) const override { return text_of(static_cast<errc>(value)); }
  std::error_condition default_error_condition(int value) const noexcept override {
    return make_error_condition(category_of({value, *this}));
  }
  bool equivalent(int value, const std::error_condition& condition) const noexcept override {
    if (condition == std::errc::timed_out) return category_of({value, *this}) == category::timeout;
    return default_error_condition(value) == condition;
  }
};

}  // namespace

const std::error_category& reroute_category() noexcept {
  static const codes instance;
  return instance;
}

std::error_code make_error_code(errc value) noexcept {
  return {static_cast<int>(value), reroute_category()};
}

}  // namespace reroute
