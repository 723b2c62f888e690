// A request as a value: turns, order, copies, moves, comparing and printing.
#include <reroute/message/message.hpp>
#include <reroute/message/message_request.hpp>

#include "tests/message/support.hpp"
#include "tests/support/catch.hpp"

#include <boost/json.hpp>

#include <sstream>
#include <type_traits>

using reroute::content_block;
using reroute::message;
using reroute::message_request;
using reroute::operation;
using reroute::testing_message::bare;
using reroute::testing_message::body_of;
using reroute::testing_message::refusal;

static_assert(!std::is_aggregate_v<message_request> && !std::is_aggregate_v<content_block> &&
              !std::is_aggregate_v<message>);
static_assert(std::is_nothrow_move_constructible_v<message_request>);
static_assert(std::is_same_v<decltype(message_request("m").max_tokens(1)), message_request>,
              "a name bound to a chained temporary must not dangle");

TEST_CASE("a request says what was asked, in the order in which it was asked") {
  const auto request = message_request("claude-opus-4-8").max_tokens(256).user("Say \"hello\".\n");
  CHECK(body_of(request) == R"({"model":"claude-opus-4-8","max_tokens":256,)"
                            R"("messages":[{"role":"user","content":"Say \"hello\".\n"}]})");
}

TEST_CASE("turns keep their order, whatever is set between them") {
  auto request = bare();
  request.user("one").assistant("two").system("be brief").user("three").message("system", "four");
  CHECK(body_of(request) == R"({"model":"m","messages":[{"role":"user","content":"one"},)"
                            R"({"role":"assistant","content":"two"},)"
                            R"({"role":"user","content":"three"},)"
                            R"({"role":"system","content":"four"}],"system":"be brief"})");
}

TEST_CASE("a turn holds blocks, one by one or as a list") {
  const content_block a = content_block::text("a");
  const content_block b = content_block::text("b").cache();
  const std::string blocks = R"([{"type":"text","text":"a"},)"
                             R"({"type":"text","text":"b","cache_control":{"type":"ephemeral"}}])";
  const std::string user = R"({"model":"m","messages":[{"role":"user","content":)" + blocks + "}]}";
  CHECK(body_of(bare().user(a, b)) == user);
  CHECK(body_of(bare().user({a, b})) == user);
  CHECK(body_of(bare().message("user", {a, b})) == user);
  auto named = bare();
  CHECK(body_of(named.user(a, b)) == user);
  CHECK(
      body_of(bare().assistant(a)) ==
      R"({"model":"m","messages":[{"role":"assistant","content":[{"type":"text","text":"a"}]}]})");
  CHECK(body_of(bare().system(a, b)) == R"({"model":"m","system":)" + blocks + "}");
  CHECK(body_of(bare().system({a, b})) == R"({"model":"m","system":)" + blocks + "}");
}

TEST_CASE("an answer is appended to the letter") {
  const std::string content =
      R"([ {"type":"thinking","thinking":"h\u00e9","signature":"c2ln"},)"
      R"({"type":"tool_use","id":"t1","name":"add","input":{"n":123456789012345678901234567890,)"
      R"("x":0.1000}}, {"type":"future","y":null} ])";
  const auto answer = message::parse(R"({"type":"message","role":"assistant","content":)" +
                                     content + R"(,"stop_reason":"tool_use"})");
  REQUIRE(answer);
  auto request = bare().user("go");
  request.append(*answer).user(content_block::tool_result(answer->tool_uses().at(0).id(), "7"));
  CHECK(body_of(request) ==
        R"({"model":"m","messages":[{"role":"user","content":"go"},)"
        R"({"role":"assistant","content":)" +
            content +
            R"(},{"role":"user","content":[{"type":"tool_result","tool_use_id":"t1",)"
            R"("content":"7"}]}]})");
}

TEST_CASE("an answer that says its content twice is appended as it was read") {
  const auto answer = message::parse(R"({"content":[{"type":"text","text":"a"}],)"
                                     R"("\u0063ontent":[{"type":"text","text":"b"}]})");
  REQUIRE(answer);
  CHECK(answer->text() == "b");
  CHECK(
      body_of(bare().append(*answer)) ==
      R"({"model":"m","messages":[{"role":"assistant","content":[{"type":"text","text":"b"}]}]})");
}

TEST_CASE("an answer without content adds no turn") {
  const auto body = GENERATE(as<std::string>{}, R"({"type":"message"})", R"({"content":[ ]})",
                             R"({"type":"message","content":null})");
  CHECK(body_of(bare().append(*message::parse(body))) == R"({"model":"m"})");
  CHECK(body_of(bare().append(message())) == R"({"model":"m"})");
}

