// What may go wrong with streams: odd orders of events, throwing bodies, reads that cross, limits that ring.
#include "tests/client/stream_rig.hpp"
#include "tests/support/catch.hpp"

#include <asio/bind_cancellation_slot.hpp>
#include <asio/cancellation_signal.hpp>
#include <asio/error.hpp>

#include <stdexcept>

using namespace std::chrono_literals;
using reroute::message_stream;
using reroute::stream_event;
using tests::good;
using tests::step;
using tests::stream_rig;
using tests::streamed;
using tests::streamed_answer;
using line = reroute::testing::line;

namespace {

void turn(asio::io_context& io) {
  io.restart();
  io.poll();
}

}  // namespace

TEST_CASE(
    "a read that is cancelled before the client's loop has heard of it is cancelled all the same") {
  stream_rig r;
  r.a->expect("POST", "/v1/messages")
      .says(line::stalled(streamed_answer().start().unfinished("abc").stop().response(), 500));
  auto stream = open(r, reroute::call_options()
                            .guards(reroute::stream_guards().idle(0ms).progress(0ms))
                            .no_deadline());
  REQUIRE(stream);
  for (int i = 0; i < 3; ++i) {
    auto got = std::make_shared<step>();
    stream->async_next(into(got));
    turn(r.io);
    REQUIRE(got->times == 1);
  }
  asio::cancellation_signal signal;
  auto got = std::make_shared<step>();
  stream->async_next(asio::bind_cancellation_slot(signal.slot(), into(got)));
  signal.emit(asio::cancellation_type::terminal);  // as any other thread, loop or main() may
  r.time->run(r.io, 3600s);
  CHECK(got->times == 1);
  CHECK(got->code == make_error_code(asio::error::operation_aborted));
}

TEST_CASE("a coroutine on another loop is cancelled before the client's loop has turned") {
  // the coroutine runs on its own loop; it gives up before the client's loop has turned
  stream_rig r;
  r.a->expect("POST", "/v1/messages")
      .says(line::stalled(streamed_answer().start().unfinished("abc").stop().response(), 500));
  std::optional<message_stream> stream;
  r.claude->async_stream(stream_rig::question(),
                         reroute::call_options().no_deadline().guards(
                             reroute::stream_guards().idle(0ms).progress(0ms)),
                         [&](std::error_code, message_stream s) { stream.emplace(std::move(s)); });
  r.time->run(r.io, 1s);
  REQUIRE(stream);
  asio::io_context other;
  asio::cancellation_signal signal;
  int events = 0;
  bool ended = false;
  asio::co_spawn(
      other,
      [](message_stream* s, int* n, bool* e) -> asio::awaitable<void> {
        try {
          for (;;) {
            auto x = co_await s->next();
            if (!x) break;
            ++*n;
          }
        } catch (const std::exception&) {
        }
        *e = true;
      }(&*stream, &events, &ended),
      asio::bind_cancellation_slot(signal.slot(), asio::detached));
  for (int i = 0; i < 3; ++i) {
    other.restart();
    other.poll();
    r.io.restart();
    r.io.poll();
  }
  other.restart();
  other.poll();  // the next read is begun over here
  CHECK(events == 3);
  signal.emit(asio::cancellation_type::terminal);
  for (int i = 0; i < 10; ++i) {
    other.restart();
    other.poll();
    r.time->run(r.io, 100s);
  }
  CHECK(ended);
}

TEST_CASE("a second read while one is under way is refused") {
  stream_rig r;
  r.a->expect("POST", "/v1/messages").answers(good("hello", 1));
  auto stream = open(r);
  auto one = std::make_shared<step>(), two = std::make_shared<step>();
  stream->async_next(into(one));
  stream->async_next(into(two));
  turn(r.io);
  CHECK(one->times == 1);
  CHECK_FALSE(one->code);
  CHECK(two->code == make_error_code(asio::error::already_started));
}

