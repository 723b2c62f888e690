// Answers and errors of both faces.
#include "testing/fake_answers.hpp"

#include <boost/json/serialize.hpp>
#include <boost/json/value.hpp>

#include <string>
#include <utility>

namespace reroute::testing {
namespace {

namespace json = boost::json;

std::string quoted(std::string_view text) {
  return json::serialize(json::value(json::string_view(text.data(), text.size())));
}

http::response answer(int status, std::string_view content_type, std::string body) {
  http::response made;
  made.status = status;
  made.headers.add("content-type", content_type);
  made.body = std::move(body);
  return made;
}

struct names {
  const char* type;  // Anthropic's
  const char* code;  // Azure's
};

names names_of(int status) {
  switch (status) {
    case 401:
      return {"authentication_error", "Unauthorized"};
    case 402:
      return {"billing_error", "PaymentRequired"};
    case 403:
      return {"permission_error", "AuthorizationFailed"};
    case 404:
      return {"not_found_error", "DeploymentNotFound"};
    case 409:
      return {"conflict_error", "Conflict"};
    case 413:
      return {"request_too_large", "RequestTooLarge"};
    case 429:
      return {"rate_limit_error", "RateLimitReached"};
    case 503:
      return {"api_error", "ServiceUnavailable"};
    case 504:
      return {"timeout_error", "GatewayTimeout"};
    case 529:
      return {"overloaded_error", "Overloaded"};
    default:
      break;
  }
  if (status >= 500) return {"api_error", "InternalServerError"};
  return {"invalid_request_error", "BadRequest"};
}

std::string page(int status) {
  const std::string title = std::to_string(status) + " Request Entity Too Large";
  return "<html>\r\n<head><title>" + title + "</title></head>\r\n<body><h1>" + title +
         "</h1></body>\r\n</html>\r\n";
}

}  // namespace

http::response count_answer(std::size_t input_tokens) {
  return answer(200, "application/json",
                R"({"input_tokens":)" + std::to_string(input_tokens) + "}");
}

http::response error_answer(face wearing, int status, std::string_view message,
                            std::string_view request_id) {
  const auto [type, code] = names_of(status);
  // the edge answers 413 on the one route, and the gateway 503 on the other, before any API does
  if (status == 413) return answer(status, "text/html", page(status));
  if (wearing == face::azure && status == 503)
    return answer(status, "text/plain", std::string(message));
  const std::string text = quoted(message);
  if (wearing == face::azure) {
    std::string body = R"({"error":{"code":")" + std::string(code) + R"(","message":)" + text;
    if (status == 429) body += R"(,"details":)" + text;  // the limiter says everything twice
    return answer(status, "application/json", body + "}}");
  }
  return answer(status, "application/json",
                R"({"type":"error","error":{"type":")" + std::string(type) + R"(","message":)" +
                    text + R"(},"request_id":)" + quoted(request_id) + "}");
}

}  // namespace reroute::testing
