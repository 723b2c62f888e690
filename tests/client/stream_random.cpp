// Streams whose observers and callers do everything at the wrong moment.
#include "tests/client/stream_rig.hpp"
#include "tests/support/catch.hpp"

#include <asio/bind_cancellation_slot.hpp>
#include <asio/cancellation_signal.hpp>
#include <asio/error.hpp>

#include <random>

using namespace std::chrono_literals;
using reroute::message_stream;
using reroute::stream_event;
using tests::good;
using tests::stream_rig;
using tests::streamed_answer;
using line = reroute::testing::line;

TEST_CASE("observers end the client, or the stream, or begin others at a stream's end") {
  const int what = GENERATE(0, 1, 2);
  const int end = GENERATE(0, 1, 2, 3);
  std::function<void()> act;
  reroute::client_options options;
  int outcomes = 0;
  options.observer.at_outcome = [&](const reroute::outcome_event&) {
    ++outcomes;
    if (act) act();
  };
  stream_rig r(std::move(options));
  if (end == 0) r.a->expect("POST", "/v1/messages").answers(good());
  if (end == 1) r.a->expect("POST", "/v1/messages").says(line::stalled(good(), 500));
  if (end == 2)
    r.a->expect("POST", "/v1/messages")
        .answers(streamed_answer().start().unfinished("abc").error("overloaded_error").response());
  if (end == 3)
    r.a->expect("POST", "/v1/messages")
        .says(line(good(std::string(300, 'x'), 1)).in_pieces(100, 1s));
  r.a->default_answer(good());
  auto holder = std::make_shared<std::optional<message_stream>>();
  int called = 0;
  act = [&, first = true]() mutable {
    if (!std::exchange(first, false)) return;
    if (what == 0) r.claude.reset();
    if (what == 1) holder->reset();
    if (what == 2)
      r.claude->async_stream(stream_rig::question(),
                             [&](std::error_code, message_stream) { ++called; });
  };
  asio::co_spawn(
      r.io,
      [](stream_rig* rig, std::shared_ptr<std::optional<message_stream>> into,
         bool drop_it) -> asio::awaitable<void> {
        message_stream s = co_await rig->claude->stream(
            stream_rig::question(),
            reroute::call_options().guards(reroute::stream_guards().idle(3s)));
        into->emplace(std::move(s));
        if (drop_it) {
          into->reset();
          co_return;
        }
        try {
          for (;;) {
            if (!*into) break;
            auto e = co_await (*into)->next();
            if (!e) break;
          }
        } catch (const reroute::api_error&) {
        }
      }(&r, holder, end == 3),
      asio::detached);
  r.time->run(r.io);
  CAPTURE(what, end);
  CHECK(outcomes >= 1);
  if (what == 2) {
    CHECK(called == 1);
    r.time->run(r.io);
    CHECK(r.claude->stats().streams == 0);
    for (auto& g : r.claude->routes())
      CHECK(g.in_flight == 0);
  }
}

TEST_CASE("random lives: every handler once, every place given back") {
  for (unsigned seed = 1; seed <= 150; ++seed) {
    std::minstd_rand random(seed);
    const auto dice = [&](int n) { return static_cast<int>(random() % static_cast<unsigned>(n)); };
    reroute::client_options options;
    int outcomes = 0;
    options.observer.at_outcome = [&](const reroute::outcome_event&) { ++outcomes; };
    const int kind = dice(4);
    if (kind == 1) options.plan = reroute::hedge(std::chrono::milliseconds(50));
    if (kind == 2) options.plan = reroute::race();
    if (kind == 3) options.plan = reroute::in_order();
    options.guards.idle(3s).first_content(4s);
    stream_rig r(std::move(options));
    const auto some = [&](const reroute::http::request&) -> line {
      streamed_answer s;
      switch (dice(9)) {
        case 0:
          return line(good("hello", 1)).after(std::chrono::milliseconds(dice(200)));
        case 1:
          return line(good("hello", 1))
              .in_pieces(static_cast<std::size_t>(1 + dice(200)),
                         std::chrono::milliseconds(dice(100)));
        case 2:
          return line::stalled(good("hello", 1), static_cast<std::size_t>(dice(900)));
        case 3:
          return line::truncated(good("hello", 1), static_cast<std::size_t>(dice(900)));
        case 4:
          return line(s.start().error("overloaded_error").response()).in_pieces(50, 10ms);
        case 5:
          return line(s.start().unfinished("abc").error("overloaded_error").response())
              .in_pieces(50, 10ms);
        case 6:
          return line(reroute::testing::faces::anthropic_529());
        case 7:
          return line::failure(make_error_code(asio::error::connection_reset), dice(2) == 1)
              .after(std::chrono::milliseconds(dice(100)));
        default:
          return line(good("slow", 1)).in_pieces(40, 300ms);
      }
    };
    r.a->on_request(some);
    r.b->on_request(some);
    struct one {
      int times = 0;
      int reads = 0, told = 0;
      std::optional<message_stream> stream;
      asio::cancellation_signal signal;
      bool idle = true;
    };
    std::vector<std::shared_ptr<one>> all;
    for (int i = 0; i < 30; ++i) {
      auto o = std::make_shared<one>();
      all.push_back(o);
      r.claude->async_stream(
          stream_rig::question(),
          reroute::call_options().deadline(std::chrono::seconds(1 + dice(30))),
          asio::bind_cancellation_slot(o->signal.slot(), [o](std::error_code, message_stream s) {
            ++o->times;
            o->stream.emplace(std::move(s));
          }));
    }
    for (int turn = 0; turn < 400; ++turn) {
      r.time->run(r.io, std::chrono::milliseconds(dice(100)));
      auto& o = all[static_cast<std::size_t>(dice(30))];
      if (!o->stream && dice(10) == 0) o->signal.emit(asio::cancellation_type::terminal);
      if (o->stream) {
        const int d = dice(12);
        if (d == 0) {
          if (o->idle) o->stream->async_next([](std::error_code, std::optional<stream_event>) {});
          o->stream.reset();
          o->idle = false;
        } else if (d == 1)
          o->signal.emit(asio::cancellation_type::terminal);
        else if (o->idle && o->stream) {
          o->idle = false;
          ++o->reads;
          o->stream->async_next(asio::bind_cancellation_slot(
              o->signal.slot(), [o](std::error_code, std::optional<stream_event>) {
                ++o->told;
                o->idle = true;
              }));
        }
      }
      if (dice(300) == 0) r.claude->cancel();
    }
    for (auto& o : all)
      o->stream.reset();
    r.time->run(r.io, 600s);
    CAPTURE(seed, kind);
    for (auto& o : all) {
      CHECK(o->times == 1);
      CHECK(o->reads == o->told);
    }
    for (int i = 0; i < 5; ++i)
      r.time->run(r.io, 100s);
    for (auto& o : all)
      o->stream.reset();
    r.time->run(r.io, 600s);
    CHECK(outcomes == 30);
    const auto s = r.claude->stats();
    CHECK(s.streams == 0);
    CHECK(s.in_flight == 0);
    CHECK(s.answered + s.cancelled + s.failed == s.calls);
    for (const auto& g : r.claude->routes())
      CHECK(g.in_flight == 0);
  }
}
