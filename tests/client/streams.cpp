// Streams: typed events, failover before the first content, honest errors after it.
#include "tests/client/stream_rig.hpp"
#include "tests/support/catch.hpp"

#include <boost/json/value.hpp>

#include <algorithm>
#include <sstream>

using namespace std::chrono_literals;
using reroute::category;
using reroute::errc;
using reroute::resume_hint;
using reroute::stopped;
using tests::good;
using tests::stream_rig;
using tests::streamed;
using tests::streamed_answer;
using line = reroute::testing::line;
namespace faces = reroute::testing::faces;

namespace {

constexpr auto good_events =
    "message_start content_block_start text(he) text(ll) text(o) content_block_stop message_delta "
    "message_stop";

streamed_answer everything() {
  return streamed_answer()
      .start("claude-opus-4-8")
      .ping()
      .thinking("Let me see", "Eq==")
      .text("gr\xc3\xbc\xc3\x9f dich", 3)
      .ping()
      .cited("as said", "a book")
      .tool_use("toolu_1", "weather", R"({"city": "Bern", "days": [1, 2]})", 5)
      .block(R"({"type":"redacted_thinking","data":"xyz"})")
      .event("something_new", R"({"of":"interest"})")
      .stop("tool_use", 42);
}

}  // namespace

TEST_CASE("a stream brings its events, and then the message") {
  stream_rig r;
  r.a->expect("POST", "/v1/messages").says(line(good()).in_pieces(7, 1ms));
  const streamed got = r.run();
  CHECK(got.events == good_events);
  REQUIRE(got.whole);
  CHECK(got.whole->text() == "hello");
  CHECK(got.whole->route() == "anthropic");
  CHECK(got.whole->request_id() == "req_fake_stream");
  CHECK(got.whole->stop_reason() == reroute::stop_reason::end_turn);
  CHECK(got.whole->usage().output_tokens == 20);
  CHECK(got.story.answered());
  CHECK(got.story.attempts.size() == 1);
  CHECK(r.a->report().empty());
  CHECK(r.a->heard()[0].body.find(R"("stream":true)") != std::string::npos);
  CHECK(r.a->heard()[0].answered);
  CHECK(r.claude->stats().answered == 1);
  CHECK(r.claude->stats().streams == 0);
}

TEST_CASE("every kind of event, in pieces of every size") {
  const std::string expected =
      "message_start content_block_start thinking(Let me see) signature(Eq==) content_block_stop "
      "content_block_start text(gr) text(\xc3\xbc) text(\xc3\x9f ) text(dic) text(h) "
      "content_block_stop content_block_start citation text(as said) content_block_stop "
      "content_block_start input_json input_json({\"cit) input_json(y\": \") input_json(Bern\") "
      "input_json(, \"da) input_json(ys\": ) input_json([1, 2) input_json(]}) content_block_stop "
      "content_block_start content_block_stop other message_delta message_stop";
  const auto size = GENERATE(as<std::size_t>(), 1, 2, 3, 7, 16, 100, 1000, 0);
  stream_rig r;
  r.a->expect("POST", "/v1/messages").says(line(everything().response()).in_pieces(size));
  const streamed got = r.run();
  CHECK(got.events == expected);
  REQUIRE(got.whole);
  CHECK(got.whole->text() == "gr\xc3\xbc\xc3\x9f dichas said");
  CHECK(got.whole->content().size() == 5);
  CHECK(got.whole->tool_uses()[0].input().at("days").as_array().size() == 2);
  CHECK(got.whole->usage().output_tokens == 42);
}

TEST_CASE("pings come where they are asked for") {
  stream_rig r;
  r.a->expect("POST", "/v1/messages").says(everything().response());
  const streamed got = r.run(reroute::call_options().pings());
  CHECK(got.events.find("message_start ping content_block_start") == 0);
  CHECK(got.events.find("content_block_stop ping content_block_start") != std::string::npos);
}

