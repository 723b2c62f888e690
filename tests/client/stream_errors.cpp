// Errors inside a stream: whatever form they come in, it is the route's own resolver that reads them.
#include "tests/client/stream_rig.hpp"
#include "tests/support/catch.hpp"

#include <stdexcept>

using namespace std::chrono_literals;
using reroute::category;
using reroute::errc;
using tests::good;
using tests::stream_rig;
using tests::streamed;
using tests::streamed_answer;

namespace {

const std::string limited = R"({"error":{"type":"rate_limit_error","message":"Slow down."}})";

/// A client over one route of the caller's own, whose resolver remembers what it was asked.
struct lab {
  explicit lab(const streamed_answer& said, reroute::error_resolver judge) {
    time->set_grace(0ms);
    peer->default_answer(said.response());
    reroute::route on;
    on.name = "lab";
    on.write = [](const reroute::write_context& context) {
      reroute::http::request out;
      out.method = "POST";
      out.url = reroute::http::parse_url("https://lab.example/ask");
      out.body = context.request.body_for(context.model);
      return out;
    };
    on.resolve = [this, judge](const reroute::http::response& response, reroute::http::date now) {
      asked.push_back(response);
      return judge(response, now);
    };
    on.transport = peer;
    reroute::client_options options;
    options.routes = {on};
    options.time = time;
    options.seed = 1;
    claude.emplace(io, std::move(options));
  }

  static asio::awaitable<void> read(lab* self) {
    try {
      reroute::message_stream stream = co_await self->claude->stream(stream_rig::question());
      const reroute::message whole = co_await stream.finish();
    } catch (const reroute::api_error& failed) {
      self->error = failed.error();
    }
  }
  void run() {
    asio::co_spawn(io, read(this), asio::detached);
    time->run(io);
  }

  asio::io_context io;
  std::shared_ptr<reroute::testing::manual_clock> time =
      std::make_shared<reroute::testing::manual_clock>();
  std::shared_ptr<reroute::testing::script> peer = std::make_shared<reroute::testing::script>(time);
  std::vector<reroute::http::response> asked;
  std::optional<reroute::client> claude;
  reroute::normalized_error error;
};

}  // namespace

TEST_CASE(
    "an error without a name and a type is an error: before the content another route answers") {
  const auto end = GENERATE(as<std::string>(), "", "data: [DONE]\n\n");
  const auto name = GENERATE(as<std::string>(), "", "event: message\n", "event: message_delta\n");
  stream_rig r;
  r.a->expect("POST", "/v1/messages")
      .answers(streamed_answer().start().raw(name + "data: " + limited + "\n\n" + end).response());
  r.b->expect("POST", "/v1/messages").answers(good("from b"));
  const streamed got = r.run();
  CHECK(got.text == "from b");
  CHECK(r.a->heard().size() == 1);
  const reroute::normalized_error& error = got.story.attempts[0].error;
  CHECK(error.category == category::rate_limit);
  CHECK(error.raw_code == "rate_limit_error");
  CHECK(error.message == "Slow down.");
  CHECK_FALSE(error.request_scoped);
  CHECK(error.request_id == "req_fake_stream");
  CHECK(r.claude->routes()[0].state == reroute::gate_state::closed);
}

TEST_CASE("after the content the same error ends the stream") {
  const auto end = GENERATE(as<std::string>(), "", "data: [DONE]\n\n");
  stream_rig r;
  r.a->expect("POST", "/v1/messages")
      .answers(streamed_answer()
                   .start()
                   .unfinished("abc")
                   .raw("data: " + limited + "\n\n" + end)
                   .response());
  const streamed got = r.run();
  CHECK(got.text == "abc");
  REQUIRE(got.error);
  CHECK(got.error->code() == category::rate_limit);
  CHECK(got.error->error().after_content);
  CHECK(got.error->error().raw_code == "rate_limit_error");
  CHECK(got.error->error().status == 429);
  REQUIRE(got.story.received);
  CHECK(got.story.received->text() == "abc");
}

TEST_CASE("a route's own resolver is asked about the errors in its streams") {
  const bool content = GENERATE(false, true);
  streamed_answer said;
  said.start();
  if (content) said.unfinished("abc");
  said.event("error", R"({"type":"error","error":{"type":"lab_is_closed","message":"Night."}})");
  lab r(said, [](const reroute::http::response& response, reroute::http::date) {
    reroute::normalized_error error;
    error.route = "lab";
    error.status = response.status;
    error.category = category::quota;
    error.raw_code = "closed";
    return error;
  });
  r.run();
  REQUIRE(r.asked.size() == 1);
  CHECK(r.asked[0].status == 500);
  CHECK(r.asked[0].headers.find("content-type") == "text/event-stream");
  CHECK(r.asked[0].headers.find("request-id") == "req_fake_stream");
  CHECK(r.asked[0].body ==
        R"({"type":"error","error":{"type":"lab_is_closed","message":"Night."}})");
  CHECK(r.error.category == category::quota);
  CHECK(r.error.raw_code == "closed");
  CHECK(r.error.after_content == content);
}

