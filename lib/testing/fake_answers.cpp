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

http::response json_response(int status, std::string body) {
  http::response made;
  made.status = status;
  made.headers.add("content-type", "application/json");
  made.body = std::move(body);
  return made;
}

// Anthropic's type, and Azure's code, of each status
std::pair<const char*, const char*> names_of(int status) {
  switch (status) {
    case 400:
      return {"invalid_request_error", "BadRequest"};
    case 401:
      return {"authentication_error", "Unauthorized"};
    case 403:
      return {"permission_error", "Forbidden"};
    case 404:
      return {"not_found_error", "DeploymentNotFound"};
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
      return {"api_error", "InternalServerError"};
  }
}

std::string error_body(face wearing, int status, const std::string& message) {
  const auto [type, code] = names_of(status);
  if (wearing == face::azure)
    return R"({"error":{"code":")" + std::string(code) + R"(","message":)" + quoted(message) + "}}";
  return R"({"type":"error","error":{"type":")" + std::string(type) + R"(","message":)" +
         quoted(message) + R"(},"request_id":"req_fake"})";
}

}  // namespace

http::response message_answer(std::string_view model, std::string_view text,
                              std::size_t input_tokens) {
  return json_response(
      200, R"({"id":"msg_fake","type":"message","role":"assistant","model":)" + quoted(model) +
               R"(,"content":[{"type":"text","text":)" + quoted(text) +
               R"(}],"stop_reason":"end_turn","stop_sequence":null,"usage":{"input_tokens":)" +
               std::to_string(input_tokens) + R"(,"output_tokens":)" +
               std::to_string(text.size() / 4 + 1) + "}}");
}

http::response count_answer(std::size_t input_tokens) {
  return json_response(200, R"({"input_tokens":)" + std::to_string(input_tokens) + "}");
}

http::response error_answer(face wearing, int status, std::string_view message) {
  return json_response(status, error_body(wearing, status, std::string(message)));
}

void announce(http::response& refusal, face wearing, refusal_form form,
              std::chrono::nanoseconds wait, http::date now) {
  if (wait.count() <= 0 || form == refusal_form::none) return;
  const auto seconds = std::chrono::ceil<std::chrono::seconds>(wait);
  switch (form) {
    case refusal_form::seconds:
      refusal.headers.set("retry-after", std::to_string(seconds.count()));
      break;
    case refusal_form::http_date:
      refusal.headers.set("retry-after", http::format_http_date(now + seconds));
      break;
    case refusal_form::milliseconds:
      refusal.headers.set(
          "retry-after-ms",
          std::to_string(std::chrono::ceil<std::chrono::milliseconds>(wait).count()));
      break;
    case refusal_form::text_only:
      refusal.body = error_body(wearing, refusal.status,
                                "Rate limit of this deployment exceeded. Please wait " +
                                    std::to_string(seconds.count()) + " seconds before retrying.");
      break;
    case refusal_form::none:
      break;
  }
}

std::string to_bytes(const http::response& response, bool close) {
  std::string text = "HTTP/1.1 " + std::to_string(response.status) + " Fake\r\n";
  for (const http::headers::field each : response.headers)
    text.append(each.name).append(": ").append(each.value).append("\r\n");
  text += "content-length: " + std::to_string(response.body.size()) + "\r\n";
  if (close) text += "connection: close\r\n";
  return text + "\r\n" + response.body;
}

}  // namespace reroute::testing
