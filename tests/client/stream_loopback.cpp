// Streams over real sockets: chunks of every size, cuts at every byte, stalls, and errors in the middle.
#include <reroute/testing/streamed_answer.hpp>

#include "tests/client/loopback.hpp"
#include "tests/support/catch.hpp"

#include <asio/co_spawn.hpp>
#include <asio/detached.hpp>

#include <algorithm>

using namespace std::chrono_literals;
using reroute::category;
using reroute::errc;
using tests::loopback;
namespace fakes = reroute::testing;
using fakes::streamed_answer;

namespace {

streamed_answer everything() {
  return streamed_answer()
      .start("claude-opus-4-8")
      .ping()
      .thinking("Let me see", "Eq==")
      .text("gr\xc3\xbc\xc3\x9f dich", 3)
      .cited("as said", "a book")
      .tool_use("toolu_1", "weather", R"({"city": "Bern"})", 5)
      .event("something_new", R"({"of":"interest"})")
      .stop("tool_use", 42);
}

fakes::fake_route_options with(std::string stream, std::size_t chunk = 0) {
  fakes::fake_route_options options;
  options.stream_to = [stream = std::move(stream)](const std::string&) { return stream; };
  options.stream_chunk = chunk;
  return options;
}

struct read_all {
  bool over = false;
  std::string text;
  std::size_t events = 0;
  std::optional<reroute::message> whole;
  std::optional<reroute::api_error> error;
  reroute::outcome story;
};

asio::awaitable<void> read(loopback* rig, reroute::call_options options,
                           std::shared_ptr<read_all> into) {
  try {
    reroute::message_stream stream =
        co_await rig->claude->stream(loopback::question(++rig->last_number), options);
    for (;;) {
      const std::optional<reroute::stream_event> event = co_await stream.next();
      if (!event) break;
      ++into->events;
      if (event->type() == reroute::stream_event_type::text) into->text += event->text();
    }
    into->whole = co_await stream.finish();
    into->story = stream.outcome();
  } catch (const reroute::api_error& failed) {
    into->error = failed;
    into->story = failed.outcome();
  }
  into->over = true;
}

read_all run(loopback& rig, reroute::call_options options = {}) {
  auto into = std::make_shared<read_all>();
  asio::co_spawn(rig.io, read(&rig, std::move(options), into), asio::detached);
  rig.time->run_until(rig.io, [&] { return into->over; });
  return *into;
}

fakes::fault at(fakes::fault_kind kind, std::size_t byte, int status = 529) {
  fakes::fault what;
  what.kind = kind;
  what.requests = 1;
  what.status = status;
  what.after_bytes = byte;
  return what;
}

}  // namespace

TEST_CASE("a stream over TLS, in chunks of every size, on one connection") {
  for (const std::size_t chunk : {0, 1, 7, 100, 10000}) {
    loopback rig(with(everything().str(), chunk));
    for (int i = 0; i < 3; ++i) {
      const read_all got = run(rig);
      INFO("chunks of " << chunk);
      REQUIRE(got.whole);
      CHECK(got.text == "gr\xc3\xbc\xc3\x9f dichas said");
      CHECK(got.whole->usage().output_tokens == 42);
      CHECK(got.whole->route() == "anthropic");
      CHECK_FALSE(got.whole->request_id().empty());
    }
    CHECK(rig.a.log().connections == 1);  // read to its end, a stream leaves the connection clean
    CHECK(rig.a.log().answered == 3);
  }
}

TEST_CASE("the fake streams its reply by itself, on either face") {
  loopback rig;
  rig.a.inject({.kind = fakes::fault_kind::status, .requests = 1});
  const read_all got = run(rig);
  CHECK(got.text == "hello");
  CHECK(got.whole->route() == "azure");
  CHECK(run(rig).whole->route() == "anthropic");
}