TEST_CASE("cut at every byte: the right events before, the right error after, nothing for whole") {
  const std::string whole = everything().str();
  const std::string all = [&] {
    stream_rig r;
    r.a->expect("POST", "/v1/messages").says(everything().response());
    return r.run().events;
  }();
  const std::size_t first_content = whole.find("thinking_delta");
  for (std::size_t cut = 0; cut < whole.size(); cut += 1) {
    INFO("cut at " << cut);
    stream_rig r;
    r.a->expect("POST", "/v1/messages").says(line::truncated(everything().response(), cut));
    r.b->expect("POST", "/v1/messages").answers(good());
    const streamed got = r.run();
    REQUIRE(got.ended);
    if (!got.error) {
      REQUIRE(got.whole);
      if (got.whole->route() == "anthropic") {  // only line ends are missing
        REQUIRE(got.events == all);
        REQUIRE(cut == whole.size() - 1);
        continue;
      }
      REQUIRE(got.whole->route() == "azure");  // no content yet: another route answers
      REQUIRE(got.events == good_events);
      REQUIRE(cut < whole.find("\n\n", first_content) + 2);
      continue;
    }
    REQUIRE(all.starts_with(got.events));
    REQUIRE(got.error->error().after_content);
    REQUIRE(got.error->code() == errc::truncated_body);
    REQUIRE(got.story.stopped == stopped::after_content);
    REQUIRE(got.story.received);
    REQUIRE(r.b->heard().empty());
  }
}

TEST_CASE("a stream that ends in order, but without message_stop, is cut off as well") {
  stream_rig r;
  r.a->expect("POST", "/v1/messages").answers(streamed_answer().start().text("hello").response());
  const streamed got = r.run();
  CHECK(got.text == "hello");
  REQUIRE(got.error);
  CHECK(got.error->code() == errc::truncated_body);
  CHECK(got.error->code() == category::network);
  CHECK(got.error->error().message == "the stream ends without message_stop");
  CHECK(r.claude->stats().failed == 1);
}

TEST_CASE("overloaded before the content: the other route answers, and nobody notices") {
  stream_rig r;
  r.a->expect("POST", "/v1/messages")
      .answers(streamed_answer().start().ping().error("overloaded_error").response());
  r.b->expect("POST", "/v1/messages").answers(good());
  const streamed got = r.run();
  CHECK(got.events == good_events);
  REQUIRE(got.whole);
  CHECK(got.whole->route() == "azure");
  REQUIRE(got.story.attempts.size() == 2);
  CHECK(got.story.attempts[0].error.category == category::overloaded);
  CHECK(got.story.attempts[0].error.status == 529);
  CHECK_FALSE(got.story.attempts[0].error.after_content);
  CHECK_FALSE(got.story.attempts[0].possibly_billed);
}

TEST_CASE("whatever goes wrong before the content is retried or failed over") {
  const auto wrong = GENERATE(values<line>(
      {faces::anthropic_529(), line::failure(make_error_code(errc::connection_lost), true),
       line::truncated(good(), 100), streamed_answer().start().response(),
       streamed_answer().start().error("api_error").response(),
       streamed_answer().start().error("nobody_knows_this_error").response()}));
  stream_rig r;
  r.a->expect("POST", "/v1/messages").says(wrong).says(good());
  r.b->expect("POST", "/v1/messages").says(wrong).says(good());
  const streamed got = r.run();
  CHECK(got.events == good_events);
  CHECK(got.story.attempts.size() >= 2);
  CHECK(got.story.attempts[0].error);
}

TEST_CASE("an error that is nobody's to mend ends the call before the content") {
  const auto wrong =
      GENERATE(values<line>({faces::anthropic_400(), faces::anthropic_401(),
                             streamed_answer().start().error("invalid_request_error").response()}));
  stream_rig r;
  r.a->expect("POST", "/v1/messages").says(wrong);
  const streamed got = r.run();
  CHECK_FALSE(got.opened);
  REQUIRE(got.error);
  CHECK(got.story.stopped == stopped::permanent);
  CHECK_FALSE(got.error->error().after_content);
  CHECK(r.b->heard().empty());
}

