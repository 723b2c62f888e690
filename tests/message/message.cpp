// Answers: whole ones, strange ones, and what is none.
#include <reroute/message/message.hpp>

#include "tests/support/catch.hpp"

#include <boost/json.hpp>

#include <sstream>

using reroute::content_block;
using reroute::message;
using reroute::stop_reason;
using reroute::token_usage;

namespace {

const std::string whole = R"({"id":"msg_01","type":"message","role":"assistant",
  "model":"claude-opus-4-8","content":[
    {"type":"thinking","thinking":"Two numbers.","signature":"c2ln"},
    {"type":"text","text":"I'll "},
    {"type":"text","text":"add them.","citations":null},
    {"type":"tool_use","id":"toolu_1","name":"add","input":{"a":1,"b":[2]}},
    {"type":"server_tool_use","id":"srv_1","name":"web_search","input":{}}],
  "stop_reason":"tool_use","stop_sequence":"END","stop_details":null,"container":null,
  "usage":{"input_tokens":12,"output_tokens":34,"cache_creation_input_tokens":5,
    "cache_read_input_tokens":6,
    "cache_creation":{"ephemeral_5m_input_tokens":3,"ephemeral_1h_input_tokens":2},
    "server_tool_use":{"web_search_requests":1},"service_tier":"standard",
    "output_tokens_details":{"thinking_tokens":7}}})";

message read(const std::string& body) {
  std::string why;
  const auto answer = message::parse(body, &why);
  CAPTURE(body, why);
  REQUIRE(answer);
  CHECK(why.empty());
  return *answer;
}

std::string printed(const message& value) {
  std::ostringstream out;
  out << value;
  return out.str();
}

}  // namespace

TEST_CASE("a whole answer is read") {
  const message answer = read(whole);
  CHECK(answer.id() == "msg_01");
  CHECK(answer.role() == "assistant");
  CHECK(answer.model() == "claude-opus-4-8");
  CHECK(answer.text() == "I'll add them.");
  CHECK(answer.stop_reason() == stop_reason::tool_use);
  CHECK(answer.stop_sequence() == "END");
  CHECK(answer.json().at("container").is_null());

  const std::vector<content_block> content = answer.content();
  REQUIRE(content.size() == 5);
  CHECK(content[0].type() == "thinking");
  CHECK(content[0].thinking() == "Two numbers.");
  CHECK(content[0].signature() == "c2ln");
  CHECK(content[0].text().empty());
  CHECK(content[2].text() == "add them.");
  CHECK(content[4].type() == "server_tool_use");

  const std::vector<content_block> uses = answer.tool_uses();
  REQUIRE(uses.size() == 1);
  CHECK(uses[0].id() == "toolu_1");
  CHECK(uses[0].name() == "add");
  CHECK(uses[0].input().at("b").at(0).as_int64() == 2);
}

TEST_CASE("a plain answer names the model that answered, and the fallbacks on the way to it") {
  const std::string blocks =
      R"([{"type":"text","text":"a"},{"type":"fallback","from":{"model":"A"},"to":{"model":"B"}},)"
      R"({"type":"text","text":"b"}])";
  const message answer = read(R"({"type":"message","model":"A","content":)" + blocks + "}");
  CHECK(answer.model() == "B");
  REQUIRE(answer.fallbacks().size() == 1);
  CHECK(answer.fallbacks()[0] == reroute::model_fallback{"A", "B", ""});
  CHECK(printed(answer).find("by B") != std::string::npos);
  CHECK(read(whole).fallbacks().empty());
  for (const std::string strange : {"", R"(,"from":7,"to":{"model":null})", R"(,"to":[])"}) {
    const message odd = read(R"({"model":"A","content":[{"type":"fallback")" + strange + "}]}");
    CHECK(odd.model() == "A");
    CHECK(odd.fallbacks().empty());
  }
}

TEST_CASE("usage is read, member by member") {
  token_usage used;
  used.input_tokens = 12;
  used.output_tokens = 34;
  used.cache_creation_input_tokens = 5;
  used.cache_creation_5m_input_tokens = 3;
  used.cache_creation_1h_input_tokens = 2;
  used.cache_read_input_tokens = 6;
  used.thinking_tokens = 7;
  used.service_tier = "standard";
  CHECK(read(whole).usage() == used);
}

TEST_CASE("usage that is null, missing or of another form is nothing") {
  const auto usage = GENERATE(
      as<std::string>{}, "null", "7", "[]", "{}", R"({"input_tokens":null,"service_tier":null})",
      R"({"input_tokens":"12","output_tokens":-3,"cache_creation":null,"service_tier":1})",
      R"({"cache_creation":[],"output_tokens_details":{"thinking_tokens":null}})");
  CHECK(read(R"({"content":[],"usage":)" + usage + "}").usage() == token_usage());
}