TEST_CASE("two reads at once do not turn the message around") {
  stream_rig r;
  r.a->expect("POST", "/v1/messages").answers(good("ab", 1));
  std::optional<message_stream> stream;
  r.claude->async_stream(stream_rig::question(),
                         [&](std::error_code, message_stream s) { stream.emplace(std::move(s)); });
  r.time->run(r.io, 1s);
  for (int i = 0; i < 2; ++i) {
    stream->async_next([](std::error_code, std::optional<stream_event>) {});
    r.io.restart();
    r.io.poll();
  }
  std::string seen;
  bool refused = false;
  asio::co_spawn(
      r.io,
      [](message_stream* s, std::string* to, bool* no) -> asio::awaitable<void> {
        s->async_next([to](std::error_code, std::optional<stream_event> e) {
          if (e) *to += e->text();
        });
        try {
          auto e = co_await s->next();
          if (e) *to += e->text();
        } catch (const reroute::api_error&) {
          *no = true;
        }
      }(&*stream, &seen, &refused),
      asio::detached);
  r.io.restart();
  r.io.poll();
  CHECK(refused);
  INFO("events: " << seen);
  CHECK((stream->received().text() == "a" || stream->received().text() == "ab"));
}

TEST_CASE("the first event counts from sending, also where no head comes") {
  stream_rig r;
  r.a->expect("POST", "/v1/messages").stays_silent();
  r.b->expect("POST", "/v1/messages").answers(good());
  const streamed got = r.run(
      reroute::call_options().guards(reroute::stream_guards().first_event(4s).first_content(5s)));
  CHECK(got.opened_at == 4s);
  CHECK(got.text == "hello");
}

TEST_CASE("without a limit of its own, a route that sends no head is left after five minutes") {
  stream_rig r;
  r.a->expect("POST", "/v1/messages").stays_silent();
  r.b->expect("POST", "/v1/messages").answers(good());
  const streamed got = r.run();
  CHECK(got.ended_at == 5min);
  if (got.error) UNSCOPED_INFO(got.error->what());
  CHECK_FALSE(got.error);
}

TEST_CASE("pings that nobody wants do not end the time in which a stream may fail over") {
  stream_rig r;
  streamed_answer said;
  said.start();
  for (int i = 0; i < 2500; ++i)
    said.ping();
  said.error("overloaded_error");
  r.a->expect("POST", "/v1/messages").answers(said.response());
  r.b->expect("POST", "/v1/messages").answers(good("from b"));
  const streamed got = r.run();
  CHECK_FALSE(got.error);
  CHECK(got.text == "from b");
}

TEST_CASE("a large block's start is no content") {
  stream_rig r;
  streamed_answer said;
  said.start();
  said.event(
      "content_block_start",
      R"({"type":"content_block_start","index":0,"content_block":{"type":"text","text":"","x":")" +
          std::string(300000, 'x') + "\"}}");
  said.ping();
  said.error("overloaded_error");
  r.a->expect("POST", "/v1/messages").answers(said.response());
  r.b->expect("POST", "/v1/messages").answers(good("from b"));
  const streamed got = r.run();
  CHECK_FALSE(got.error);
  CHECK(got.text == "from b");
}

TEST_CASE("message_stop ends a message, be a block open or not") {
  stream_rig r;
  streamed_answer said;
  said.start().unfinished("all of it");
  said.event(
          "message_delta",
          R"({"type":"message_delta","delta":{"stop_reason":"end_turn"},"usage":{"output_tokens":3}})")
      .event("message_stop", R"({"type":"message_stop"})");
  r.a->expect("POST", "/v1/messages").answers(said.response());
  const streamed got = r.run();
  CHECK_FALSE(got.error);
}

TEST_CASE("a message that came whole is never handed out as an empty one") {
  stream_rig r;
  const int how = GENERATE(0, 1, 2, 3);
  streamed_answer said;
  if (how == 0) {
    said.start()
        .text("precious words")
        .tool_use("t1", "tool", "{\"a\":" + std::string(254, '[') + std::string(254, ']') + "}", 50)
        .stop();
  } else if (how == 1) {
    said.start()
        .text("precious words")
        .block("{\"type\":\"x\",\"content\":" + std::string(253, '[') + std::string(253, ']') + "}")
        .stop();
  } else if (how == 2) {
    said.start()
        .text("precious words")
        .event(
            "message_delta",
            R"({"type":"message_delta","delta":{"type":"error","stop_reason":"end_turn"},"usage":{"output_tokens":3}})")
        .event("message_stop", R"({"type":"message_stop"})");
  } else {
    said.event("message_start",
               R"({"type":"message_start","message":{"type":"error","id":"m","content":[]}})")
        .text("precious words")
        .stop();
  }
  r.a->expect("POST", "/v1/messages").answers(said.response());
  const streamed got = r.run();
  CAPTURE(how);
  if (got.error) {
    UNSCOPED_INFO("error: " << got.error->what());
    CHECK(got.error);
    if (got.story.received) CHECK(got.story.received->text() == "precious words");
  } else {
    REQUIRE(got.whole);
    CHECK(got.whole->text() == "precious words");
  }
}

