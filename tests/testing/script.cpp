// script: says its lines, in time, and remembers what it heard and what became of it.
#include <reroute/error/errc.hpp>
#include <reroute/testing/faces.hpp>
#include <reroute/testing/manual_clock.hpp>
#include <reroute/testing/script.hpp>

#include "tests/support/catch.hpp"

#include <asio/bind_cancellation_slot.hpp>
#include <asio/cancellation_signal.hpp>
#include <asio/co_spawn.hpp>
#include <asio/detached.hpp>
#include <asio/error.hpp>
#include <asio/this_coro.hpp>

#include <exception>
#include <list>
#include <stdexcept>

using namespace std::chrono_literals;
namespace faces = reroute::testing::faces;
using reroute::testing::expectation;
using reroute::testing::line;
using reroute::testing::manual_clock;
using reroute::testing::script;

namespace {

reroute::http::request post(std::string body = "{}", std::string target = "/v1/messages") {
  reroute::http::request made;
  made.method = "POST";
  made.url.host = "fake";
  made.url.target = std::move(target);
  made.headers.add("x-api-key", "k");
  made.body = reroute::http::body(std::move(body));
  return made;
}

bool contains(const std::string& text, std::string_view part) {
  return text.find(part) != std::string::npos;
}

// what one exchange came to, body and all
struct ending {
  bool over = false;
  reroute::transport_error error;
  int status = 0;
  std::string body;
  std::size_t pieces = 0;
  reroute::time_point head_at{}, end_at{};
};

struct stage {
  asio::io_context io;
  std::shared_ptr<manual_clock> clock = std::make_shared<manual_clock>();
  std::shared_ptr<script> peer = std::make_shared<script>(clock);
  std::list<asio::cancellation_signal> signals;
  reroute::time_point start = clock->now();

  stage() { clock->set_grace(0ms); }

  asio::awaitable<void> play(reroute::http::request request, ending& result, bool read_body) {
    co_await asio::this_coro::reset_cancellation_state(asio::enable_total_cancellation());
    reroute::exchange_result got = co_await peer->exchange(std::move(request));
    result.head_at = clock->now();
    result.status = got.head.status;
    result.error = got.error;
    bool last = got.error || !read_body;
    while (!last) {
      const reroute::body_piece piece = co_await got.body->read();
      result.error = piece.error;
      result.body += piece.bytes;
      ++result.pieces;
      last = piece.last || piece.error;
    }
    result.end_at = clock->now();
    result.over = true;
  }
  asio::cancellation_signal& ask(ending& result, reroute::http::request request = post(),
                                 bool read_body = true) {
    asio::cancellation_signal& signal = signals.emplace_back();
    asio::co_spawn(io, play(std::move(request), result, read_body),
                   asio::bind_cancellation_slot(signal.slot(), [](std::exception_ptr failed) {
                     if (failed) std::rethrow_exception(failed);
                   }));
    return signal;
  }
  ending ask_and_run(reroute::http::request request = post()) {
    ending result;
    ask(result, std::move(request));
    clock->run(io);
    REQUIRE(result.over);
    return result;
  }
};

}  // namespace

TEST_CASE("a script says its lines in order and in time") {
  stage s;
  s.peer->expect("POST", "/v1/messages")
      .answers(faces::anthropic_429(1s))
      .answers(faces::ok("hi"), 50ms);
  CHECK(s.peer->report() == "POST /v1/messages: 2 lines unsaid\n");
  CHECK(s.ask_and_run().status == 429);
  const ending second = s.ask_and_run();
  CHECK(second.status == 200);
  CHECK(second.body == faces::ok("hi").body);
  CHECK(second.head_at - s.start == 50ms);
  CHECK(s.peer->report().empty());
  CHECK(s.peer->unsaid() == 0);
}

TEST_CASE("a script remembers what it heard") {
  stage s;
  s.peer->default_answer(faces::ok());
  s.clock->advance(3s);
  s.ask_and_run(post(R"({"model":"m"})", "/v1/messages?beta=true"));
  REQUIRE(s.peer->heard().size() == 1);
  const auto& heard = s.peer->heard()[0];
  CHECK(heard.method == "POST");
  CHECK(heard.url.text() == "https://fake/v1/messages?beta=true");
  CHECK(heard.headers.find("X-API-KEY") == "k");
  CHECK(heard.body == R"({"model":"m"})");
  CHECK(heard.when - s.start == 3s);
  CHECK((heard.expected && heard.answered));
  CHECK_FALSE((heard.cancelled || heard.given_up));
}

