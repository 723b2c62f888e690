// The fake's answers as bytes on the wire.
#include "testing/fake_answers.hpp"

#include <algorithm>
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

std::string head_of(const http::response& response) {
  std::string text =
      "HTTP/1.1 " + std::to_string(response.status) + " " + reason(response.status) + "\r\n";
  for (const http::headers::field each : response.headers)
    text.append(each.name).append(": ").append(each.value).append("\r\n");
  return text;
}

}  // namespace

std::string to_bytes(const http::response& response, bool close) {
  std::string text = head_of(response);
  text += "content-length: " + std::to_string(response.body.size()) + "\r\n";
  if (close) text += "connection: close\r\n";
  return text + "\r\n" + response.body;
}

std::string to_chunked_bytes(const http::response& response, bool close, std::size_t chunk,
                             bool end, std::vector<std::size_t>* stops) {
  std::string text = head_of(response) + "transfer-encoding: chunked\r\n";
  if (close) text += "connection: close\r\n";
  text += "\r\n";
  std::string_view body = response.body;
  while (!body.empty()) {
    const std::size_t event = std::min(body.find("\n\n"), body.size() - 2) + 2;
    const std::size_t size = std::min(chunk > 0 ? chunk : event, body.size());
    char length[32];
    std::snprintf(length, sizeof length, "%zx\r\n", size);
    text.append(length).append(body.substr(0, size)).append("\r\n");
    if (stops && event <= size) stops->push_back(text.size());
    body.remove_prefix(size);
  }
  if (end) text += "0\r\n\r\n";
  return text;
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
