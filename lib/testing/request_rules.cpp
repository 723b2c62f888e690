// What the real APIs object to in a request.
#include "testing/request_rules.hpp"

#include "testing/fake_answers.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/value.hpp>

#include <algorithm>

namespace reroute::testing {
namespace {

namespace json = boost::json;

const json::value* find(const json::object& in, std::string_view name) {
  return in.if_contains(json::string_view(name.data(), name.size()));
}

std::string text_at(const json::object& in, std::string_view name) {
  const json::value* const found = find(in, name);
  const json::string* const text = found ? found->if_string() : nullptr;
  return text ? std::string(text->data(), text->size()) : std::string();
}

bool knows(const heard_request& request, const fake_route_options& options) {
  const bool anthropic = options.face == face::anthropic;
  const auto is_key = [&](std::string_view offered) {
    return !options.key.empty() && offered == options.key;
  };
  if (is_key(request.field("x-api-key"))) return true;
  if (!anthropic && is_key(request.field("api-key"))) return true;
  std::string_view bearer = request.field("authorization");
  if (!bearer.starts_with("Bearer ")) return false;
  bearer.remove_prefix(7);
  if (anthropic && is_key(bearer)) return true;
  const auto& tokens = options.bearer_tokens;
  return std::find(tokens.begin(), tokens.end(), bearer) != tokens.end();
}

struct complaint {
  int status = 0;
  std::string text;
  std::string code = {};  // error.details.error_code
};

// of Anthropic's envelope; other bodies have no place for it
void add_code(http::response& into, const std::string& code) {
  const std::size_t end = into.body.find(R"(},"request_id")");
  if (end != std::string::npos)
    into.body.insert(end, R"(,"details":{"error_code":")" + code + R"("})");
}

complaint about_head(const heard_request& request, const fake_route_options& options,
                     bool& count_only) {
  if (!knows(request, options)) {
    return {401, options.face == face::azure
                     ? "Access denied due to invalid subscription key or wrong API endpoint."
                     : "invalid x-api-key"};
  }
  std::string_view path = request.target;
  path = path.substr(0, path.find('?'));
  // with and without the prefix of the azure face: gateways serve both
  if (path.starts_with("/anthropic/")) path.remove_prefix(std::string_view("/anthropic").size());
  count_only = path == "/v1/messages/count_tokens";
  if (path != "/v1/messages" && !count_only) return {404, "Not found"};
  if (request.method != "POST") return {405, "Method Not Allowed"};
  const std::string_view version = request.field("anthropic-version");
  if (version.empty()) return {400, "anthropic-version: header is required"};
  if (version != "2023-06-01" && version != "2026-10-21")
    return {400, "anthropic-version: \"" + std::string(version) + "\" is not a valid version"};
  if (!request.field("content-type").starts_with("application/json"))
    return {400, "content-type: must be application/json"};
  if (request.too_large || request.body.size() > options.max_body)
    return {413, "Request exceeds the maximum size"};
  if (!request.coding_problem.empty()) {
    const bool large = request.coding_problem.find("too_large") != std::string::npos;
    return {large ? 413 : 400, "The body of the request could not be decoded: content-encoding",
            request.coding_problem};
  }
  return {};
}

complaint about_body(const json::object& body, std::string_view version,
                     const fake_route_options& options, judgement& read) {
  read.model = text_at(body, "model");
  if (read.model.empty()) return {400, "model: Field required"};
  const auto& models = options.models;
  if (!models.empty() && std::find(models.begin(), models.end(), read.model) == models.end()) {
    return {404, options.face == face::azure
                     ? "The API deployment for this resource does not exist."
                     : "model: " + read.model};
  }
  const json::value* const messages = find(body, "messages");
  if (!messages || !messages->is_array()) return {400, "messages: Field required"};
  if (messages->get_array().empty()) return {400, "messages: at least one message is required"};
  if (!read.count_only) {
    const json::value* const most = find(body, "max_tokens");
    if (!most) return {400, "max_tokens: Field required"};
    if (!most->is_int64() || most->get_int64() < 0)
      return {400, "max_tokens: Input should be a valid integer"};
    read.max_tokens = most->get_int64();
    if (const json::value* const stream = find(body, "stream")) {
      if (!stream->is_bool()) return {400, "stream: Input should be a valid boolean"};
      read.stream = stream->get_bool();
    }
  }
  if (version == "2026-10-21") {
    for (const std::string_view name : {"temperature", "top_p", "top_k"}) {
      if (find(body, name)) return {400, std::string(name) + ": not supported in this API version"};
    }
  }
  if (const json::value* const metadata = find(body, "metadata")) {
    if (const json::object* const inner = metadata->if_object())
      read.user = text_at(*inner, "user_id");
  }
  return {};
}

}  // namespace

judgement judge(const heard_request& request, const fake_route_options& options,
                std::string_view request_id) {
  judgement read;
  complaint found = about_head(request, options, read.count_only);
  if (found.status == 0) {
    json::error_code bad;
    const json::value body = json::parse(request.body, bad);
    const json::object* const object = bad ? nullptr : body.if_object();
    if (object) {
      found = about_body(*object, request.field("anthropic-version"), options, read);
    } else {
      found = {400, "The request body is not valid JSON"};
    }
  }
  if (found.status != 0)
    read.objection = error_answer(options.face, found.status, found.text, request_id);
  if (!found.code.empty()) add_code(*read.objection, found.code);
  return read;
}

}  // namespace reroute::testing
