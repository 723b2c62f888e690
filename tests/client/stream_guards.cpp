// How long a stream may be silent, stand still, or crawl: the clockwork, and streams under it.
#include "client/stream_watch.hpp"
#include "tests/client/stream_rig.hpp"
#include "tests/support/catch.hpp"

#include <stdexcept>

using namespace std::chrono_literals;
using reroute::errc;
using reroute::stream_guards;
using reroute::detail::stream_watch;
using tests::good;
using tests::stream_rig;
using tests::streamed;
using tests::streamed_answer;
using line = reroute::testing::line;
using type = reroute::stream_event_type;

namespace {

const stream_watch::time_point zero{};

stream_guards none() {
  return stream_guards().first_event(0ms).first_content(0ms).idle(0ms).progress(0ms);
}

std::pair<std::chrono::nanoseconds, errc> limit(const stream_watch& watch) {
  return {watch.next().at - zero, watch.next().why};
}

}  // namespace

TEST_CASE("without limits a stream may take for ever") {
  stream_watch watch(none(), zero);
  CHECK(watch.next().at == stream_watch::time_point::max());
  watch.heard(zero + 1h, 1);
  CHECK(watch.next().at == stream_watch::time_point::max());
}

TEST_CASE("the first event, and the first content, count from sending") {
  stream_watch watch(none().first_event(10s).first_content(30s), zero);
  watch.waits(zero + 2s);
  CHECK(limit(watch) == std::pair<std::chrono::nanoseconds, errc>(10s, errc::first_event_timeout));
  watch.heard(zero + 9s, 10);
  watch.saw(type::ping);
  CHECK(limit(watch) ==
        std::pair<std::chrono::nanoseconds, errc>(30s, errc::first_content_timeout));
  watch.saw(type::message_start);
  watch.saw(type::content_block_start);
  CHECK(watch.next().why == errc::first_content_timeout);
  watch.saw(type::text);
  CHECK(watch.next().at == stream_watch::time_point::max());
}

TEST_CASE("bytes are life, pings no progress, and the reader's pauses count for neither") {
  stream_watch watch(none().idle(5s).progress(12s), zero);
  watch.saw(type::text);
  watch.waits(zero);
  CHECK(limit(watch) == std::pair<std::chrono::nanoseconds, errc>(5s, errc::idle_timeout));
  watch.heard(zero + 4s, 10);
  watch.saw(type::ping);
  watch.waits(zero + 1h);
  CHECK(watch.next().at == zero + 1h + 5s);
  watch.heard(zero + 1h + 4s, 10);
  watch.saw(type::ping);
  watch.waits(zero + 2h);
  CHECK(limit(watch) == std::pair<std::chrono::nanoseconds, errc>(2h + 4s, errc::stream_stalled));
  watch.saw(type::text);
  CHECK(watch.next().why == errc::idle_timeout);
}

TEST_CASE("less than the minimum throughput over the window is too slow") {
  stream_watch watch(none().min_throughput(100, 10s), zero);
  CHECK(watch.next().at == stream_watch::time_point::max());  // not before the content
  watch.saw(type::text);
  watch.waits(zero);
  CHECK(limit(watch) == std::pair<std::chrono::nanoseconds, errc>(10s, errc::stream_too_slow));
  auto now = zero;
  for (int i = 0; i < 100; ++i) {  // just fast enough
    watch.heard(now += 1s, 100);
    REQUIRE(watch.next().at == now + 10s);
  }
  for (int i = 0; i < 9; ++i)  // half as fast: a second of waiting is paid for half
    watch.heard(now += 1s, 50);
  CHECK(watch.next().at == now + 5500ms);
  watch.waits(now += 1h);
  CHECK(watch.next().at == now + 5500ms);
  watch.heard(now += 1s, 1'000'000'000'000);
  CHECK(watch.next().at == now + 10s);  // nothing is saved beyond the window
}

TEST_CASE("guards say what is wrong with them") {
  CHECK_THROWS_WITH(stream_guards().idle(-1ms),
                    Catch::Contains("stream_guards.idle is -1 ms; it must be 0"));
  CHECK_THROWS_AS(stream_guards().first_event(-1ms), std::invalid_argument);
  CHECK_THROWS_AS(stream_guards().first_content(std::chrono::milliseconds::max()),
                  std::invalid_argument);
  CHECK_THROWS_AS(stream_guards().progress(-1ms), std::invalid_argument);
  CHECK_THROWS_WITH(stream_guards().min_throughput(1, 0ms), Catch::Contains("more than 0"));
}

// ---- streams under them

