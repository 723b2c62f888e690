// A 2xx that is not what was asked for: used where it can be, never paid for again, and told.
#include "tests/client/rig.hpp"
#include "tests/client/stream_rig.hpp"
#include "tests/support/catch.hpp"

#include <boost/json/parse.hpp>

#include <sstream>

using namespace std::chrono_literals;
using reroute::category;
using reroute::errc;
using tests::always;
using tests::good;
using tests::rig;
using tests::says;
using tests::stream_rig;
using tests::streamed;
using tests::streamed_answer;
using line = reroute::testing::line;

namespace {

using fields = reroute::http::headers;

// empty: none
reroute::http::response with_type(reroute::http::response said, const std::string& type) {
  said.headers.remove("content-type");
  if (!type.empty()) said.headers.set("content-type", type);
  return said;
}

reroute::http::response said(std::string body, const std::string& type = "application/json",
                             int status = 200) {
  reroute::http::response all;
  all.status = status;
  all.body = std::move(body);
  return with_type(std::move(all), type);
}

const std::string whole_message =
    R"({"id":"msg_1","type":"message","role":"assistant","model":"claude","content":[)"
    R"({"type":"thinking","thinking":"Hm","signature":"Eq=="},{"type":"text","text":"hello"},)"
    R"({"type":"tool_use","id":"t","name":"n","input":{"a": 1.50}}],)"
    R"("stop_reason":"tool_use","stop_sequence":null,"usage":{"input_tokens":3,"output_tokens":4}})";

std::string chat_completion_stream() {
  return "data: {\"id\":\"chatcmpl-1\",\"choices\":[{\"delta\":{\"content\":\"Hi\"}}]}\n\n"
         "data: [DONE]\n\n";
}

// of one call, which streams or not
reroute::outcome end_of(stream_rig& r, bool stream) {
  if (stream) return r.run().story;
  reroute::outcome end;
  r.claude->async_create(stream_rig::question(),
                         [&](std::error_code, reroute::outcome result) { end = result; });
  r.time->run(r.io);
  return end;
}

}  // namespace

TEST_CASE("an event stream is one, whatever its content type says") {
  const auto type = GENERATE(as<std::string>(), "text/plain", "application/json",
                             "application/octet-stream", "text/event-stream", "");
  const auto piece = GENERATE(as<std::size_t>(), 1, 5, 0);
  const auto before =
      GENERATE(as<std::string>(), "", "\xef\xbb\xbf", "\n\n", ": hello\n\n", "retry: 10\n\n");
  CAPTURE(type, piece, before);
  stream_rig r;
  auto answer = with_type(good(), type);
  answer.body = before + answer.body;
  r.a->expect("POST", "/v1/messages").says(line(std::move(answer)).in_pieces(piece)).always();
  const streamed got = r.run();
  CHECK_FALSE(got.error);
  CHECK(got.text == "hello");
  CHECK(got.story.attempts.size() == 1);
  CHECK(r.a->heard().size() == 1);
}

TEST_CASE("a whole message instead of a stream is handed out as its events") {
  const auto type = GENERATE(as<std::string>(), "application/json", "text/event-stream", "");
  const auto piece = GENERATE(as<std::size_t>(), 1, 0);
  stream_rig r;
  r.a->expect("POST", "/v1/messages")
      .says(line(said("\n " + whole_message, type)).in_pieces(piece));
  const streamed got = r.run();
  CHECK_FALSE(got.error);
  CHECK(got.events ==
        "message_start content_block_start thinking(Hm) signature(Eq==) content_block_stop "
        "content_block_start text(hello) content_block_stop content_block_start "
        "input_json({\"a\": 1.50}) content_block_stop message_delta message_stop");
  REQUIRE(got.whole);
  CHECK((got.whole->json() == boost::json::parse(whole_message).as_object()));
  CHECK(got.whole->route() == "anthropic");
  CHECK(got.story.answered());
  CHECK(got.story.attempts.size() == 1);
  CHECK(r.a->heard().size() == 1);
  CHECK(r.claude->stats().streams == 0);
  CHECK(r.claude->routes()[0].in_flight == 0);
}

