// Faces: success, and what stands in between.
#include <reroute/testing/faces.hpp>

#include "testing/face_bodies.hpp"

#include <boost/json/serialize.hpp>

#include <utility>

namespace reroute::testing::faces {

http::response make(int status, std::string_view content_type, std::string body) {
  http::response made{status, {}, std::move(body)};
  if (!content_type.empty()) made.headers.add("content-type", content_type);
  made.headers.add("request-id", request_id);
  return made;
}

http::response make(int status, const boost::json::value& body) {
  return make(status, "application/json", boost::json::serialize(body));
}

http::response with_seconds(http::response to, std::string_view name, std::chrono::seconds value) {
  to.headers.set(name, std::to_string(value.count()));
  return to;
}

http::response with_dates(http::response to, http::date opens, const http::date* now) {
  if (now) to.headers.set("date", http::format_http_date(*now));
  to.headers.set("retry-after", http::format_http_date(opens));
  return to;
}

http::response ok(std::string_view text, std::int64_t input_tokens, std::int64_t output_tokens,
                  std::string_view model) {
  return make(200, {{"id", "msg_01FaceFaceFaceFaceFace"},
                    {"type", "message"},
                    {"role", "assistant"},
                    {"model", model},
                    {"content", {{{"type", "text"}, {"text", text}}}},
                    {"stop_reason", "end_turn"},
                    {"stop_sequence", nullptr},
                    {"usage", {{"input_tokens", input_tokens}, {"output_tokens", output_tokens}}}});
}

http::response token_count(std::int64_t input_tokens) {
  boost::json::object body;
  body["input_tokens"] = input_tokens;
  return make(200, std::move(body));
}

http::response html(int status, std::string_view title) {
  std::string page = "<html>\r\n<head><title>" + std::to_string(status) + " ";
  page.append(title).append("</title></head>\r\n<body><center><h1>");
  page.append(title).append("</h1></center></body>\r\n</html>\r\n");
  return make(status, "text/html; charset=utf-8", std::move(page));
}

http::response plain_text(int status, std::string_view text) {
  return make(status, "text/plain", std::string(text));
}

http::response json(int status, std::string_view text) {
  return make(status, "application/json", std::string(text));
}

http::response empty(int status) { return make(status, "", ""); }

}  // namespace reroute::testing::faces
