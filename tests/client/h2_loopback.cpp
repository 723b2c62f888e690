// Calls over HTTP/2 against the fake: many on one connection, and everything that a peer may do wrong.
#include <reroute/testing/streamed_answer.hpp>

#include "tests/client/loopback.hpp"
#include "tests/support/catch.hpp"

#include <asio/bind_cancellation_slot.hpp>
#include <asio/cancellation_signal.hpp>
#include <asio/co_spawn.hpp>
#include <asio/detached.hpp>

#include <algorithm>

using namespace std::chrono_literals;
using reroute::category;
using reroute::errc;
using reroute::stopped;
using tests::loopback;
namespace fakes = reroute::testing;
using fakes::fault_kind;

namespace {

fakes::fake_route_options over_http2(fakes::face face = fakes::face::anthropic) {
  fakes::fake_route_options options;
  options.face = face;
  options.http2 = true;
  return options;
}

// gates that are open from the start: the tests are about connections
reroute::anthropic_options wide_open() {
  reroute::anthropic_options route;
  route.limits.requests_per_minute = 6e9;
  route.limits.burst = 1e9;
  return route;
}

struct http2_loopback : loopback {
  explicit http2_loopback(fakes::fake_route_options first = over_http2(),
                          reroute::client_options options = {})
      : loopback(std::move(first), over_http2(fakes::face::azure), std::move(options),
                 wide_open()) {}
  std::vector<std::shared_ptr<reroute::outcome>> many(std::size_t count) {
    std::vector<std::shared_ptr<reroute::outcome>> all;
    for (std::size_t i = 0; i < count; ++i)
      all.push_back(call({}, ++last_number));
    return all;
  }
};

fakes::fault once(fault_kind kind) {
  fakes::fault what;
  what.kind = kind;
  what.requests = 1;
  return what;
}

}  // namespace

TEST_CASE("a hundred calls share one connection") {
  auto options = over_http2();
  options.latency = fakes::latency::fixed(1s);
  http2_loopback l(options);
  l.run();
  const auto all = l.many(100);
  const auto begin = l.time->now();
  CHECK(l.run_until(101));
  for (const auto& each : all)
    CHECK(each->answered());
  CHECK(l.time->now() - begin < 1500ms);
  CHECK(l.a.log().connections == 1);
  CHECK(l.a.log().max_concurrent >= 100);
}

TEST_CASE("the number of connections is learned from the peer's own limit") {
  auto options = over_http2();
  options.latency = fakes::latency::fixed(1s);
  options.h2_max_streams = 3;
  http2_loopback l(options);
  l.run();
  const auto all = l.many(12);
  CHECK(l.run_until(13));
  for (const auto& each : all)
    CHECK(each->answered());
  CHECK(l.a.log().connections == 4);
}

TEST_CASE("a peer without HTTP/2 is met over HTTP/1.1, on the connection that showed it") {
  http2_loopback l{fakes::fake_route_options()};
  CHECK(l.run().answered());
  CHECK(l.run().answered());
  CHECK(l.a.log().connections == 1);
  const auto all = l.many(20);
  CHECK(l.run_until(22));
  for (const auto& each : all)
    CHECK(each->answered());
}

TEST_CASE("only HTTP/1.1 is spoken where that is asked for") {
  reroute::client_options options;
  options.https.versions = reroute::http_versions::http1;
  http2_loopback l(over_http2(), std::move(options));
  const auto all = l.many(5);
  CHECK(l.run_until(5));
  CHECK(l.a.log().connections == 5);
}