TEST_CASE("copies are deep, moves leave nothing behind") {
  auto first = message_request("m").max_tokens(1).user("a");
  message_request second = first;
  CHECK(first == second);
  second.user("b");
  CHECK_FALSE(first == second);
  CHECK(body_of(first).find("\"b\"") == std::string::npos);
  first = second;
  CHECK(first == second);

  const message_request moved = std::move(first);
  CHECK(moved == second);
  CHECK_FALSE(first == second);  // NOLINT(bugprone-use-after-move): what users do by mistake
  CHECK(first.model().empty());
  CHECK(first.betas().empty());
  const std::string gone =
      "message_request: this request was moved from; assign another one before using it";
  CHECK(refusal([&] { first.user("x"); }) == gone);
  CHECK(refusal([&] { static_cast<void>(first.encode(operation::create)); }) == gone);
  CHECK(refusal([&] { static_cast<void>(first.json()); }) == gone);
  const message_request copy_of_moved = first;
  CHECK(copy_of_moved == first);
  first = second;
  CHECK(body_of(first) == body_of(second));
}

TEST_CASE("requests differ by model, betas, members and order") {
  const auto request = message_request("m").max_tokens(1).user("a");
  CHECK_FALSE(request == message_request("n").max_tokens(1).user("a"));
  CHECK_FALSE(request == message_request("m").max_tokens(1).user("a").beta("x"));
  CHECK_FALSE(request == message_request("m").user("a"));
  CHECK_FALSE(bare().user("a").system("b") == bare().system("b").user("a"));
}

TEST_CASE("a request reads back as JSON") {
  const boost::json::object body =
      message_request("m").max_tokens(1).user("a").beta("not-in-the-body").json();
  CHECK(boost::json::serialize(body) ==
        R"({"model":"m","max_tokens":1,"messages":[{"role":"user","content":"a"}]})");
}

TEST_CASE("a request prints without its content") {
  std::ostringstream out;
  out << message_request("claude-opus-4-8").max_tokens(9).user("secret").assistant("too");
  CHECK(out.str().find("message_request(claude-opus-4-8, 2 messages, ") == 0);
  CHECK(out.str().find("secret") == std::string::npos);
}

TEST_CASE("a request that cannot be answered is not encoded") {
  const auto why = [](const message_request& request, operation op) {
    return refusal([&] { static_cast<void>(request.encode(op)); });
  };
  CHECK(why(message_request("m").max_tokens(1), operation::create) ==
        "message_request: there is no message; add one, e.g. user(\"Hello\")");
  CHECK(why(message_request("m"), operation::count_tokens).find("no message") != std::string::npos);
  CHECK(why(bare(), operation::create) == "nothing");  // an existing body is the caller's
  CHECK(body_of(message_request("m").user("a")) ==
        R"({"model":"m","max_tokens":1024,"messages":[{"role":"user","content":"a"}]})");
  CHECK(body_of(message_request("m").user("a"), operation::count_tokens) ==
        R"({"model":"m","messages":[{"role":"user","content":"a"}]})");
  CHECK(
      body_of(message_request("m").user("a"), operation::stream) ==
      R"({"model":"m","max_tokens":1024,"messages":[{"role":"user","content":"a"}],"stream":true})");
  CHECK(body_of(bare(), operation::stream) == R"({"model":"m","stream":true})");
  CHECK(message_request("m").max_tokens(7).user("a").encode(operation::stream).max_tokens() == 7);
}

TEST_CASE("turns that the API is known to refuse are refused, and change nothing") {
  auto request = bare().user("a");
  const message_request before = request;
  CHECK(refusal([&] { request.user(""); }) ==
        "message_request: the text of the user's turn is empty; the API refuses it");
  CHECK(
      refusal([&] { request.assistant("\xff"); }) ==
      "message_request: the text of the assistant's turn is not valid UTF-8 at byte 0; convert it "
      "to UTF-8 first");
  CHECK(refusal([&] { request.user(message_request::blocks()); }).find("no content blocks") !=
        std::string::npos);
  CHECK(refusal([&] { request.message("", "a"); }).find("needs a role") != std::string::npos);
  CHECK(refusal([&] { request.message("\xff", "a"); }).find("a role is not valid UTF-8") !=
        std::string::npos);
  content_block block = content_block::text("a");
  const content_block taken = std::move(block);
  CHECK(refusal([&] { request.user(taken, block); }).find("moved from") !=  // NOLINT
        std::string::npos);
  CHECK(request == before);
  request.user("b");
  CHECK(body_of(request) == R"({"model":"m","messages":[{"role":"user","content":"a"},)"
                            R"({"role":"user","content":"b"}]})");
}

TEST_CASE("a model needs a name that can be sent") {
  CHECK(refusal([] { message_request(""); }) ==
        "message_request: the model is empty; name one, e.g. \"claude-opus-4-8\"");
  CHECK(refusal([] { message_request("\xff"); }).find("the model is not valid UTF-8") !=
        std::string::npos);
}
