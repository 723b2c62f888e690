// The typed members of a request, on a name and on a temporary, and what they refuse.
#include <reroute/message/message_request.hpp>

#include "tests/message/support.hpp"
#include "tests/support/catch.hpp"

#include <boost/json.hpp>

#include <functional>
#include <limits>

using reroute::message_request;
using reroute::testing_message::bare;
using reroute::testing_message::body_of;
using reroute::testing_message::refusal;
namespace json = boost::json;

namespace {

constexpr const char* schema = R"({"type":"object"})";

struct setter_case {
  std::string says;
  std::function<void(message_request&)> on_a_name;
  std::function<message_request(message_request&&)> on_a_temporary;
};

// the same call on both, so that neither overload can drift
#define SETTER(SAYS, CALL)                                    \
  setter_case {                                               \
    SAYS, [](message_request& r) { r.CALL; },                 \
        [](message_request&& r) { return std::move(r).CALL; } \
  }

const std::vector<setter_case>& setters() {
  static const std::vector<setter_case> all = {
      SETTER(R"("max_tokens":0)", max_tokens(0)),
      SETTER(R"("system":"Be brief.")", system("Be brief.")),
      SETTER(R"("system":[])", system(message_request::blocks())),
      SETTER(R"("messages":[{"role":"user","content":"a"}])", user("a")),
      SETTER(R"("messages":[{"role":"assistant","content":"a"}])", assistant("a")),
      SETTER(R"("messages":[{"role":"system","content":"a"}])", message("system", "a")),
      SETTER(R"("tools":[{"name":"add","description":"Adds.","input_schema":{"type":"object"}}])",
             tool("add", "Adds.", schema)),
      SETTER(R"("tools":[{"name":"add","input_schema":{"type":"object"}}])",
             tool("add", "", json::object({{"type", "object"}}))),
      SETTER(R"("tools":[{"type":"web_search_20250305","name":"web_search"}])",
             tool(json::object({{"type", "web_search_20250305"}, {"name", "web_search"}}))),
      SETTER(R"("tools":[{"name":"a","input_schema":{}},{"name":"b","input_schema":{}}])",
             tool("a", "", "{}").tool("b", "", " {} ")),
      SETTER(R"("tool_choice":{"type":"auto"})", tool_choice("auto")),
      SETTER(R"("tool_choice":{"type":"any"})", tool_choice("any")),
      SETTER(R"("tool_choice":{"type":"none"})", tool_choice("none")),
      SETTER(R"("tool_choice":{"type":"tool","name":"add"})", force_tool("add")),
      SETTER(R"("tool_choice":{"type":"any"})", force_tool("add").tool_choice("any")),
      SETTER(R"("tool_choice":{"type":"auto","disable_parallel_tool_use":true})",
             disable_parallel_tool_use()),
      SETTER(R"("tool_choice":{"disable_parallel_tool_use":true,"type":"any"})",
             disable_parallel_tool_use().tool_choice("any")),
      SETTER(R"("tool_choice":{"disable_parallel_tool_use":true,"type":"tool","name":"add"})",
             disable_parallel_tool_use().force_tool("add")),
      SETTER(R"("tool_choice":{"type":"tool","name":"add","disable_parallel_tool_use":true})",
             force_tool("add").disable_parallel_tool_use()),
      SETTER(R"("tool_choice":{"type":"none"})", disable_parallel_tool_use().tool_choice("none")),
      SETTER(R"("thinking":{"type":"adaptive"})", adaptive_thinking()),
      SETTER(R"("thinking":{"type":"enabled","budget_tokens":1024})", thinking_budget(1024)),
      SETTER(R"("thinking":{"type":"disabled"})", thinking_budget(2048).disable_thinking()),
      SETTER(R"("output_config":{"effort":"high"})", effort("low").effort("high")),
      SETTER(R"("output_config":{"effort":"max","format":{"type":"json_schema",)"
             R"("schema":{"type":"object"}}})",
             effort("max").output_schema(schema)),
      SETTER(R"("output_config":{"format":{"type":"json_schema","schema":{}}})",
             output_schema(json::object())),
      SETTER(R"("stop_sequences":["END","\n\n"])", stop_sequence("END").stop_sequence("\n\n")),
      SETTER(R"("temperature":0.7)", temperature(0.7)),
      SETTER(R"("temperature":1)", temperature(1)),
      SETTER(R"("top_p":0.95)", top_p(0.95)),
      SETTER(R"("top_k":40)", top_k(40)),
      SETTER(R"("metadata":{"user_id":"u-1"})", user_id("u-1")),
      SETTER(R"("service_tier":"standard_only")", service_tier("standard_only")),
      SETTER(R"("cache_control":{"type":"ephemeral"})", cache()),
      SETTER(R"("cache_control":{"type":"ephemeral","ttl":"1h"})", cache().cache("1h")),
      SETTER(R"("a":[1,null])", set("a", {1, nullptr})),
      SETTER(R"("a":"b")", set("a", "b")),
      SETTER(R"("a":1.50)", set_json("a", " 1.50\n")),
      SETTER(R"("b":2)", set("a", 1).set("b", 2).erase("a")),
  };
  return all;
}

}  // namespace

