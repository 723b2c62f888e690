// Functions whose answer is needed: what one throws is the error of that attempt, with the thrown text.
#include "tests/client/rig.hpp"
#include "tests/client/stream_rig.hpp"
#include "tests/support/catch.hpp"

#include <stdexcept>

using namespace std::chrono_literals;
using Catch::Matchers::Contains;
using reroute::category;
using reroute::errc;
using reroute::stopped;
using tests::always;
using tests::answer;
using tests::refusal;
using tests::says;

namespace {

[[noreturn]] void throw_canary() { throw std::runtime_error("consul down"); }

// a call over one route that `spoil` has changed
struct one_route {
  one_route(tests::director lines, const std::function<void(reroute::route&)>& spoil,
            reroute::policy decide = {})
      : peer(std::make_shared<tests::stage>(time, std::move(lines))) {
    time->set_grace(0ms);
    reroute::route made = reroute::anthropic({.api_key = "canary-key", .transport = peer});
    spoil(made);
    reroute::client_options options;
    options.routes = {std::move(made)};
    options.time = time;
    options.seed = 1;
    options.decide = std::move(decide);
    claude.emplace(io, std::move(options));
  }
  tests::ending run(const reroute::call_options& options = {}) {
    tests::ending end;
    claude->async_create(tests::rig::question(), options,
                         [&end](std::error_code code, reroute::outcome result) {
                           ++end.times;
                           end.code = code;
                           end.result = std::move(result);
                         });
    time->run(io);
    return end;
  }
  asio::io_context io;
  std::shared_ptr<reroute::testing::manual_clock> time =
      std::make_shared<reroute::testing::manual_clock>();
  std::shared_ptr<tests::stage> peer;
  std::optional<reroute::client> claude;
};

reroute::token_provider source(std::function<reroute::access_token(int number)> give) {
  return [give = std::move(give), calls = std::make_shared<int>(0)](
             reroute::token_fetch) -> asio::awaitable<reroute::access_token> {
    co_return give(++*calls);
  };
}

const std::string unauthorized = R"({"type":"error","error":{"type":"authentication_error"}})";

}  // namespace

TEST_CASE("a policy that throws stops its call, and the attempt's error says what it threw") {
  one_route r(
      always(refusal(1)), [](auto&) {},
      [](const auto&, const auto&) -> reroute::decision { throw_canary(); });
  const auto end = r.run();
  CHECK(end.times == 1);
  CHECK(end.result.stopped == stopped::permanent);
  REQUIRE(end.result.attempts.size() == 1);
  CHECK(end.code == category::rate_limit);
  CHECK(end.result.error == end.result.attempts[0].error);
  CHECK_THAT(end.result.error.message,
             Contains("the policy threw: consul down") && Contains("rate limit"));
}

TEST_CASE("a policy that throws while another attempt is under way leaves that its chance") {
  reroute::client_options options;
  options.decide = [](const auto&, const auto&) -> reroute::decision { throw 42; };
  tests::line late = answer("b");
  late.head_after = 5s;
  tests::line fails = says(500);
  fails.head_after = 1s;
  tests::rig r(always(fails), always(late), std::move(options));
  const auto end = r.run(reroute::call_options().plan(reroute::hedge(300ms)));
  CHECK(end.result.route() == "azure");
  CHECK_THAT(end.result.attempts[0].error.message, Contains("something that is no std::exception"));
}

TEST_CASE("a writer that throws fails its attempt, and its text is kept") {
  one_route r(always(answer()), [](reroute::route& on) {
    on.write = [](const auto&) -> reroute::http::request { throw_canary(); };
  });
  const auto end = r.run();
  CHECK(end.code == errc::rejected);
  CHECK_THAT(end.result.error.message, Contains("writer threw: consul down"));
  CHECK(r.peer->requests.empty());
}

TEST_CASE("a writer that throws behind a 401 fails the attempt that follows") {
  one_route r(tests::first(1, says(401, unauthorized)), [](reroute::route& on) {
    on.credential = reroute::credential::bearer(source(
        [](int number) { return reroute::access_token("token-" + std::to_string(number)); }));
    on.write = [inner = on.write, calls = std::make_shared<int>(0)](const auto& context) {
      if (++*calls == 2) throw_canary();
      return inner(context);
    };
  });
  const auto end = r.run();
  REQUIRE(end.result.attempts.size() == 2);
  CHECK(end.result.attempts[0].status == 401);
  CHECK_THAT(end.result.attempts[1].error.message, Contains("writer threw: consul down"));
}

TEST_CASE("a resolver that throws fails its attempt, and its text is kept") {
  for (const int status : {429, 401, 500, 200}) {
    INFO(status);
    one_route r(always(says(status, "{}")), [](reroute::route& on) {
      on.resolve = [](const auto&, auto) -> reroute::normalized_error { throw_canary(); };
    });
    const auto end = r.run();
    CHECK(end.times == 1);
    REQUIRE(end.result.attempts.size() == 1);
    CHECK(end.result.error.status == status);
    CHECK_THAT(end.result.error.message, Contains("resolver threw: consul down"));
  }
}

TEST_CASE("a token source that throws fails its attempt, at first and behind a 401") {
  for (const int at : {1, 2}) {
    INFO(at);
    one_route r(always(says(401, unauthorized)), [at](reroute::route& on) {
      on.credential = reroute::credential::bearer(source([at](int number) {
        if (number == at) throw_canary();
        return reroute::access_token("token-" + std::to_string(number));
      }));
    });
    const auto end = r.run();
    CHECK(end.code == category::auth);
    CHECK_THAT(end.result.error.message, Contains("consul down"));
  }
}

