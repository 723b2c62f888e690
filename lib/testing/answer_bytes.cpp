// The fake's answers as bytes on the wire.
#include "testing/fake_answers.hpp"

#include <cstdio>
#include <string>

namespace reroute::testing {
namespace {

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