TEST_CASE("each setter says what the API documents, on a name and on a temporary") {
  for (const setter_case& each : setters()) {
    CAPTURE(each.says);
    auto request = bare();
    each.on_a_name(request);
    CHECK(body_of(request) == R"({"model":"m",)" + each.says + "}");
    CHECK(each.on_a_temporary(bare()) == request);
    CHECK(json::serialize(json::parse(body_of(request))) == json::serialize(request.json()));
  }
}

TEST_CASE("betas go beside the body, each once") {
  auto request = bare().beta("context-1m-2025-08-07").beta("b").beta("b");
  request.beta("context-1m-2025-08-07");
  CHECK(request.betas() == std::vector<std::string>{"context-1m-2025-08-07", "b"});
  CHECK(request.encode(reroute::operation::create).betas() == request.betas());
  CHECK(body_of(request) == R"({"model":"m"})");
}

TEST_CASE("a beta that would break out of its header is refused") {
  const auto name = GENERATE(as<std::string>{}, "", "a,b", "a\r\nx-api-key: b", "a b", "a\n", "é",
                             std::string("a\0b", 3));
  auto request = bare();
  CHECK(
      refusal([&] { request.beta(name); }) ==
      "message_request: a beta's name is one word of letters, digits, '-', '.' and '_'; call beta "
      "once for each");
  CHECK(request.betas().empty());
}

TEST_CASE("what the API is known to refuse is refused by name, and changes nothing") {
  using request_change = std::function<void(message_request&)>;
  constexpr double nan = std::numeric_limits<double>::quiet_NaN();
  const std::vector<std::pair<std::string, request_change>> wrong = {
      {"max_tokens is -1; it must be at least 0", [](auto& r) { r.max_tokens(-1); }},
      {"thinking_budget is 1023; it must be at least 1024",
       [](auto& r) { r.thinking_budget(1023); }},
      {"top_k is -1; it must be at least 0", [](auto& r) { r.top_k(-1); }},
      {"temperature must be a number from 0 to 1", [](auto& r) { r.temperature(1.1); }},
      {"temperature must be a number from 0 to 1", [](auto& r) { r.temperature(nan); }},
      {"top_p must be a number from 0 to 1", [](auto& r) { r.top_p(-0.1); }},
      {"a tool's name must not be empty", [](auto& r) { r.tool("", "d", "{}"); }},
      {"the input_schema of tool \"t\" cannot be sent: it is not JSON: incomplete JSON at byte 1",
       [](auto& r) { r.tool("t", "d", "{"); }},
      {"the input_schema of tool \"t\" must be a JSON object",
       [](auto& r) { r.tool("t", "d", "[]"); }},
      {"a tool's description is not valid UTF-8 at byte 1; convert it to UTF-8 first",
       [](auto& r) { r.tool("t", "d\xff", "{}"); }},
      {"a tool's definition needs a \"name\" or a \"type\"",
       [](auto& r) { r.tool(json::object()); }},
      {"tool_choice must be \"auto\", \"any\" or \"none\"; force_tool names a tool",
       [](auto& r) { r.tool_choice("tool"); }},
      {"the name for force_tool must not be empty", [](auto& r) { r.force_tool(""); }},
      {"effort must not be empty", [](auto& r) { r.effort(""); }},
      {"output_schema must be a JSON object", [](auto& r) { r.output_schema("7"); }},
      {"a stop sequence must not be empty", [](auto& r) { r.stop_sequence(""); }},
      {"user_id must not be empty", [](auto& r) { r.user_id(""); }},
      {"service_tier must not be empty", [](auto& r) { r.service_tier(""); }},
      {"the ttl of cache is not valid UTF-8 at byte 0; convert it to UTF-8 first",
       [](auto& r) { r.cache("\xff"); }},
      {"the system text is not valid UTF-8 at byte 0; convert it to UTF-8 first",
       [](auto& r) { r.system("\xff"); }},
  };
  const message_request before = bare();
  for (const auto& each : wrong) {
    message_request request = before;
    CHECK(refusal([&] { each.second(request); }) == "message_request: " + each.first);
    CHECK(request == before);
  }
}