TEST_CASE("the text received survives an error, whatever came behind it") {
  stream_rig r;
  streamed_answer said;
  said.start()
      .text("precious words")
      .tool_use("t1", "tool", "{\"a\":" + std::string(254, '[') + std::string(254, ']') + "}", 50)
      .error("overloaded_error");
  r.a->expect("POST", "/v1/messages").answers(said.response());
  const streamed got = r.run();
  REQUIRE(got.error);
  CHECK(got.text == "precious words");
  REQUIRE(got.story.received);
  CHECK(got.story.received->text() == "precious words");
  CHECK(got.story.resume.how() != reroute::resume_hint::way::restart);
}

TEST_CASE("a message that is whole in memory is not lost to the deadline") {
  stream_rig r;
  r.a->expect("POST", "/v1/messages").answers(good("hello", 1));  // one piece
  auto stream = open(r, reroute::call_options().deadline(5s));
  auto one = std::make_shared<step>();
  stream->async_next(into(one));
  turn(r.io);
  r.time->run(r.io, 10s);  // the caller is busy
  for (int i = 0; i < 100; ++i) {
    one = std::make_shared<step>();
    stream->async_next(into(one));
    turn(r.io);
    REQUIRE(one->times == 1);
    if (!one->event) break;
  }
  CHECK_FALSE(one->code);
  CHECK(stream->received().text() == "hello");
}

TEST_CASE("the deadline keeps the events that had come before it") {
  // one piece with all but the end; then the deadline: what came is told
  stream_rig r;
  r.a->expect("POST", "/v1/messages").says(line::stalled(good("hello world", 1), 1500));
  std::optional<message_stream> stream;
  r.claude->async_stream(stream_rig::question(), reroute::call_options().deadline(5s),
                         [&](std::error_code, message_stream s) { stream.emplace(std::move(s)); });
  r.time->run(r.io, 10s);
  REQUIRE(stream);
  std::string text;
  std::error_code end;
  for (int i = 0; i < 100 && !end; ++i) {
    bool done = false;
    stream->async_next([&](std::error_code code, std::optional<stream_event> e) {
      end = code;
      if (e) text += e->text();
      done = true;
    });
    r.io.restart();
    r.io.poll();
    REQUIRE(done);
  }
  INFO(text);
  CHECK(text.size() > 2);
  CHECK(stream->outcome().received->text().size() > 2);
}

TEST_CASE("a stream that has ended keeps no loop running, dropped or not") {
  auto peer = std::make_shared<reroute::testing::script>();
  peer->default_answer(line(good("hello there", 1)).in_pieces(60));
  const bool drop = GENERATE(true, false);
  asio::io_context io;
  reroute::client claude(
      io,
      reroute::client_options{.routes = {reroute::anthropic({.api_key = "key", .transport = peer})},
                              .deadline = 1h,
                              .guards = reroute::stream_guards().idle(1h).first_event(1h),
                              .seed = 1});
  message_stream kept;
  bool ended = false;
  asio::co_spawn(
      io,
      [](reroute::client* c, message_stream* keep, bool* done, bool d) -> asio::awaitable<void> {
        *keep = co_await c->stream(stream_rig::question());
        const reroute::message all = co_await keep->finish();
        if (d) *keep = message_stream();
        *done = true;
      }(&claude, &kept, &ended, drop),
      asio::detached);
  CAPTURE(drop);
  // a minute in which nothing happens: something waits for the hour
  while (io.run_one_for(1min) > 0) {
  }
  CHECK(ended);
  CHECK(io.stopped());
}

#include <thread>