TEST_CASE("an event stream instead of a message is put together") {
  rig r(always(says(200,
                    streamed_answer().start("claude-opus-4-8").text("hello", 2).ping().stop().str(),
                    {{"content-type", "text/event-stream"}})));
  const auto end = r.run();
  REQUIRE(end.result.answer);
  CHECK(end.result.answer->text() == "hello");
  CHECK(end.result.answer->usage().output_tokens == 20);
  CHECK(end.result.answer->route() == "anthropic");
  CHECK(end.result.attempts.size() == 1);
}

TEST_CASE("an error event instead of a message is that error, by the route's resolver") {
  rig r(always(says(200, streamed_answer().start().error("overloaded_error").str())));
  const auto end = r.run();
  CHECK(end.result.route() == "azure");
  CHECK(end.result.attempts[0].error.category == category::overloaded);
  CHECK(end.result.attempts[0].error.status == 529);
}

TEST_CASE("an answer that cannot be read, and may be billed, is not asked for again") {
  const std::string body = GENERATE(
      as<std::string>(), R"({"id":"chatcmpl-1","choices":[{"message":{"content":"Hi"}}]})",
      R"([{"usage":{"output_tokens":7}}])",
      R"({"id":"msg_1","type":"message","content":[{"type":"te)",
      streamed_answer().start().unfinished("half an answer").str(), chat_completion_stream());
  for (const bool stream : {false, true}) {
    if (stream && body.starts_with("event")) continue;  // a stream that was cut off, told elsewhere
    CAPTURE(body, stream);
    reroute::outcome end;
    std::size_t asked = 0, others = 0;
    if (stream) {
      stream_rig r;
      r.a->expect("POST", "/v1/messages").answers(said(body, "text/plain")).always();
      r.b->expect("POST", "/v1/messages").answers(good()).always();
      end = r.run().story;
      asked = r.a->heard().size();
      others = r.b->heard().size();
    } else {
      rig r(always(says(200, body, {{"content-type", "text/plain"}})));
      end = r.run().result;
      asked = r.a->requests.size();
      others = r.b->requests.size();
    }
    CHECK(asked == 1);
    CHECK(others == 0);
    CHECK(end.stopped == reroute::stopped::permanent);
    CHECK(end.error.cause == errc::malformed_answer);
    CHECK(end.possibly_billed() == 1);
    CHECK(end.error.message.find("(200, text/plain, " + std::to_string(body.size()) +
                                 " bytes, begins with \"" + body.substr(0, 6)) !=
          std::string::npos);
  }
}

TEST_CASE(
    "where nothing of it can have been billed, another route is asked, but this one not again") {
  struct row {
    int status;
    std::string body, type;
  };
  const row each = GENERATE(row{200, "", "application/json"}, row{204, "", ""},
                            row{200, "<html><body>captive portal</body></html>", "text/html"},
                            row{200, "upstream connect error", "text/plain"}, row{200, "{}", "x"},
                            row{202, R"({"message":"accepted"})", "application/json"},
                            row{200, "data: {]\n\n", "text/event-stream"});
  for (const bool stream : {false, true}) {
    CAPTURE(each.body, stream);
    stream_rig r;
    r.a->expect("POST", "/v1/messages").answers(said(each.body, each.type, each.status)).always();
    r.b->expect("POST", "/v1/messages").answers(said(each.body, each.type, each.status)).always();
    const reroute::outcome end = end_of(r, stream);
    CHECK(r.a->heard().size() == 1);
    CHECK(r.b->heard().size() == 1);
    CHECK(end.error.cause == errc::malformed_answer);
    const std::string& told = end.error.message;
    CAPTURE(told);
    CHECK(told.find("(" + std::to_string(each.status) + ", " +
                    (each.type.empty() ? "no content type" : each.type) + ", " +
                    std::to_string(each.body.size()) + " bytes") != std::string::npos);
    if (each.body.empty()) {
      CHECK(told.find("it is empty") != std::string::npos);
    } else {
      CHECK(told.find("begins with \"" + each.body.substr(0, each.body.find('\n'))) !=
            std::string::npos);
    }
    // with one route there is no other
    CHECK_FALSE(end.error.retryable);
  }
}