TEST_CASE("blocks outlive their message, also a temporary one") {
  std::vector<content_block> content = read(whole).content();
  CHECK(content.at(1).text() == "I'll ");
  const content_block use = read(whole).tool_uses().at(0);
  content.clear();
  CHECK(use.input().at("a").as_int64() == 1);
}

TEST_CASE("copies share, moves empty") {
  message first = read(whole);
  first.set_route("azure");
  first.set_request_id("req_1");
  const message second = first;
  CHECK(&second.json() == &first.json());
  CHECK(second.route() == "azure");
  CHECK(second.request_id() == "req_1");
  const message third = std::move(first);
  CHECK(third.id() == "msg_01");
  CHECK(first.id().empty());  // NOLINT(bugprone-use-after-move): what users do by mistake
  CHECK(first.content().empty());
}

TEST_CASE("an empty message reads as empty") {
  const message none;
  CHECK(none.text().empty());
  CHECK(none.content().empty());
  CHECK(none.tool_uses().empty());
  CHECK(none.json().empty());
  CHECK(none.usage() == token_usage());
  CHECK(none.stop_reason() == stop_reason::none);
  CHECK(printed(none) == "none by none: none, 0 tokens in, 0 out");
}

TEST_CASE("what is new or strange is no failure") {
  const auto body =
      GENERATE(as<std::string>{}, R"({"type":"message"})", R"({"content":[]})",
               R"({"type":"message","content":null})", R"({"type":"message","content":"text"})",
               R"({"type":"message_v2","content":[]})", R"({"type":7,"content":[]})",
               R"({"content":[null,7,"x",[],{}]})", R"({"content":[{"type":null},{"type":"new"}]})",
               R"({"content":[],"id":7,"role":[],"model":{},"stop_reason":1,"usage":"much"})");
  const message answer = read(body);
  CHECK(answer.text().empty());
  CHECK(answer.tool_uses().empty());
  for (const content_block& each : answer.content())
    CHECK(each.text().empty());
  CHECK(answer.id().empty());
}

TEST_CASE("what is no answer is refused with a reason that does not quote it") {
  const auto [body, reason] = GENERATE(table<std::string, std::string>(
      {{"", "it is not JSON: incomplete JSON at byte 0"},
       {"<html>secret</html>", "it is not JSON: syntax error at byte 0"},
       {"null", "it is not a JSON object"},
       {R"([{"type":"message"}])", "it is not a JSON object"},
       {"{}", "it is neither of type \"message\" nor has it a \"content\" array"},
       {R"({"content":"text"})",
        "it is neither of type \"message\" nor has it a \"content\" array"},
       {R"({"type":"error","error":{"type":"overloaded_error"}})",
        "it is an error and not a message"},
       {R"({"type":"message"} {"type":"message"})", "it is not JSON: extra data at byte 19"},
       {"{\"type\":\"message\",\"id\":\"\xff\"}", "it is not JSON: syntax error at byte 24"}}));
  CAPTURE(body);
  std::string why;
  CHECK_FALSE(message::parse(body, &why));
  CHECK(why == reason);
  CHECK_FALSE(message::parse(body));
}

TEST_CASE("an answer that was cut off anywhere is none") {
  for (std::size_t size = 0; size < whole.size(); ++size) {
    const std::vector<char> exact(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(size));
    CAPTURE(size);
    REQUIRE_FALSE(message::parse(std::string_view(exact.data(), exact.size())));
  }
}

TEST_CASE("a bomb is refused, not followed") {
  const auto open = GENERATE(as<std::string>{}, "[", "{\"a\":");
  std::string bomb = R"({"type":"message","content":)";
  for (int i = 0; i < 200'000; ++i)
    bomb += open;
  std::string why;
  CHECK_FALSE(message::parse(bomb, &why));
  CHECK(why.starts_with("it is not JSON: too deep at byte "));
}

TEST_CASE("the greatest depth is 256") {
  const auto nested = [](std::size_t levels) {
    return R"({"type":"message","x":)" + std::string(levels, '[') + std::string(levels, ']') + "}";
  };
  CHECK(message::parse(nested(255)));
  CHECK_FALSE(message::parse(nested(256)));
}

TEST_CASE("a large answer is read whole") {
  std::string text(8'000'000, 'x');
  const message answer = read(R"({"content":[{"type":"text","text":")" + text + "\"}]}");
  CHECK(answer.text() == text);
}

TEST_CASE("a message prints one line without its content") {
  message answer = read(whole);
  answer.set_route("azure");
  CHECK(printed(answer) == "msg_01 by claude-opus-4-8 via azure: tool_use, 12 tokens in, 34 out");
  CHECK(printed(read(R"({"content":[],"id":"msg\nfaked log line","model":"a b"})")) ==
        "msg by a: none, 0 tokens in, 0 out");
}
