// The life of a stream: backpressure, tokens of any kind, cancelling, dropping, and the client's end.
#include "tests/client/stream_rig.hpp"
#include "tests/support/catch.hpp"

#include <asio/bind_cancellation_slot.hpp>
#include <asio/cancellation_signal.hpp>
#include <asio/error.hpp>
#include <asio/use_future.hpp>

#include <future>

using namespace std::chrono_literals;
using reroute::category;
using reroute::message_stream;
using reroute::stream_event;
using tests::good;
using tests::step;
using tests::stream_rig;
using tests::streamed_answer;
using line = reroute::testing::line;

namespace {

line slow_line() { return line(good(std::string(1000, 'x'), 1)).in_pieces(100, 1s); }

const reroute::gate_status& gate_of(const std::vector<reroute::gate_status>& all) { return all[0]; }

}  // namespace

TEST_CASE("callbacks get events one by one, and the end") {
  stream_rig r;
  r.a->expect("POST", "/v1/messages").answers(good("hello", 0));
  auto stream = open(r);
  REQUIRE(stream);
  std::vector<std::string> words;
  for (;;) {
    const auto got = std::make_shared<step>();
    stream->async_next(into(got));
    CHECK(got->times == 0);  // never from inside
    r.time->run_until(r.io, [&] { return got->times > 0; });
    REQUIRE(got->times == 1);
    REQUIRE_FALSE(got->code);
    if (!got->event) break;
    words.push_back(stream_rig::word(*got->event));
  }
  CHECK(words.size() == 6);
  CHECK(stream->ended());
  CHECK(stream->received().text() == "hello");
  CHECK(stream->outcome().answered());
  CHECK(stream->route() == "anthropic");
  const auto again = std::make_shared<step>();
  stream->async_next(into(again));
  r.time->run(r.io);
  CHECK(again->times == 1);
  CHECK_FALSE(again->event);
}

TEST_CASE("futures and other loops may read, too") {
  stream_rig r;
  r.a->expect("POST", "/v1/messages").answers(good("hello", 0));
  auto opened = r.claude->async_stream(stream_rig::question(), asio::use_future);
  r.time->run(r.io);
  message_stream stream = opened.get();
  auto event = stream.async_next(asio::use_future);
  r.time->run(r.io);
  CHECK(event.get()->type() == reroute::stream_event_type::message_start);

  asio::io_context other;
  std::string text;
  asio::co_spawn(
      other,
      [](message_stream* from, std::string* to) -> asio::awaitable<void> {
        for (;;) {
          const std::optional<std::string> part = co_await from->next_text();
          if (!part) break;
          *to += *part;
        }
      }(&stream, &text),
      asio::detached);
  for (int i = 0; i < 100 && text != "hello"; ++i) {
    other.restart();
    other.poll();
    r.time->run(r.io);
  }
  CHECK(text == "hello");
  for (int i = 0; i < 5; ++i) {
    other.restart();
    other.poll();
    r.time->run(r.io);
  }
}

TEST_CASE("an unread stream reads nothing, and holds its place at the gate") {
  stream_rig r;
  r.a->expect("POST", "/v1/messages").says(slow_line());
  auto stream = open(r);
  REQUIRE(stream);
  CHECK(gate_of(r.claude->routes()).in_flight == 1);
  CHECK(r.claude->stats().streams == 1);
  CHECK(r.claude->stats().in_flight == 0);
  const auto opened = r.elapsed();
  r.time->run(r.io, 30s);  // nobody reads: no time limit but the deadline counts
  CHECK_FALSE(r.a->heard()[0].cancelled);
  const auto got = std::make_shared<step>();
  stream->async_next(into(got));  // message_start has been there all the time
  r.io.restart();
  r.io.poll();
  CHECK(got->times == 1);
  CHECK(opened < 10s);
  stream.reset();
  r.time->run(r.io);
  CHECK(gate_of(r.claude->routes()).in_flight == 0);
}

TEST_CASE("a stream that is dropped gives all back at once") {
  stream_rig r;
  r.a->expect("POST", "/v1/messages").says(slow_line());
  auto stream = open(r);
  stream.reset();
  r.io.restart();
  r.io.poll();
  CHECK((r.a->heard()[0].cancelled || r.a->heard()[0].given_up));
  CHECK(r.claude->stats().streams == 0);
  CHECK(r.claude->stats().cancelled == 1);
  CHECK(gate_of(r.claude->routes()).in_flight == 0);
  CHECK(r.claude->stats().possibly_billed == 1);
}

TEST_CASE("dropped while somebody waits for its next event: that one is told") {
  stream_rig r;
  r.a->expect("POST", "/v1/messages").says(slow_line());
  auto stream = open(r);
  std::shared_ptr<step> got;
  for (int i = 0; i < 1000; ++i) {  // until one has to wait
    got = std::make_shared<step>();
    stream->async_next(into(got));
    r.io.restart();
    r.io.poll();
    if (got->times == 0) break;
  }
  REQUIRE(got->times == 0);
  SECTION("dropped") { stream.reset(); }
  SECTION("replaced") { *stream = message_stream(); }
  SECTION("the client's calls are cancelled") { r.claude->cancel(); }
  SECTION("the client ends") { r.claude.reset(); }
  r.io.restart();
  r.io.poll();
  CHECK(got->times == 1);
  CHECK(got->code == category::cancelled);
  CHECK((r.a->heard()[0].cancelled || r.a->heard()[0].given_up));
}