TEST_CASE("a token source that is no coroutine may throw where it is called") {
  one_route r(always(answer()), [](reroute::route& on) {
    const reroute::token_source throws = []() -> asio::awaitable<reroute::access_token> {
      throw_canary();
    };
    on.credential = reroute::credential::bearer(throws);
  });
  CHECK_THAT(r.run().result.error.message, Contains("consul down"));
}

// ---- transports

namespace {

struct throwing_body final : reroute::response_body {
  explicit throwing_body(bool at_once, std::string bytes)
      : at_once_(at_once), bytes_(std::move(bytes)) {}
  asio::awaitable<reroute::body_piece> read() override {
    if (bytes_.empty() || std::exchange(said_, true)) throw_canary();
    reroute::body_piece piece;
    piece.bytes = bytes_;
    co_return piece;
  }
  bool read_ready(std::string& into) override {
    if (at_once_) throw_canary();
    return response_body::read_ready(into);
  }

 private:
  bool at_once_, said_ = false;
  std::string bytes_;
};

struct throwing_transport final : reroute::transport {
  std::function<reroute::exchange_result()> say;
  asio::awaitable<reroute::exchange_result> exchange(reroute::http::request) override {
    co_return say();
  }
  asio::awaitable<reroute::transport_error> warm_up(reroute::http::url, std::size_t) override {
    (void)say();
    co_return reroute::transport_error();
  }
  void shutdown() override {}
};

reroute::exchange_result head(int status, bool at_once, std::string bytes = {}) {
  reroute::exchange_result result;
  result.head.status = status;
  if (!bytes.empty()) result.head.headers.add("content-type", "text/event-stream");
  result.body = std::make_unique<throwing_body>(at_once, std::move(bytes));
  return result;
}

std::shared_ptr<throwing_transport> transport_that(std::function<reroute::exchange_result()> say) {
  auto made = std::make_shared<throwing_transport>();
  made->say = std::move(say);
  return made;
}

tests::ending call_over(std::function<reroute::exchange_result()> say) {
  one_route r(always(answer()),
              [&say](reroute::route& on) { on.transport = transport_that(std::move(say)); });
  return r.run();
}

}  // namespace

TEST_CASE(
    "a transport that throws fails its attempt, and its text is kept without the credential") {
  for (const auto& say :
       {std::function<reroute::exchange_result()>([]() -> reroute::exchange_result {
          throw std::runtime_error("consul down for canary-key");
        }),
        {[] { return head(200, false); }},
        {[] { return head(200, true); }},
        {[] { return head(500, true); }}}) {
    const auto end = call_over(say);
    CHECK(end.times == 1);
    CHECK(end.result.error.cause == errc::protocol_error);
    CHECK_THAT(end.result.error.message,
               Contains("the transport threw: consul down") && !Contains("canary-key"));
  }
}

TEST_CASE("a body that throws ends its stream, before and behind its first content") {
  const auto begun = tests::streamed_answer().start().unfinished("abc").response().body;
  for (const std::string& bytes : {tests::streamed_answer().start().response().body, begun}) {
    one_route r(always(answer()), [&](reroute::route& on) {
      on.transport = transport_that([&] { return head(200, false, bytes); });
    });
    std::error_code code;
    reroute::outcome story;
    r.claude->async_stream(tests::rig::question(), [&](std::error_code failed,
                                                       reroute::message_stream opened) {
      code = failed;
      story = opened.outcome();
      if (failed) return;
      auto stream = std::make_shared<reroute::message_stream>(std::move(opened));
      asio::co_spawn(
          r.io,
          [](std::shared_ptr<reroute::message_stream> read) -> asio::awaitable<reroute::message> {
            co_return co_await read->finish();
          }(stream),
          [&, stream](const std::exception_ptr& thrown, const reroute::message&) {
            REQUIRE(thrown);
            story = stream->outcome();
          });
    });
    r.time->run(r.io);
    CHECK(story.error.cause == errc::protocol_error);
    CHECK(story.error.after_content == (bytes == begun));
    CHECK_THAT(story.error.message, Contains("the transport threw: consul down"));
  }
}

TEST_CASE("a writer and a transport that throw leave their route cold, and say why") {
  const auto warmth = [](const std::function<void(reroute::route&)>& spoil) {
    one_route r(always(answer()), spoil);
    std::vector<reroute::route_warmth> all;
    r.claude->async_warm_up(1, [&](std::error_code code, std::vector<reroute::route_warmth> told) {
      CHECK_FALSE(code);
      all = std::move(told);
    });
    r.time->run(r.io);
    REQUIRE(all.size() == 1);
    return all[0].error.message;
  };
  CHECK_THAT(warmth([](reroute::route& on) {
               on.write = [](const auto&) -> reroute::http::request { throw_canary(); };
             }),
             Contains("writer threw: consul down"));
  CHECK_THAT(warmth([](reroute::route& on) {
               on.transport = transport_that([]() -> reroute::exchange_result { throw_canary(); });
             }),
             Contains("transport threw: consul down"));
}

// ---- waits

TEST_CASE("an observer hears of a wait for a refusal without a hint") {
  std::vector<std::chrono::nanoseconds> waits;
  reroute::client_options options;
  options.observer.at_wait = [&](const reroute::wait_event& event) {
    CHECK(event.route == "anthropic");
    waits.push_back(event.wait);
  };
  const auto no_hint =
      says(429, R"({"type":"error","error":{"type":"rate_limit_error","message":"rate limit"}})");
  tests::rig r(tests::first(1, no_hint), always(says(400)), std::move(options));
  CHECK(r.run(reroute::call_options().plan(reroute::in_order())).result.answered());
  REQUIRE(waits.size() == 1);
  CHECK(waits[0] > 0s);
  CHECK(waits[0] <= 1s);
}
