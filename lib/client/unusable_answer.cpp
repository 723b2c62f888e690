// What came in the place of an answer.
#include "client/unusable_answer.hpp"

#include <reroute/http/event_stream.hpp>

#include "error/envelope.hpp"
#include "error/text.hpp"
#include "http/text.hpp"
#include "message/json.hpp"
#include "route/secret.hpp"

#include <boost/json/array.hpp>

#include <algorithm>
#include <array>

namespace reroute::detail {
namespace {

constexpr std::size_t shown = 80;         // bytes of the body
constexpr std::size_t looked_at = 4'096;  // for a secret that begins among them
constexpr std::size_t shown_type = 64;

// what answers of language models have, whoever's they are
constexpr std::array<std::string_view, 8> signs_of_an_answer = {
    "id", "model", "usage", "usageMetadata", "choices", "candidates", "output", "completion"};

bool has_sign(const boost::json::value& body) {
  if (const auto* const list = body.if_array()) return !list->empty() && has_sign(list->front());
  const auto* const object = body.if_object();
  return object && std::any_of(signs_of_an_answer.begin(), signs_of_an_answer.end(),
                               [&](std::string_view sign) { return find(*object, sign); });
}

// of the Messages API's streams, or of another's; pings, comments and nonsense say nothing
bool has_sign_in_events(std::string_view stream) {
  http::event_stream_parser parser;
  parser.feed(stream);
  for (http::server_event each; parser.next(each);) {
    std::string why;
    const auto data = parse_json(each.data, why);
    const auto* const object = data ? data->if_object() : nullptr;
    if (!object) continue;
    if (has_sign(*data) || find(*object, "message") || find(*object, "content_block") ||
        find(*object, "delta"))
      return true;
  }
  return false;
}

}  // namespace

std::string what_came(const http::response& response, std::size_t size, std::string_view secret) {
  const auto type = response.headers.find("content-type");
  std::string text = std::to_string(response.status) + ", ";
  text += type ? one_line(*type, shown_type) : "no content type";
  text += ", " + std::to_string(size) + (size == 1 ? " byte" : " bytes");
  std::string beginning = response.body.substr(0, looked_at);
  hide_secret(text, secret);
  hide_secret(beginning, secret);
  beginning = one_line(beginning, shown);
  if (!beginning.empty()) text += ", begins with \"" + beginning + '"';
  return text;
}

bool may_be_billed(operation op, std::string_view body) {
  if (op == operation::count_tokens) return false;
  if (http::begins_event_stream(body) == true) return has_sign_in_events(body);
  body = http::trimmed(body);
  if (!body.starts_with('{') && !body.starts_with('[')) return false;
  const envelope said = read_envelope(body);
  if (said.json && (!said.key().empty() || !said.message.empty())) return false;
  std::string why;
  const auto parsed = parse_json(body, why);
  return !parsed || has_sign(*parsed);  // JSON that was cut off is an answer that was
}

}  // namespace reroute::detail