TEST_CASE("cancelling a read cancels the stream") {
  stream_rig r;
  r.a->expect("POST", "/v1/messages").says(slow_line());
  auto stream = open(r);
  asio::cancellation_signal signal;
  std::shared_ptr<step> got;
  for (int i = 0; i < 1000; ++i) {
    got = std::make_shared<step>();
    stream->async_next(asio::bind_cancellation_slot(signal.slot(), into(got)));
    r.io.restart();
    r.io.poll();
    if (got->times == 0) break;
  }
  REQUIRE(got->times == 0);
  signal.emit(asio::cancellation_type::terminal);
  r.io.restart();
  r.io.poll();
  CHECK(got->times == 1);
  CHECK(got->code == make_error_code(asio::error::operation_aborted));
  CHECK(stream->outcome().stopped == reroute::stopped::cancelled);
  CHECK(stream->outcome().received->text().starts_with("x"));
  CHECK(r.claude->stats().streams == 0);
}

TEST_CASE("cancelled before the content, a stream has never begun") {
  stream_rig r;
  r.a->expect("POST", "/v1/messages").says(line::stalled(good(), 200));
  asio::cancellation_signal signal;
  std::error_code code;
  bool ended = false;
  r.claude->async_stream(
      stream_rig::question(),
      asio::bind_cancellation_slot(signal.slot(), [&](std::error_code why, message_stream stream) {
        code = why;
        ended = stream.ended();
        CHECK(stream.outcome().stopped == reroute::stopped::cancelled);
        CHECK(stream.outcome().attempts.size() == 1);
      }));
  r.time->run(r.io, 1s);
  signal.emit(asio::cancellation_type::terminal);
  r.time->run(r.io, 1s);
  CHECK(code == make_error_code(asio::error::operation_aborted));
  CHECK(ended);
  CHECK(r.a->heard()[0].cancelled);
  CHECK(gate_of(r.claude->routes()).in_flight == 0);
}

TEST_CASE("two reads at once: the second is refused, the first goes on") {
  stream_rig r;
  r.a->expect("POST", "/v1/messages").says(slow_line());
  auto stream = open(r);
  std::shared_ptr<step> first, second = std::make_shared<step>();
  for (int i = 0; i < 1000; ++i) {
    first = std::make_shared<step>();
    stream->async_next(into(first));
    r.io.restart();
    r.io.poll();
    if (first->times == 0) break;
  }
  stream->async_next(into(second));
  r.io.restart();
  r.io.poll();
  CHECK(second->code == make_error_code(asio::error::already_started));
  r.time->run(r.io, 3s);
  CHECK(first->times == 1);
  CHECK_FALSE(first->code);
  CHECK(first->event);
}

TEST_CASE("a stream outlives its client, to say that it has ended") {
  stream_rig r;
  r.a->expect("POST", "/v1/messages").says(slow_line());
  auto stream = open(r);
  r.claude.reset();
  r.io.restart();
  r.io.poll();
  std::shared_ptr<step> got;
  for (int i = 0; i < 10; ++i) {
    got = std::make_shared<step>();
    stream->async_next(into(got));
    r.io.restart();
    r.io.poll();
    REQUIRE(got->times == 1);
    if (got->code) break;
  }
  CHECK(got->code == category::cancelled);
}

TEST_CASE("a stream of nothing has ended") {
  asio::io_context io;
  message_stream stream;
  CHECK(stream.ended());
  CHECK(stream.route().empty());
  CHECK(stream.received().text().empty());
  bool ended = false;
  asio::co_spawn(
      io,
      [](message_stream* from, bool* done) -> asio::awaitable<void> {
        const std::optional<stream_event> event = co_await from->next();
        *done = !event;
      }(&stream, &ended),
      asio::detached);
  for (int i = 0; i < 1000 && !ended; ++i)
    io.run_one_for(10ms);
  CHECK(ended);
}

TEST_CASE("the loop may die with streams in every state") {
  const int turns = GENERATE(range(0, 40));
  auto peer = std::make_shared<reroute::testing::script>();
  peer->default_answer(line(good("hello there", 1)).in_pieces(60));
  auto io = std::make_unique<asio::io_context>();
  auto claude = std::make_shared<reroute::client>(
      *io, reroute::client_options{
               .routes = {reroute::anthropic({.api_key = "key", .transport = peer})}, .seed = 1});
  asio::co_spawn(
      *io,
      [](std::shared_ptr<reroute::client> client) -> asio::awaitable<void> {
        message_stream stream = co_await client->stream(stream_rig::question());
        for (;;) {
          const std::optional<stream_event> event = co_await stream.next();
          if (!event) break;
        }
      }(claude),
      asio::detached);
  for (int i = 0; i < turns; ++i)
    io->poll_one();
  claude.reset();
  io.reset();
  CHECK(claude == nullptr);
}

TEST_CASE("an observer hears of a stream's end once, with all of it") {
  int ends = 0;
  reroute::stopped why = reroute::stopped::answered;
  reroute::client_options options;
  options.observer.at_outcome = [&](const reroute::outcome_event& end) {
    ++ends;
    why = end.outcome.stopped;
  };
  stream_rig r(std::move(options));
  r.a->expect("POST", "/v1/messages")
      .answers(streamed_answer().start().unfinished("abc").error("overloaded_error").response());
  const auto got = r.run();
  CHECK(ends == 1);
  CHECK(why == reroute::stopped::after_content);
  CHECK(got.story.stopped == why);
}