TEST_CASE("silence before the content: the other route answers") {
  stream_rig r;
  r.a->expect("POST", "/v1/messages").says(line::stalled(good(), 290));
  r.b->expect("POST", "/v1/messages").answers(good());
  const auto [guards, why, after] = GENERATE(table<stream_guards, errc, std::chrono::milliseconds>(
      {{stream_guards().idle(3s), errc::idle_timeout, 3000ms},
       {stream_guards().first_content(2500ms), errc::first_content_timeout, 2500ms}}));
  const streamed got = r.run(reroute::call_options().guards(guards));
  CHECK(got.text == "hello");
  CHECK(got.opened_at == after);
  REQUIRE(got.story.attempts.size() == 2);
  CHECK(got.story.attempts[0].error.cause == why);
  CHECK(got.story.attempts[0].possibly_billed);
}

TEST_CASE(
    "by default nobody cuts a model that thinks silently, before its text or in the midst of it") {
  stream_rig r;
  const std::string body = good().body;
  const std::size_t piece = body.size() / 4 + 1;
  r.a->expect("POST", "/v1/messages").says(line(good()).in_pieces(piece, 100s));
  const streamed got = r.run();
  CHECK(got.text == "hello");
  REQUIRE(got.story.attempts.size() == 1);
  CHECK(got.ended_at >= 300s);
  CHECK(reroute::https_options().idle_timeout >= reroute::stream_guards().idle());
  CHECK(reroute::stream_guards().idle() >= 5min);
  CHECK(reroute::stream_guards().first_event() >= 5min);
}

TEST_CASE("a route that says nothing at all is left as well") {
  stream_rig r;
  r.a->expect("POST", "/v1/messages").says(line::stalled(good(), 0));
  r.b->expect("POST", "/v1/messages").answers(good());
  const streamed got = r.run(reroute::call_options().guards(stream_guards().first_event(4s)));
  CHECK(got.opened_at == 4s);
  CHECK(got.story.attempts[0].error.cause == errc::first_event_timeout);
}

TEST_CASE("silence after the content ends the stream in its time, with what came") {
  stream_rig r;
  r.a->expect("POST", "/v1/messages")
      .says(line::stalled(streamed_answer().start().unfinished("abc").stop().response(), 500));
  const streamed got = r.run(reroute::call_options().guards(stream_guards().idle(7s)));
  CHECK(got.text == "abc");
  CHECK(got.ended_at == 7s);
  REQUIRE(got.error);
  CHECK(got.error->code() == errc::idle_timeout);
  CHECK(got.error->code() == std::errc::timed_out);
  CHECK(got.error->error().after_content);
  CHECK(got.story.received->text() == "abc");
  CHECK(r.a->heard()[0].cancelled);
}

TEST_CASE("pings keep a stream alive, but not for ever") {
  stream_rig r;
  streamed_answer slow = streamed_answer().start().unfinished("abc");
  const std::size_t before = slow.str().size();
  for (int i = 0; i < 100; ++i)
    slow.ping();
  const std::size_t ping = (slow.str().size() - before) / 100;
  r.a->expect("POST", "/v1/messages").says(line(slow.response()).in_pieces(ping, 1s));
  const streamed got =
      r.run(reroute::call_options().guards(stream_guards().idle(2s).progress(20s)));
  REQUIRE(got.error);
  CHECK(got.error->code() == errc::stream_stalled);
  CHECK(got.ended_at - got.opened_at >= 20s);
  CHECK(got.ended_at - got.opened_at <= 22s);
}

TEST_CASE("a crawling stream is left when that was asked for") {
  stream_rig r;
  r.a->expect("POST", "/v1/messages").says(line(good(std::string(3000, 'x'), 1)).in_pieces(20, 1s));
  const auto options = reroute::call_options().guards(stream_guards().min_throughput(100, 5s));
  const streamed got = r.run(options);
  REQUIRE(got.error);
  CHECK(got.error->code() == errc::stream_too_slow);
  CHECK(got.ended_at - got.opened_at < 10s);
}

TEST_CASE("the deadline bounds all of a stream, and so does the attempt's time") {
  stream_rig r;
  r.a->expect("POST", "/v1/messages").says(line(good(std::string(3000, 'x'), 1)).in_pieces(20, 1s));
  SECTION("deadline") {
    const streamed got = r.run(reroute::call_options().deadline(60s));
    REQUIRE(got.error);
    CHECK(got.ended_at == 60s);
    CHECK(got.error->code() == errc::deadline_exceeded);
    CHECK(got.story.stopped == reroute::stopped::deadline);
    CHECK(got.error->error().after_content);
    CHECK_FALSE(got.story.received->text().empty());
  }
  SECTION("attempt") {
    const streamed got = r.run(reroute::call_options().attempt_timeout(50s));
    REQUIRE(got.error);
    CHECK(got.ended_at == 50s);
    CHECK(got.error->code() == errc::attempt_timeout);
    CHECK(got.story.stopped == reroute::stopped::after_content);
  }
}
