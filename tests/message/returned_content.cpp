// What goes back of an answer: all of it, but for what the API says and does not take.
#include "message/returned_content.hpp"

#include <reroute/message/message.hpp>
#include <reroute/message/message_request.hpp>

#include "tests/message/support.hpp"
#include "tests/support/catch.hpp"

#include <string>

using reroute::detail::returned_content;
using reroute::testing_message::bare;
using reroute::testing_message::body_of;

namespace {

const std::string tool = R"({"type":"tool_use","id":"t","name":"n","input":{"a":1}})";

std::string turn(const std::string& content) {
  const auto answer = reroute::message::parse(R"({"type":"message","content":)" + content + "}");
  REQUIRE(answer);
  return body_of(bare().append(*answer));
}

std::string input(const std::string& value) {
  return returned_content(R"([{"type":"tool_use","id":"t","name":"n","input":)" + value + "}]");
}

std::string with_input(const std::string& value) {
  return R"([{"type":"tool_use","id":"t","name":"n","input":)" + value + "}]";
}

}  // namespace

TEST_CASE("an answer's empty text does not go back, the rest does") {
  CHECK(turn(R"([{"type":"text","text":""},)" + tool + "]") ==
        R"({"model":"m","messages":[{"role":"assistant","content":[)" + tool + "]}]}");
  CHECK(
      turn(R"([{"type":"text","text":"a"},{"type":"text","text":""}])") ==
      R"({"model":"m","messages":[{"role":"assistant","content":[{"type":"text","text":"a"}]}]})");
}

TEST_CASE("an answer that has nothing else adds no turn") {
  const auto content = GENERATE(
      as<std::string>{}, R"([{"type":"text","text":""}])", R"([{"type":"text"}])",
      R"([{"type":"text","text":null}])", R"([ {"type":"text","text":" \n\t\r"} , null ])",
      R"([{"type":"text","text":"\u00a0\u3000\u2003\u205f\u0085 "}])",
      R"([{"type":"thinking","thinking":"cut","signature":""}])",
      R"([{"type":"thinking","thinking":"cut"},{"type":"text","text":"","citations":[]}])",
      R"([{"type":"thinking","thinking":"all","signature":"c2ln"}])",
      R"([{"type":"redacted_thinking","data":"xyz"},{"type":"text","text":""}])");
  CAPTURE(content);
  CHECK(returned_content(content).empty());
  CHECK(turn(content) == R"({"model":"m"})");
}

TEST_CASE("what the API takes goes back to the letter") {
  for (
      const std::string content :
      {R"([ {"type":"text","text":"  Hi\u0021", "citations":null} ])",
       R"([{"type":"text","text":"a ","citations":[{"type":"char_location"}]},{"type":"new","x":1.50}])",
       R"([{"type":"thinking","thinking":"","signature":"c2ln"},{"type":"text","text":"x"}])",
       R"([{"type":"redacted_thinking","data":"xyz"},{"type":"text","text":"x"}])",
       R"([{"type":"server_tool_use","id":"s","name":"web_search","input":{}},)"
       R"({"type":"web_search_tool_result","tool_use_id":"s","content":[]}])",
       R"([{"type":"thinking","thinking":"a","signature":"1"},)"
       R"({"type":"fallback","from":{"model":"A"},"to":{"model":"B"},"trigger":{"type":"refusal"}},)"
       R"({"type":"thinking","thinking":"b","signature":"2"},{"type":"text","text":"x"}])"})
    CHECK(returned_content(content) == content);
  CHECK(returned_content("").empty());
  CHECK(returned_content("[ ]").empty());
}

TEST_CASE("white space at the end of a turn is cut, and nowhere else") {
  CHECK(returned_content(
            R"([{"type":"text","text":" a \n"},{"type":"text","text":"\u00fcb\u00a0\n "}])") ==
        "[{\"type\":\"text\",\"text\":\" a \\n\"},{\"type\":\"text\",\"text\":\"\xc3\xbc"
        "b\"}]");
  // the end is behind what goes away
  CHECK(returned_content(R"([{"type":"text","text":"a "},{"type":"text","text":" "}])") ==
        R"([{"type":"text","text":"a"}])");
}

TEST_CASE("thinking does not end a turn") {  // max_tokens was reached in the midst of it
  CHECK(returned_content(
            R"([{"type":"text","text":"a "},{"type":"thinking","thinking":"b","signature":"1"},)"
            R"({"type":"redacted_thinking","data":"c"}])") == R"([{"type":"text","text":"a"}])");
}

TEST_CASE("the input of a tool use that is no object becomes one") {
  CHECK(returned_content(R"([{"type":"tool_use","id":"t","name":"n"}])") == with_input("{}"));
  CHECK(input("null") == with_input("{}"));
  CHECK(input(R"("")") == with_input("{}"));
  CHECK(input(R"("{\"a\": 1}")") == with_input(R"({"a": 1})"));
  CHECK(input(R"("{\"keywords\": Dave}")") ==
        with_input(R"({"INVALID_JSON":"{\"keywords\": Dave}"})"));
  CHECK(input("[1, 2]") == with_input(R"({"INVALID_JSON":"[1, 2]"})"));
}

TEST_CASE("what SDKs add to a text for their users does not go back") {
  CHECK(returned_content(
            R"([{"type":"text","text":"{}","parsed_output":{"a":[1]},"parsed":null}])") ==
        R"([{"type":"text","text":"{}"}])");
}