TEST_CASE("expectations choose by method, path, field and content, and give way when used up") {
  stage s;
  s.peer->expect("POST", "/count_tokens").answers(faces::token_count(7)).always();
  s.peer->expect("POST", "/v1/messages")
      .with_header("x-api-key", "other")
      .answers(faces::empty(201));
  s.peer->expect("POST", "/v1/messages")
      .matching([](const auto& request) { return request.body.size() > 10; })
      .answers(faces::empty(413))
      .times(2);
  s.peer->expect("POST", "/v1/messages").answers(faces::empty(200)).always();
  CHECK(s.ask_and_run(post("{}", "/v1/messages/count_tokens?x=/v1/messages")).body ==
        R"({"input_tokens":7})");
  const std::string big(11, 'x');
  CHECK(s.ask_and_run(post(big)).status == 413);
  CHECK(s.ask_and_run(post(big)).status == 413);
  CHECK(s.ask_and_run(post(big)).status == 200);
  CHECK(s.ask_and_run().status == 200);
  auto other = post();
  other.headers.set("x-api-key", "other");
  CHECK(s.peer->unsaid() == 1);
  CHECK(s.ask_and_run(other).status == 201);
  CHECK(s.peer->unsaid() == 0);
}

TEST_CASE("what nobody expects is a failure that says so") {
  stage s;
  s.peer->expect("GET", "/v1/models").answers(faces::ok());
  const ending got = s.ask_and_run();
  CHECK(got.status == 400);
  CHECK(contains(got.body, "unexpected POST https://fake/v1/messages: request 1 fits no"));
  REQUIRE(s.peer->failures().size() == 1);
  CHECK_FALSE(s.peer->heard()[0].expected);
  CHECK(contains(s.peer->report(), "unexpected POST"));
  CHECK(contains(s.peer->report(), "GET /v1/models: 1 lines unsaid"));
  CHECK_FALSE(contains(s.peer->report(), "x-api-key"));
}

TEST_CASE("on_request decides, and is asked only when no expectation fits") {
  stage s;
  s.peer->expect("POST", "/v1/messages").answers(faces::empty(201));
  int asked = 0;
  s.peer->on_request([&](const reroute::http::request& request) -> line {
    ++asked;
    if (request.body.size() > 2)
      return line::failure(reroute::errc::connect_failed, false, "no way");
    return faces::empty(202);
  });
  CHECK(s.ask_and_run().status == 201);
  CHECK(asked == 0);
  CHECK(s.ask_and_run().status == 202);
  const ending failed = s.ask_and_run(post("long"));
  CHECK(failed.error.code == reroute::errc::connect_failed);
  CHECK_FALSE(failed.error.sent);
  CHECK(failed.error.detail == "no way");
  CHECK(asked == 2);
}

TEST_CASE("a failing transport fails in its time, and tells whether it sent") {
  stage s;
  s.peer->expect("POST", "/").fails(reroute::errc::connection_lost, true, 200ms);
  const ending got = s.ask_and_run(post("{}", "/"));
  CHECK(got.error.code == reroute::errc::connection_lost);
  CHECK(got.error.sent);
  CHECK(got.head_at - s.start == 200ms);
  CHECK_FALSE(s.peer->heard()[0].cancelled);
}

TEST_CASE("silence lasts until it is cancelled") {
  stage s;
  s.peer->expect("POST", "/v1/messages").stays_silent();
  ending got;
  auto& signal = s.ask(got);
  s.clock->run(s.io, 1h);
  CHECK_FALSE(got.over);
  CHECK(s.peer->in_flight() == 1);
  signal.emit(asio::cancellation_type::terminal);
  s.clock->run(s.io);
  REQUIRE(got.over);
  CHECK(got.error.code == make_error_code(asio::error::operation_aborted));
  CHECK(got.error.sent);
  CHECK(s.peer->heard()[0].cancelled);
  CHECK(s.peer->in_flight() == 0);
  CHECK(s.peer->report().empty());
}

TEST_CASE("an answer under way is cancelled at once, and leaves no timer") {
  for (const auto type : {asio::cancellation_type::terminal, asio::cancellation_type::partial,
                          asio::cancellation_type::total}) {
    stage s;
    s.peer->default_answer(line(faces::ok()).after(10s));
    ending got;
    auto& signal = s.ask(got);
    s.clock->run(s.io, 1s);
    signal.emit(type);
    s.clock->run(s.io);
    CHECK(got.over);
    CHECK(got.head_at - s.start == 1s);
    CHECK(got.error.code == make_error_code(asio::error::operation_aborted));
    CHECK(s.clock->pending() == 0);
    CHECK(s.peer->heard()[0].cancelled);
  }
}

