// How to go on after a stream broke off, by model.
#include <reroute/message/resume_hint.hpp>

#include "tests/message/support.hpp"
#include "tests/support/catch.hpp"

#include <boost/json/serialize.hpp>

#include <string>

using reroute::message;
using reroute::message_request;
using reroute::resume_hint;
using way = resume_hint::way;

namespace {

message partial(const std::string& model, const std::string& content) {
  const auto read =
      message::parse(R"({"type":"message","model":")" + model + R"(","content":)" + content + "}");
  REQUIRE(read);
  return *read;
}

way way_of(const std::string& model) {
  return resume_hint(partial(model, R"([{"type":"text","text":"a"}])")).how();
}

}  // namespace

TEST_CASE("models up to 4.5 take a prefill, newer and unknown ones do not") {
  for (const auto* old : {"claude-2.1", "claude-3-opus-20240229", "claude-3-5-haiku@20241022",
                          "claude-opus-4-20250514", "claude-opus-4-1-20250805", "claude-haiku-4-5",
                          "claude-opus-4-5-20251101", "anthropic.claude-3-haiku-20240307-v1:0",
                          "us.anthropic.claude-sonnet-4-20250514-v1:0"})
    CHECK(way_of(old) == way::prefill);
  for (const auto* fresh :
       {"claude-opus-4-6", "claude-opus-4-8", "claude-sonnet-5", "claude-opus-5-1",
        "anthropic.claude-opus-4-6-v1:0", "opus-prod", "", "claude-next-20270101"})
    CHECK(way_of(fresh) == way::ask_again);
}

TEST_CASE("behind a server-side fallback the model that went on counts") {
  const std::string content =
      R"([{"type":"text","text":"a"},{"type":"fallback","from":{"model":"claude-opus-4-8"},)"
      R"("to":{"model":"claude-opus-4-5"}},{"type":"text","text":"b"}])";
  const resume_hint hint(partial("claude-opus-4-8", content));
  CHECK(hint.how() == way::prefill);
  CHECK(hint.text() == "ab");
}

TEST_CASE("the text so far goes into the next request") {
  const auto question = message_request("claude").max_tokens(9).user("Tell me.");
  const resume_hint old(partial("claude-opus-4-5", R"([{"type":"text","text":"Once upon \n"}])"));
  CHECK(old.text() == "Once upon");  // the API refuses white space at a prefill's end
  CHECK(boost::json::serialize(old.apply(question).json().at("messages")) ==
        R"([{"role":"user","content":"Tell me."},{"role":"assistant","content":"Once upon"}])");
  const resume_hint fresh(partial("claude-opus-4-8", R"([{"type":"text","text":"Once upon "}])"));
  CHECK(fresh.text() == "Once upon ");
  const std::string next = boost::json::serialize(fresh.apply(question).json().at("messages"));
  CHECK(next.find("Once upon \\n\\nContinue from where you left off.") != std::string::npos);
  CHECK(next.find("\"assistant\"") == std::string::npos);
}

TEST_CASE("without text there is nothing to go on from, and thinking takes no prefill") {
  const auto question = message_request("claude").max_tokens(9).user("Tell me.");
  for (const auto* content : {"[]", R"([{"type":"text","text":" \n"}])",
                              R"([{"type":"tool_use","id":"t","name":"n","input":{}}])"}) {
    const resume_hint none(partial("claude-opus-4-5", content));
    CHECK(none.how() == way::restart);
    CHECK(none.apply(question) == question);
  }
  CHECK(resume_hint(message()).how() == way::restart);
  CHECK(resume_hint(partial("claude-opus-4-5",
                            R"([{"type":"thinking","thinking":"x"},{"type":"text","text":"a"}])"))
            .how() == way::ask_again);
}