TEST_CASE("overloaded after the content: an error with all that came, and how to go on") {
  stream_rig r;
  r.a->expect("POST", "/v1/messages")
      .answers(streamed_answer()
                   .start("claude-opus-4-8")
                   .unfinished("Once upon ")
                   .error("overloaded_error", "Overloaded")
                   .response());
  const streamed got = r.run();
  CHECK(got.opened);
  CHECK(got.text == "Once upon ");
  REQUIRE(got.error);
  const auto& error = got.error->error();
  CHECK(got.error->code() == category::overloaded);
  CHECK(error.after_content);
  CHECK(error.status == 529);
  CHECK(error.raw_code == "overloaded_error");
  CHECK(error.message == "Overloaded");
  CHECK(error.route == "anthropic");
  CHECK(error.request_id == "req_fake_stream");
  REQUIRE(got.story.received);
  CHECK(got.story.received->text() == "Once upon ");
  CHECK(got.story.resume.how() == resume_hint::way::ask_again);
  CHECK(got.story.route() == "anthropic");
  CHECK(got.story.possibly_billed() == 1);
  CHECK(r.b->heard().empty());
  CHECK(r.claude->stats().possibly_billed == 1);
}

TEST_CASE("other envelopes, and nonsense, after the content") {
  const auto [bytes, expected] = GENERATE(table<std::string, category>(
      {{"event: error\ndata: {\"error\":{\"code\":\"RateLimitReached\",\"message\":\"slow\"}}\n\n",
        category::rate_limit},
       {"event: error\ndata: {\"error\":{\"code\":\"503\",\"message\":\"slow\"}}\n\n",
        category::overloaded},
       {"event: error\ndata: {\"type\":\"error\",\"error\":{\"type\":\"api_error\"}}\n\n",
        category::server},
       {"event: error\ndata: not even JSON\n\n", category::server},
       {"event: content_block_delta\ndata: {\"index\":\n\n", category::network},
       {"event: content_block_delta\ndata: {\"index\":7,\"delta\":{}}\n\n", category::network}}));
  stream_rig r;
  r.a->expect("POST", "/v1/messages")
      .answers(streamed_answer().start().unfinished("abc").raw(bytes).stop().response());
  const streamed got = r.run();
  CHECK(got.text == "abc");
  REQUIRE(got.error);
  CHECK(got.error->code() == expected);
  CHECK(got.error->error().after_content);
  CHECK(got.story.received->text() == "abc");
}

TEST_CASE("a key that a gateway echoes in the middle of a stream is hidden") {
  stream_rig r;
  r.a->expect("POST", "/v1/messages")
      .answers(streamed_answer()
                   .start()
                   .unfinished("abc")
                   .error("api_error", "bad key canary-key-a")
                   .response());
  const streamed got = r.run();
  std::ostringstream out;
  out << got.story;
  CHECK(out.str().find("canary") == std::string::npos);
  CHECK(got.story.error.message == "bad key [hidden]");
}

TEST_CASE("text alone") {
  stream_rig r;
  r.a->expect("POST", "/v1/messages").answers(everything().response());
  std::vector<std::string> parts;
  reroute::stop_reason why = reroute::stop_reason::none;
  asio::co_spawn(
      r.io,
      [](stream_rig* self, std::vector<std::string>* into,
         reroute::stop_reason* reason) -> asio::awaitable<void> {
        reroute::message_stream stream = co_await self->claude->stream(stream_rig::question());
        for (;;) {
          std::optional<std::string> part = co_await stream.next_text();
          if (!part) break;
          into->push_back(std::move(*part));
        }
        const reroute::message whole = co_await stream.finish();
        *reason = whole.stop_reason();
      }(&r, &parts, &why),
      asio::detached);
  r.time->run(r.io);
  CHECK(parts == std::vector<std::string>{"gr", "\xc3\xbc", "\xc3\x9f ", "dic", "h", "as said"});
  CHECK(why == reroute::stop_reason::tool_use);
}