TEST_CASE("cut off anywhere in the body: what came is true, what did not is told") {
  const std::string whole = everything().str();
  const std::size_t first = whole.find("\n\n", whole.find("thinking_delta")) + 2;
  loopback rig(with(whole, 13));
  for (std::size_t byte = 0; byte < whole.size();
       byte += 11) {  // tests/client/streams.cpp: every one
    INFO("after " << byte);
    rig.a.inject(at(fakes::fault_kind::truncated_body, byte));
    const read_all got = run(rig, reroute::call_options().plan(reroute::in_order()));
    if (byte < first) {
      REQUIRE(got.whole);  // again, on the same route
      REQUIRE(got.story.attempts.size() == 2);
      rig.time->advance(30s);
    } else if (got.error) {
      REQUIRE(got.error->code() == errc::truncated_body);
      REQUIRE(got.error->error().after_content);
      REQUIRE(got.story.received);
    } else {
      REQUIRE(byte >= whole.size() - 1);  // only the last line end is missing
    }
  }
}

TEST_CASE("both faces' errors in the middle of a stream") {
  for (const bool azure : {false, true}) {
    auto options = with(everything().str());
    options.face = azure ? fakes::face::azure : fakes::face::anthropic;
    loopback rig(options, tests::with_face(fakes::face::azure));
    for (const auto& [status, expected] : std::vector<std::pair<int, category>>{
             {529, category::overloaded}, {500, category::server}, {429, category::rate_limit}}) {
      if (azure && status == 529) continue;  // said by no gateway
      INFO(status << " on " << (azure ? "azure" : "anthropic"));
      rig.a.inject(at(fakes::fault_kind::error_event, 700, status));
      const read_all got = run(rig);
      REQUIRE(got.error);
      CHECK(got.error->code() == expected);
      CHECK(got.error->error().after_content);
      CHECK(got.story.received->id() == "msg_fake");
      rig.a.inject(at(fakes::fault_kind::error_event, 0, status));
      rig.time->advance(60s);
      CHECK(run(rig).whole);  // before the content somebody else answers
      rig.time->advance(60s);
    }
  }
}

TEST_CASE("a stall, a drip, and a pace, in virtual time") {
  auto options = with(everything().str());
  options.stream_pace = 1s;
  loopback rig(options);
  const auto begin = rig.time->now();
  const read_all paced = run(rig);
  CHECK(paced.whole);
  CHECK(rig.time->now() - begin >= 20s);

  rig.a.inject(at(fakes::fault_kind::stalled_body, 1200));
  const auto stall = rig.time->now();
  const read_all stalled =
      run(rig, reroute::call_options().guards(reroute::stream_guards().idle(7s)));
  REQUIRE(stalled.error);
  CHECK(stalled.error->code() == errc::idle_timeout);
  CHECK(rig.time->now() - stall < 30s);
  CHECK(rig.time->run_until(rig.io, [&] { return rig.a.log().abandoned == 1; }));

  loopback drips(with(everything().str()));
  fakes::fault slow;
  slow.kind = fakes::fault_kind::slow_drip;
  slow.bytes = 10;
  slow.every = 10ms;
  drips.a.inject(slow);
  CHECK(run(drips).whole);
}

TEST_CASE("many streams at once, some of them dropped") {
  auto options = with(everything().str());
  options.stream_pace = 10ms;
  loopback rig(options);
  std::vector<std::shared_ptr<read_all>> all;
  std::vector<reroute::message_stream> unread;
  for (int i = 0; i < 25; ++i) {
    all.push_back(std::make_shared<read_all>());
    asio::co_spawn(rig.io, read(&rig, {}, all.back()), asio::detached);
    rig.claude->async_stream(loopback::question(),
                             [&](std::error_code code, reroute::message_stream stream) {
                               CHECK_FALSE(code);
                               unread.push_back(std::move(stream));
                             });
  }
  rig.time->run_until(rig.io, [&] {
    return unread.size() == 25 &&
           std::all_of(all.begin(), all.end(), [](const auto& each) { return each->over; });
  });
  for (const auto& each : all)
    CHECK(each->whole);
  CHECK(rig.claude->stats().streams == 25);
  unread.clear();
  CHECK(rig.time->run_until(rig.io, [&] { return rig.claude->stats().streams == 0; }));
  CHECK(rig.claude->stats().cancelled == 25);
}