TEST_CASE("large and tiny bodies, through small windows") {
  auto options = over_http2();
  options.h2_window = GENERATE(100u, 5000u, 65535u, 1000000u);
  options.reply_to = [](const std::string& request) { return std::string(request.size(), 'y'); };
  http2_loopback l(options);
  const std::string long_text(300'000, 'x');
  reroute::outcome end;
  l.claude->async_create(reroute::message_request("claude").max_tokens(16).user(long_text),
                         [&](std::error_code code, reroute::outcome got) {
                           end = std::move(got);
                           l.codes.push_back(code);
                         });
  CHECK(l.run_until(1));
  INFO(end << end.attempts[0].error);
  REQUIRE(end.answered());
  CHECK(end.answer->text().size() > 300'000);
}

TEST_CASE("a small call does not queue behind a large upload") {
  auto options = over_http2();
  options.h2_window = 16 * 1024 * 1024;
  http2_loopback l(options);
  l.run();
  bool large = false, small = false, small_first = false;
  const std::string huge(8'000'000, 'x');
  l.claude->async_create(reroute::message_request("claude").max_tokens(16).user(huge),
                         [&](std::error_code code, reroute::outcome) {
                           CHECK_FALSE(code);
                           large = true;
                         });
  l.claude->async_create(loopback::question(), [&](std::error_code code, reroute::outcome) {
    CHECK_FALSE(code);
    small = true;
    small_first = !large;
  });
  CHECK(l.time->run_until(l.io, [&] { return large && small; }));
  CHECK(small_first);
  CHECK(l.a.log().connections == 1);
}

TEST_CASE("what the peer has not looked at is sent again, uncounted") {
  const auto kind =
      GENERATE(fault_kind::h2_refused, fault_kind::h2_goaway_before, fault_kind::close_before_head);
  http2_loopback l;
  const bool warm = GENERATE(false, true);
  if (warm) l.run();
  if (!warm && kind == fault_kind::close_before_head) return;  // a cold one that closes is a fault
  l.a.inject(once(kind));
  const auto end = l.run();
  INFO(end << "\nfault " << static_cast<int>(kind));
  CHECK(end.answered());
  CHECK(end.route() == "anthropic");
  CHECK(end.attempts.size() == 1);
  CHECK(l.a.log().requests == (warm ? 3 : 2));
}

TEST_CASE("a peer that refuses for ever is left, with what it said") {
  http2_loopback l;
  fakes::fault always;
  always.kind = fault_kind::h2_refused;
  l.a.inject(always);
  const auto end = l.run();
  CHECK(end.route() == "azure");
  CHECK(end.attempts[0].error.category == category::network);
  CHECK_FALSE(end.attempts[0].error.sent);
  CHECK(l.a.log().requests < 20);
}

TEST_CASE("a goodbye in mid-answer takes nothing away, and the next call has another connection") {
  http2_loopback l;
  l.a.inject(once(fault_kind::h2_goaway));
  CHECK(l.run().attempts.size() == 1);
  CHECK(l.run().answered());
  CHECK(l.a.log().connections == 2);
}

TEST_CASE("faults, by what a caller sees of them") {
  struct row {
    fakes::fault what;
    errc cause;
  };
  fakes::fault calm = once(fault_kind::h2_reset);
  calm.h2_code = 11;
  fakes::fault mid_body = once(fault_kind::h2_reset);
  mid_body.after_bytes = 50;
  const std::vector<row> rows{
      {once(fault_kind::h2_reset), errc::connection_lost},
      {calm, errc::enhance_your_calm},
      {mid_body, errc::truncated_body},
      {once(fault_kind::reset_before_head), errc::connection_lost},
      {once(fault_kind::truncated_body), errc::truncated_body},
      {once(fault_kind::garbage), errc::protocol_error},
      {once(fault_kind::h2_header_bomb), errc::header_too_large},
      {once(fault_kind::h2_continuation_flood), errc::protocol_error},
      {once(fault_kind::h2_wrong_order), errc::protocol_error},
      {once(fault_kind::h2_lying_length), errc::truncated_body},
      {once(fault_kind::h2_ping_flood), errc::protocol_error},
      {once(fault_kind::h2_settings_flood), errc::protocol_error},
  };
  for (const row& each : rows) {
    INFO("fault " << static_cast<int>(each.what.kind) << " code " << each.what.h2_code);
    http2_loopback l;
    l.a.inject(each.what);
    const auto end = l.run();
    INFO(end);
    REQUIRE(end.answered());
    CHECK(end.attempts[0].error.cause == each.cause);
    CHECK(end.attempts[0].error.sent);
    CHECK(l.run().answered());  // and the route goes on
  }
}

TEST_CASE("a fault of one stream leaves the others on the connection alone") {
  auto options = over_http2();
  options.latency = fakes::latency::fixed(1s);
  for (const auto kind :
       {fault_kind::h2_reset, fault_kind::h2_header_bomb, fault_kind::h2_lying_length}) {
    http2_loopback l(options);
    l.run();
    const auto all = l.many(20);
    l.time->run(l.io, 100ms);
    l.a.inject(once(kind));
    const auto hit = l.call({}, ++l.last_number);
    CHECK(l.run_until(22));
    INFO(*hit << "\nfault " << static_cast<int>(kind));
    for (const auto& each : all) {
      CHECK(each->answered());
      CHECK(each->attempts.size() == 1);
    }
    CHECK(hit->answered());
    CHECK(hit->attempts.size() == 2);
  }
}

TEST_CASE("a cancelled call resets its stream, and the connection serves on") {
  http2_loopback l;
  l.run();
  l.a.inject(once(fault_kind::silence));
  asio::cancellation_signal signal;
  reroute::outcome end;
  l.claude->async_create(
      loopback::question(),
      asio::bind_cancellation_slot(signal.slot(), [&](std::error_code code, reroute::outcome got) {
        end = std::move(got);
        l.codes.push_back(code);
      }));
  l.time->run(l.io, 1s);
  signal.emit(asio::cancellation_type::terminal);
  CHECK(l.run_until(2));
  CHECK(end.stopped == stopped::cancelled);
  CHECK(l.time->run_until(l.io, [&] { return l.a.log().abandoned == 1; }));
  CHECK(l.run().answered());
  CHECK(l.a.log().connections == 1);
}

TEST_CASE("a peer that falls silent is asked for a sign of life, and left") {
  reroute::client_options options;
  options.https.ping_interval = 5s;
  http2_loopback l(over_http2(), std::move(options));
  l.run();
  SECTION("it answers pings: its answer is waited for") {
    l.a.inject(once(fault_kind::silence));
    const auto end = l.run(reroute::call_options().deadline(60s));
    CHECK(end.stopped == stopped::deadline);
  }
}

TEST_CASE("a connection that died while it rested is replaced, unnoticed") {
  http2_loopback l;
  for (int i = 0; i < 5; ++i) {
    CHECK(l.run().attempts.size() == 1);
    l.a.drop_connections();
    l.time->run(l.io, 10ms);
  }
  CHECK(l.a.log().connections == 5);
}

TEST_CASE("an idle connection does not keep the loop running, and is closed after its rest") {
  http2_loopback l;
  l.run();
  l.fake.stop();
  l.io.restart();
  const auto rest = l.time->run(l.io);
  CHECK(rest < 60s);
  l.claude.reset();
  l.io.restart();
  l.io.run();  // returns
  CHECK(l.claude == std::nullopt);
}

TEST_CASE("streams over HTTP/2: events, cuts, stalls, drops") {
  const auto text = fakes::streamed_answer()
                        .start("claude-opus-4-8")
                        .thinking("hm", "Eq==")
                        .text("gr\xc3\xbc\xc3\x9f dich", 3)
                        .stop("end_turn", 42)
                        .str();
  auto options = over_http2();
  options.stream_to = [text](const std::string&) { return text; };
  http2_loopback l(options);
  struct read_all {
    bool over = false;
    std::string text;
    std::optional<reroute::message> whole;
    std::optional<reroute::api_error> error;
  };
  const auto read = [](http2_loopback* rig, reroute::call_options how,
                       std::shared_ptr<read_all> into) -> asio::awaitable<void> {
    try {
      reroute::message_stream stream =
          co_await rig->claude->stream(loopback::question(++rig->last_number), how);
      while (std::optional<std::string> part = co_await stream.next_text())
        into->text += *part;
      into->whole = co_await stream.finish();
    } catch (const reroute::api_error& failed) {
      into->error = failed;
    }
    into->over = true;
  };
  const auto run = [&](reroute::call_options how = {}) {
    const auto into = std::make_shared<read_all>();
    asio::co_spawn(l.io, read(&l, how, into), asio::detached);
    l.time->run_until(l.io, [&] { return into->over; });
    return *into;
  };
  CHECK(run().whole->text() == "gr\xc3\xbc\xc3\x9f dich");
  fakes::fault cut = once(fault_kind::h2_reset);
  cut.after_bytes = text.size() - 200;
  l.a.inject(cut);
  const auto broken = run();
  REQUIRE(broken.error);
  CHECK(broken.error->error().after_content);
  CHECK(broken.error->code() == errc::truncated_body);
  fakes::fault stall = once(fault_kind::stalled_body);
  stall.after_bytes = text.size() - 200;
  l.a.inject(stall);
  const auto stalled = run(reroute::call_options().guards(reroute::stream_guards().idle(7s)));
  REQUIRE(stalled.error);
  CHECK(stalled.error->code() == errc::idle_timeout);
  CHECK(run().whole);
}

TEST_CASE("an unread stream holds the peer back, and nobody else") {
  auto options = over_http2();
  options.stream_to = [](const std::string&) {
    return fakes::streamed_answer().start().text(std::string(3'000'000, 'x'), 1000).stop().str();
  };
  http2_loopback l(options);
  std::optional<reroute::message_stream> unread;
  l.claude->async_stream(
      loopback::question(),
      [&](std::error_code, reroute::message_stream stream) { unread.emplace(std::move(stream)); });
  l.time->run_until(l.io, [&] { return unread.has_value(); });
  CHECK(l.run().answered());
  CHECK(l.a.log().connections == 1);
  CHECK(l.a.log().answered == 1);  // the stream's three megabytes have not left the fake
  std::size_t size = 0;
  bool over = false;
  asio::co_spawn(
      l.io,
      [](reroute::message_stream* from, std::size_t* into, bool* done) -> asio::awaitable<void> {
        const reroute::message whole = co_await from->finish();
        *into = whole.text().size();
        *done = true;
      }(&*unread, &size, &over),
      asio::detached);
  CHECK(l.time->run_until(l.io, [&] { return over; }));
  CHECK(size == 3'000'000);
}

TEST_CASE("the loop may die in the middle of HTTP/2") {
  for (int turns = 0; turns < 60; ++turns) {
    auto l = std::make_unique<http2_loopback>();
    l->many(3);
    for (int i = 0; i < turns * 3; ++i)
      l->io.poll_one();
    if (turns % 2 == 0) l->claude.reset();
    l.reset();
  }
  CHECK(true);
}