TEST_CASE("a body comes in pieces, each in its time") {
  stage s;
  s.peer->default_answer(line(faces::plain_text(200, "0123456789")).in_pieces(4, 1s));
  const ending got = s.ask_and_run();
  CHECK(got.body == "0123456789");
  CHECK(got.pieces == 3);
  CHECK(got.end_at - s.start == 3s);
  s.peer->default_answer(faces::empty(204));
  CHECK(s.ask_and_run().pieces == 1);
}

TEST_CASE("a body breaks off, or stalls until it is cancelled") {
  stage s;
  s.peer->expect("POST", "/v1/messages")
      .breaks_off(faces::plain_text(200, "0123456789"), 6)
      .says(line::truncated(faces::ok("x"), 0, make_error_code(asio::error::connection_reset)))
      .says(line::truncated(faces::plain_text(200, "short"), 99))
      .says(line::stalled(faces::plain_text(200, "0123456789"), 3));
  const ending cut = s.ask_and_run();
  CHECK(cut.status == 200);
  CHECK(cut.body == "012345");
  CHECK(cut.error.code == reroute::errc::truncated_body);
  CHECK(cut.error.sent);
  CHECK_FALSE(s.peer->heard()[0].answered);
  CHECK(s.ask_and_run().error.code == make_error_code(asio::error::connection_reset));
  const ending whole_but_short = s.ask_and_run();
  CHECK(whole_but_short.body == "short");
  CHECK(whole_but_short.error.code == reroute::errc::truncated_body);

  ending stalled;
  auto& signal = s.ask(stalled);
  s.clock->run(s.io, 1h);
  CHECK(stalled.body == "012");
  CHECK_FALSE(stalled.over);
  signal.emit(asio::cancellation_type::terminal);
  s.clock->run(s.io);
  CHECK(stalled.over);
  CHECK(stalled.error.code == make_error_code(asio::error::operation_aborted));
  CHECK(s.peer->heard()[3].cancelled);
  CHECK_FALSE(s.peer->heard()[3].given_up);
}

TEST_CASE("a body that nobody reads to its end was given up") {
  stage s;
  s.peer->default_answer(faces::ok());
  ending got;
  s.ask(got, post(), false);
  s.clock->run(s.io);
  CHECK(got.status == 200);
  CHECK(s.peer->heard()[0].given_up);
  CHECK_FALSE(s.peer->heard()[0].answered);
}

TEST_CASE("shutdown ends what is in flight and refuses what comes later") {
  stage s;
  s.peer->expect("POST", "/v1/messages")
      .stays_silent()
      .answers(faces::ok(), 1h)
      .says(line::stalled(faces::ok(), 2));
  ending silent, late, stalled;
  s.ask(silent);
  s.ask(late);
  s.ask(stalled);
  s.clock->run(s.io, 1s);
  CHECK(s.peer->in_flight() == 2);
  s.peer->shutdown();
  s.peer->shutdown();
  s.clock->run(s.io);
  for (const ending* each : {&silent, &late, &stalled}) {
    CHECK(each->over);
    CHECK(each->error.code == make_error_code(asio::error::operation_aborted));
  }
  CHECK(s.clock->now() - s.start == 1s);
  CHECK(s.peer->is_shut_down());
  CHECK(s.ask_and_run().error.code == make_error_code(asio::error::operation_aborted));
  CHECK(s.peer->heard().size() == 3);
}

TEST_CASE("exchanges under way survive their script, and die with their loop") {
  {
    stage s;
    s.peer->default_answer(line::silence());
    ending got;
    s.ask(got);
    s.clock->run(s.io, 1s);
    s.peer.reset();
    s.clock->run(s.io);
    CHECK(got.over);
  }
  ending never;
  auto clock = std::make_shared<manual_clock>();
  auto peer = std::make_shared<script>(clock);
  peer->default_answer(line(faces::ok()).after(1s));
  {
    stage s;
    s.clock = clock;
    s.peer = peer;
    s.ask(never);
    s.io.poll();
    CHECK(peer->in_flight() == 1);
  }
  CHECK(peer->in_flight() == 0);
  CHECK_FALSE(never.over);
}

TEST_CASE("a line must stand before it can be repeated") {
  script peer;
  CHECK_THROWS_AS(peer.expect("POST", "/").times(2), std::logic_error);
  CHECK_THROWS_AS(peer.expect("POST", "/").always(), std::logic_error);
}

TEST_CASE("without a clock of its own a script runs in real time") {
  asio::io_context io;
  auto peer = std::make_shared<script>();
  peer->default_answer(line(faces::ok()).after(1ms));
  int status = 0;
  asio::co_spawn(
      io,
      [](script& of, int& into) -> asio::awaitable<void> {
        const reroute::exchange_result got = co_await of.exchange(post());
        into = got.head.status;
      }(*peer, status),
      asio::detached);
  io.run();
  CHECK(status == 200);
}