TEST_CASE("a token count that cannot be read costs nothing, and another route is asked") {
  stream_rig r;
  r.a->expect("POST", "/count_tokens").answers(said(R"({"id":"x","usage":{}})")).always();
  r.b->expect("POST", "/count_tokens").answers(said(R"({"input_tokens":7})"));
  std::optional<reroute::outcome> end;
  r.claude->async_count_tokens(stream_rig::question(),
                               [&](std::error_code, reroute::outcome result) { end = result; });
  r.time->run(r.io);
  REQUIRE(end);
  CHECK(end->route() == "azure");
  CHECK(r.a->heard().size() == 1);
}

TEST_CASE("what comes in the place of an answer shows no credential, and is cut") {
  for (const bool stream : {false, true}) {
    stream_rig r;
    r.a->expect("POST", "/v1/messages")
        .answers(said("<html> canary-key-a sk-ant-api03-canary-canary \n\x1b[31m" +
                      std::string(9000, 'x')));
    r.b->expect("POST", "/v1/messages").answers(said("<html> canary-key-b", "text/canary-key-b"));
    const reroute::outcome end = end_of(r, stream);
    REQUIRE(end.attempts.size() == 2);
    for (const reroute::attempt& each : end.attempts) {
      CAPTURE(each.error.message);
      CHECK(each.error.message.find("canary") == std::string::npos);
      CHECK(each.error.message.find("<html> [hidden]") != std::string::npos);
      CHECK(each.error.message.size() < 250);
    }
  }
}

TEST_CASE("a message_start that comes twice is one") {
  streamed_answer twice;
  twice.start().start().text("hello", 2).stop();
  streamed_answer late;
  late.start().text("hello", 2).start().stop();
  for (const streamed_answer& each : {twice, late}) {
    stream_rig r;
    r.a->expect("POST", "/v1/messages").answers(each.response()).always();
    const streamed got = r.run();
    CHECK_FALSE(got.error);
    REQUIRE(got.whole);
    CHECK(got.whole->text() == "hello");
    CHECK(got.events.find("message_start", 1) == std::string::npos);
    CHECK(r.a->heard().size() == 1);
  }
}

TEST_CASE("a stream that is none is not asked for again") {
  streamed_answer other;
  other.start().event("message_start",
                      R"({"type":"message_start","message":{"id":"another","content":[]}})");
  streamed_answer broken;
  broken.start().event("content_block_start", "{oops");
  streamed_answer no_index;
  no_index.start().event("content_block_delta", "{}");
  streamed_answer no_start;
  no_start.text("no start");
  for (const streamed_answer& each : {other, broken, no_index, no_start}) {
    stream_rig r;
    r.a->expect("POST", "/v1/messages").answers(each.response()).always();
    const streamed got = r.run();
    CHECK(r.a->heard().size() == 1);
    CHECK(r.b->heard().empty());
    REQUIRE(got.error);
    CHECK(got.error->code() == errc::malformed_answer);
    CHECK(got.error->error().message.find("(200, text/event-stream; charset=utf-8, ") !=
          std::string::npos);
  }
}

TEST_CASE("a stream without a word is an empty answer") {
  stream_rig r;
  r.a->expect("POST", "/v1/messages").answers(said("\n\n", "text/event-stream"));
  r.b->expect("POST", "/v1/messages").answers(good("from b"));
  const streamed got = r.run();
  CHECK(got.text == "from b");
  CHECK(r.a->heard().size() == 1);
  CHECK(got.story.attempts[0].error.message.find("it is empty (200, text/event-stream, 2 bytes)") !=
        std::string::npos);
}
