// Answers and errors of both faces.
#include "testing/fake_answers.hpp"

#include <reroute/http/date.hpp>

#include <boost/json/serialize.hpp>
#include <boost/json/value.hpp>

#include <cstdio>
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

std::string_view refusal_text(face wearing, int status) {
  if (status == 529) return "Overloaded";
  if (status == 503) return "The service is temporarily unavailable.";
  return wearing == face::azure
             ? "Rate limit of 40 per 60s exceeded for UserByModelByMinuteRequests."
             : "This request would exceed your organization's rate limit.";
}

const char* reason(int status) {
  switch (status) {
    case 200:
      return "OK";
    case 400:
      return "Bad Request";
    case 401:
      return "Unauthorized";
    case 404:
      return "Not Found";
    case 429:
      return "Too Many Requests";
    case 503:
      return "Service Unavailable";
    default:
      return status < 500 ? "Fake" : "Fake Error";
  }
}

}  // namespace

http::response message_answer(std::string_view model, std::string_view text,
                              std::size_t input_tokens) {
  return answer(200, "application/json",
                R"({"id":"msg_fake","type":"message","role":"assistant","model":)" + quoted(model) +
                    R"(,"content":[{"type":"text","text":)" + quoted(text) +
                    R"(}],"stop_reason":"end_turn","stop_sequence":null,"usage":{"input_tokens":)" +
                    std::to_string(input_tokens) + R"(,"output_tokens":)" +
                    std::to_string(text.size() / 4 + 1) + "}}");
}

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

announced refusal_answer(face wearing, refusal_form form, int status, std::chrono::nanoseconds wait,
                         std::chrono::system_clock::time_point now, std::string_view request_id) {
  using std::chrono::ceil;
  using std::chrono::seconds;
  const bool said = wait.count() > 0 && form != refusal_form::none;
  std::string text(refusal_text(wearing, status));
  announced made;
  const seconds whole = ceil<seconds>(wait);
  if (said && form == refusal_form::text_only)
    text += " Please wait " + std::to_string(whole.count()) + " seconds before retrying.";
  made.answer = error_answer(wearing, status, text, request_id);
  if (!said) return made;
  http::headers& fields = made.answer.headers;
  made.wait = whole;
  if (form == refusal_form::seconds) fields.set("retry-after", std::to_string(whole.count()));
  if (form == refusal_form::milliseconds) {
    const auto exact = ceil<std::chrono::milliseconds>(wait);
    fields.set("retry-after-ms", std::to_string(exact.count()));
    made.wait = exact;
  }
  if (form == refusal_form::http_date) {
    const auto opens = ceil<seconds>(now + ceil<std::chrono::system_clock::duration>(wait));
    fields.set("retry-after", http::format_http_date(opens));
    made.wait = opens - now;
  }
  return made;
}

std::string to_bytes(const http::response& response, bool close) {
  std::string text =
      "HTTP/1.1 " + std::to_string(response.status) + " " + reason(response.status) + "\r\n";
  for (const http::headers::field each : response.headers)
    text.append(each.name).append(": ").append(each.value).append("\r\n");
  text += "content-length: " + std::to_string(response.body.size()) + "\r\n";
  if (close) text += "connection: close\r\n";
  return text + "\r\n" + response.body;
}

std::string rfc3339(std::chrono::sys_seconds when) {
  const auto day = std::chrono::floor<std::chrono::days>(when);
  const std::chrono::year_month_day date(day);
  const std::chrono::hh_mm_ss time(when - day);
  char text[64];
  std::snprintf(text, sizeof text, "%04d-%02u-%02uT%02d:%02d:%02dZ", static_cast<int>(date.year()),
                static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()),
                static_cast<int>(time.hours().count()), static_cast<int>(time.minutes().count()),
                static_cast<int>(time.seconds().count()));
  return text;
}

}  // namespace reroute::testing