TEST_CASE("an error before the content gives back the output tokens as a status does") {
  const bool event = GENERATE(false, true);
  auto time = std::make_shared<reroute::testing::manual_clock>();
  time->set_grace(0ms);
  asio::io_context io;
  auto a = std::make_shared<reroute::testing::script>(time);
  if (event)
    a->expect("POST", "/v1/messages")
        .answers(streamed_answer().start().error("overloaded_error").response());
  else
    a->expect("POST", "/v1/messages").answers(reroute::testing::faces::anthropic_529());
  a->expect("POST", "/v1/messages").answers(good());
  reroute::anthropic_options on{.api_key = "key", .transport = a};
  on.limits.output_tokens_per_minute = 20000;
  reroute::client claude(
      io, reroute::client_options{
              .routes = {reroute::anthropic(std::move(on))}, .time = time, .seed = 1});
  std::optional<std::chrono::nanoseconds> opened;
  const auto begin = time->now();
  claude.async_stream(reroute::message_request("claude").max_tokens(20000).user("x"),
                      [&](std::error_code code, message_stream) {
                        CHECK_FALSE(code);
                        opened = time->now() - begin;
                      });
  time->run(io);
  CAPTURE(event);
  REQUIRE(opened);
  CHECK(std::chrono::duration_cast<std::chrono::seconds>(*opened).count() < 10);
}

TEST_CASE("at_refusal hears of an attempt that fails after its content") {
  int refusals = 0;
  reroute::client_options options;
  options.observer.at_refusal = [&](const reroute::refusal_event&) { ++refusals; };
  stream_rig r(std::move(options));
  r.a->expect("POST", "/v1/messages")
      .answers(streamed_answer().start().unfinished("abc").error("overloaded_error").response());
  const streamed got = r.run();
  REQUIRE(got.error);
  CHECK(refusals == 1);
}

namespace {

struct bad_body : reroute::response_body {
  std::string first;
  int reads = 0;
  asio::awaitable<reroute::body_piece> read() override {
    if (++reads > 1) throw std::runtime_error("oops");
    reroute::body_piece piece;
    piece.bytes = first;
    co_return piece;
  }
};
struct bad_transport : reroute::transport {
  asio::awaitable<reroute::exchange_result> exchange(reroute::http::request) override {
    reroute::exchange_result result;
    result.head.status = 200;
    result.head.headers.add("content-type", "text/event-stream");
    auto body = std::make_unique<bad_body>();
    body->first = streamed_answer().start().unfinished("abc").str();
    result.body = std::move(body);
    co_return result;
  }
  void shutdown() override {}
};

}  // namespace

TEST_CASE("a body that throws ends the stream at once") {
  auto time = std::make_shared<reroute::testing::manual_clock>();
  asio::io_context io;
  reroute::client claude(
      io, reroute::client_options{
              .routes = {reroute::anthropic(
                  {.api_key = "key", .transport = std::make_shared<bad_transport>()})},
              .deadline = 0ms,
              .time = time,
              .seed = 1});
  const auto begin = time->now();
  bool ended = false;
  std::optional<reroute::api_error> error;
  asio::co_spawn(
      io,
      [](reroute::client* c, bool* done,
         std::optional<reroute::api_error>* why) -> asio::awaitable<void> {
        message_stream s = co_await c->stream(stream_rig::question());
        try {
          for (;;) {
            auto event = co_await s.next();
            if (!event) break;
          }
        } catch (const reroute::api_error& e) {
          *why = e;
        }
        try {
          auto event = co_await s.next();
        } catch (const reroute::api_error&) {
        }
        *done = true;
      }(&claude, &ended, &error),
      asio::detached);
  time->run(io, 3600s);
  CHECK(ended);
  if (error) {
    CHECK(error->code() == reroute::errc::protocol_error);
  }
  CHECK(time->now() - begin < 1s);
  CHECK(claude.stats().streams == 0);
}

TEST_CASE("a body that throws while nobody reads ends the stream too") {
  auto time = std::make_shared<reroute::testing::manual_clock>();
  asio::io_context io;
  reroute::client claude(
      io, reroute::client_options{
              .routes = {reroute::anthropic(
                  {.api_key = "key", .transport = std::make_shared<bad_transport>()})},
              .deadline = 0ms,
              .guards = reroute::stream_guards().idle(0ms).progress(0ms),
              .time = time,
              .seed = 1});
  bool ended = false;
  asio::co_spawn(
      io,
      [](reroute::client* c, bool* done) -> asio::awaitable<void> {
        message_stream s = co_await c->stream(stream_rig::question());
        try {
          const reroute::message m = co_await s.finish();
        } catch (const reroute::api_error&) {
        }
        *done = true;
      }(&claude, &ended),
      asio::detached);
  time->run(io, 36000s);
  CHECK(ended);
}
