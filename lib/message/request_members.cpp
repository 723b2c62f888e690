// The typed members of a request: each setter checks what the API is known to refuse.
#include <reroute/http/headers.hpp>

#include "message/json.hpp"
#include "message/json_scan.hpp"
#include "message/request_state.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <utility>

namespace reroute {

namespace json = boost::json;

namespace {

using detail::quoted;
using detail::refuse;

std::string filled(std::string_view text, const std::string& what) {
  if (text.empty()) refuse(what + " must not be empty");
  return quoted(text, what);
}

// the shortest text that reads as this very number, whatever the locale
std::string fraction(double value, const std::string& what) {
  if (!(value >= 0 && value <= 1)) refuse(what + " must be a number from 0 to 1");
  std::array<char, 32> text{};
  const auto end = std::to_chars(text.data(), text.data() + text.size(), value).ptr;
  return std::string(text.data(), end);
}

std::string count(std::int64_t value, std::int64_t least, const std::string& what) {
  if (value < least)
    refuse(what + " is " + std::to_string(value) + "; it must be at least " +
           std::to_string(least));
  return std::to_string(value);
}

std::string ephemeral(std::string_view ttl) {
  if (ttl.empty()) return R"({"type":"ephemeral"})";
  return R"({"type":"ephemeral","ttl":)" + quoted(ttl, "the ttl of cache") + '}';
}

std::string definition(std::string_view name, std::string_view description,
                       const std::string& schema) {
  std::string text = "{\"name\":" + filled(name, "a tool's name");
  if (!description.empty())
    text += ",\"description\":" + quoted(description, "a tool's description");
  return text + ",\"input_schema\":" + schema + '}';
}

std::string schema_name(std::string_view tool) {
  return "the input_schema of tool \"" + std::string(tool) + '"';
}

std::string output_format(const std::string& schema) {
  return R"({"type":"json_schema","schema":)" + schema + '}';
}

}  // namespace

std::string detail::checked_object(std::string_view text, const std::string& what) {
  std::string object = checked_json(text, what);
  if (object.front() != '{') refuse(what + " must be a JSON object");
  return object;
}

message_request& message_request::max_tokens(std::int64_t n) & {
  own().body.put("max_tokens", count(n, 0, "max_tokens"));
  return *this;
}

message_request& message_request::tool(std::string_view name, std::string_view description,
                                       std::string_view input_schema) & {
  const std::string text =
      definition(name, description, detail::checked_object(input_schema, schema_name(name)));
  own().body.push("tools", [&](std::string& out) { out += text; });
  return *this;
}

message_request& message_request::tool(std::string_view name, std::string_view description,
                                       const json::object& input_schema) & {
  return tool(name, description,
              detail::checked_json(json::value(input_schema), schema_name(name)));
}

message_request& message_request::tool(const json::object& tool) & {
  if (detail::text_at(tool, "name").empty() && detail::text_at(tool, "type").empty())
    refuse("a tool's definition needs a \"name\" or a \"type\"");
  const std::string text = detail::checked_json(json::value(tool), "a tool's definition");
  own().body.push("tools", [&](std::string& out) { out += text; });
  return *this;
}

message_request& message_request::tool_choice(std::string_view kind) & {
  if (kind != "auto" && kind != "any" && kind != "none")
    refuse("tool_choice must be \"auto\", \"any\" or \"none\"; force_tool names a tool");
  detail::body_members& body = own().body;
  // a wish for one tool use at a time stays, but "none" takes no further members
  const auto before = body.find("tool_choice");
  std::string choice = kind == "none" || !before ? "{}" : detail::with_member(*before, "name", {});
  body.put("tool_choice", detail::with_member(choice, "type", quoted(kind, "tool_choice")));
  return *this;
}

message_request& message_request::force_tool(std::string_view name) & {
  const std::string tool = filled(name, "the name for force_tool");
  detail::body_members& body = own().body;
  const auto before = body.find("tool_choice");
  const std::string choice = detail::with_member(before ? *before : "{}", "type", "\"tool\"");
  body.put("tool_choice", detail::with_member(choice, "name", tool));
  return *this;
}

message_request& message_request::disable_parallel_tool_use() & {
  detail::body_members& body = own().body;
  if (!body.find("tool_choice")) tool_choice("auto");
  body.put_in("tool_choice", "disable_parallel_tool_use", "true");
  return *this;
}

message_request& message_request::adaptive_thinking() & {
  own().body.put("thinking", R"({"type":"adaptive"})");
  return *this;
}

message_request& message_request::thinking_budget(std::int64_t tokens) & {
  own().body.put("thinking", R"({"type":"enabled","budget_tokens":)" +
                                 count(tokens, 1024, "thinking_budget") + '}');
  return *this;
}

message_request& message_request::disable_thinking() & {
  own().body.put("thinking", R"({"type":"disabled"})");
  return *this;
}

message_request& message_request::effort(std::string_view level) & {
  own().body.put_in("output_config", "effort", filled(level, "effort"));
  return *this;
}

message_request& message_request::output_schema(std::string_view schema) & {
  own().body.put_in("output_config", "format",
                    output_format(detail::checked_object(schema, "output_schema")));
  return *this;
}

message_request& message_request::output_schema(const json::object& schema) & {
  return output_schema(detail::checked_json(json::value(schema), "output_schema"));
}

message_request& message_request::stop_sequence(std::string_view text) & {
  const std::string sequence = filled(text, "a stop sequence");
  own().body.push("stop_sequences", [&](std::string& out) { out += sequence; });
  return *this;
}

message_request& message_request::temperature(double value) & {
  own().body.put("temperature", fraction(value, "temperature"));
  return *this;
}

message_request& message_request::top_p(double value) & {
  own().body.put("top_p", fraction(value, "top_p"));
  return *this;
}

message_request& message_request::top_k(std::int64_t n) & {
  own().body.put("top_k", count(n, 0, "top_k"));
  return *this;
}

message_request& message_request::user_id(std::string_view id) & {
  own().body.put_in("metadata", "user_id", filled(id, "user_id"));
  return *this;
}

message_request& message_request::service_tier(std::string_view tier) & {
  own().body.put("service_tier", filled(tier, "service_tier"));
  return *this;
}

message_request& message_request::cache(std::string_view ttl) & {
  own().body.put("cache_control", ephemeral(ttl));
  return *this;
}

message_request& message_request::beta(std::string_view name) & {
  if (!http::is_token(name))
    refuse(
        "a beta's name is one word of letters, digits, '-', '.' and '_'; call beta once for each");
  std::vector<std::string>& betas = own().betas;
  if (std::find(betas.begin(), betas.end(), name) == betas.end()) betas.emplace_back(name);
  return *this;
}

}  // namespace reroute