TEST_CASE("finish() alone is create() by another way; a tool input that is no JSON is told") {
  const auto finish = [](const line& said) {
    stream_rig r;
    r.a->expect("POST", "/v1/messages").says(said);
    std::optional<reroute::message> whole;
    std::optional<reroute::api_error> error;
    asio::co_spawn(
        r.io,
        [](stream_rig* self, std::optional<reroute::message>* into,
           std::optional<reroute::api_error>* failed) -> asio::awaitable<void> {
          reroute::message_stream stream = co_await self->claude->stream(stream_rig::question());
          try {
            *into = co_await stream.finish();
          } catch (const reroute::api_error& why) {
            *failed = why;
          }
        }(&r, &whole, &error),
        asio::detached);
    r.time->run(r.io);
    return std::pair(whole, error);
  };
  CHECK(finish(everything().response()).first->content().size() == 5);
  const auto cut = finish(streamed_answer()
                              .start()
                              .tool_use("t", "n", R"({"a":1,"b":"unfin)")
                              .stop("max_tokens")
                              .response());
  REQUIRE(cut.first);
  CHECK(cut.first->tool_uses()[0].input().as_object().size() == 1);
  CHECK(cut.first->stop_reason() == reroute::stop_reason::max_tokens);
  const auto bad =
      finish(streamed_answer().start().tool_use("t", "n", "{]").stop("tool_use").response());
  REQUIRE(bad.second);
  CHECK(bad.second->code() == errc::malformed_answer);
  CHECK(bad.second->error().message ==
        "content block 0 (tool_use) has an input that cannot be read: it is not JSON: syntax error "
        "at byte 1");
}

TEST_CASE("hedged: the first with content wins, the other is left, nothing is spliced") {
  stream_rig r;
  // the head and message_start come at once, content only after five seconds
  r.a->expect("POST", "/v1/messages").says(line(good("slow", 0)).in_pieces(300, 5s));
  r.b->expect("POST", "/v1/messages").says(line(good("fast", 0)).after(100ms));
  const streamed got = r.run(reroute::call_options().plan(reroute::hedge(300ms)));
  CHECK(got.text == "fast");
  CHECK(got.opened_at == 400ms);
  REQUIRE(got.whole);
  CHECK(got.whole->route() == "azure");
  CHECK(r.a->heard()[0].cancelled);
  REQUIRE(got.story.attempts.size() == 2);
  CHECK(got.story.attempts[0].error.category == category::cancelled);
  CHECK(got.story.possibly_billed() == 1);
}

TEST_CASE("raced: the loser may have begun, but not with content") {
  stream_rig r;
  r.a->expect("POST", "/v1/messages").says(line(good("first", 0)).in_pieces(250, 10ms));
  r.b->expect("POST", "/v1/messages").says(line(good("second", 0)).in_pieces(50, 10ms));
  const streamed got = r.run(reroute::call_options().plan(reroute::race()));
  CHECK(got.text == "first");
  CHECK(got.whole->route() == "anthropic");
  CHECK((r.b->heard()[0].cancelled || r.b->heard()[0].given_up));
}

TEST_CASE("a hedge's error before its content leaves the first alone") {
  stream_rig r;
  r.a->expect("POST", "/v1/messages").says(line(good("a", 0)).in_pieces(300, 1s));
  r.b->expect("POST", "/v1/messages")
      .answers(streamed_answer().start().error("overloaded_error").response());
  const streamed got = r.run(reroute::call_options().plan(reroute::hedge(300ms)));
  CHECK(got.text == "a");
  CHECK(got.story.attempts.size() == 2);
}

TEST_CASE("the gate hears of an overload in the middle of a stream") {
  stream_rig r;
  for (int i = 0; i < 4; ++i)
    r.a->expect("POST", "/v1/messages")
        .answers(streamed_answer().start().unfinished("a").error("rate_limit_error").response());
  r.b->expect("POST", "/v1/messages").answers(good());
  CHECK(r.run().error);
  bool closed = false;
  for (const reroute::gate_status& gate : r.claude->routes())
    closed = closed || (gate.route == "anthropic" && gate.state != reroute::gate_state::open);
  CHECK(closed);
  CHECK(r.run().whole->route() == "azure");
}