TEST_CASE("a resolver that finds no error in an error event is not believed") {
  lab r(streamed_answer().start().unfinished("abc").error("overloaded_error"),
        [](const auto&, auto) { return reroute::normalized_error(); });
  r.run();
  CHECK(r.asked.size() == 1);
  CHECK(r.asked[0].status == 529);
  CHECK(r.error.category == category::overloaded);
  CHECK(r.error.route == "lab");
  CHECK(r.error.after_content);
}

TEST_CASE("a resolver that throws at an error event ends the stream, and nothing else") {
  lab r(streamed_answer().start().unfinished("abc").error("overloaded_error"),
        [](const auto&, auto) -> reroute::normalized_error { throw std::runtime_error("slip"); });
  r.run();
  CHECK(r.error.category == category::server);
  CHECK(r.error.message == "the route's resolver threw: slip");
  CHECK(r.error.after_content);
}

TEST_CASE("an option of the route counts in its streams as well") {
  auto time = std::make_shared<reroute::testing::manual_clock>();
  time->set_grace(0ms);
  asio::io_context io;
  auto a = std::make_shared<reroute::testing::script>(time);
  auto b = std::make_shared<reroute::testing::script>(time);
  a->default_answer(streamed_answer().start().error("permission_error").response());
  b->default_answer(good("from b"));
  reroute::client claude(
      io,
      reroute::client_options{
          .routes = {reroute::anthropic({.api_key = "key-key-key",
                                         .name = "a",
                                         .failover_on_auth = true,
                                         .transport = a}),
                     reroute::anthropic({.api_key = "key-key-key", .name = "b", .transport = b})},
          .time = time,
          .seed = 1});
  std::error_code code;
  claude.async_stream(stream_rig::question(),
                      [&](std::error_code end, reroute::message_stream) { code = end; });
  time->run(io);
  CHECK_FALSE(code);
  CHECK(a->heard().size() == 1);
  CHECK(b->heard().size() == 1);
}

TEST_CASE("behind a server-side fallback a broken stream says which model went on") {
  stream_rig r;
  r.a->expect("POST", "/v1/messages")
      .answers(streamed_answer()
                   .start("claude-opus-4-8")
                   .text("Once ")
                   .block(R"({"type":"fallback","from":{"model":"claude-opus-4-8"},)"
                          R"("to":{"model":"claude-opus-4-5"}})")
                   .unfinished("upon")
                   .response());
  const streamed got = r.run();
  REQUIRE(got.error);
  REQUIRE(got.story.received);
  CHECK(got.story.received->model() == "claude-opus-4-5");
  CHECK(got.story.received->fallbacks().size() == 1);
  CHECK(got.story.resume.how() == reroute::resume_hint::way::prefill);
  CHECK(got.story.resume.text() == "Once upon");
}

TEST_CASE("a tool's input that is no JSON costs nothing of what came before it") {
  stream_rig r;
  r.a->expect("POST", "/v1/messages")
      .answers(streamed_answer()
                   .start()
                   .thinking("Let me see.", "Eq==")
                   .text("Searching.")
                   .tool_use("t", "search", R"({"keywords": Dave})", 4)
                   .stop("tool_use")
                   .response());
  const streamed got = r.run();
  REQUIRE(got.error);
  CHECK(got.error->code() == errc::malformed_answer);
  CHECK(got.error->error().message ==
        "content block 2 (tool_use) has an input that cannot be read: it is not JSON: syntax "
        "error at byte 13");
  const auto& left = got.error->outcome().received;
  REQUIRE(left);
  REQUIRE(left->content().size() == 3);
  CHECK(left->content()[0].signature() == "Eq==");
  CHECK(left->text() == "Searching.");
  CHECK(left->tool_uses()[0].unparsed_input() == R"({"keywords": Dave})");
  CHECK(left->route() == "anthropic");
  // the stream tells the same afterwards
  REQUIRE(got.story.received);
  CHECK(got.story.received->content().size() == 3);
  CHECK(got.story.stopped == reroute::stopped::after_content);
}
