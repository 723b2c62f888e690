// Routes whose own code misbehaves, values at the end of their range, and a loop that stands still.
#include "tests/client/rig.hpp"
#include "tests/support/catch.hpp"

#include <asio/steady_timer.hpp>
#include <asio/this_coro.hpp>
#include <asio/use_awaitable.hpp>

#include <stdexcept>

using namespace std::chrono_literals;
using reroute::category;
using reroute::errc;
using reroute::stopped;
using tests::always;
using tests::answer;
using tests::rig;
using tests::says;
using tests::silence;

TEST_CASE("a transport that throws is a failed attempt, not a call that hangs") {
  rig r([](const auto&, std::size_t) -> tests::line { throw std::runtime_error("canary"); });
  const auto end = r.run();
  CHECK(end.result.route() == "azure");
  REQUIRE(end.result.attempts.size() == 2);
  CHECK(end.result.attempts[0].error.category == category::network);
  CHECK(end.result.attempts[0].error.cause == errc::protocol_error);
  CHECK(end.result.attempts[0].error.message == "the transport threw: canary");
  CHECK(r.elapsed() < 1s);
}

TEST_CASE("a transport that throws what is no exception") {
  rig r([](const auto&, std::size_t) -> tests::line { throw 42; });
  CHECK(r.run().result.route() == "azure");
}

TEST_CASE("a deadline of all time is none, and does not overflow") {
  rig r(always(answer("a")));
  const auto longest = std::chrono::milliseconds::max();
  CHECK(
      r.run(reroute::call_options().deadline(longest).attempt_timeout(longest)).result.answered());
}

TEST_CASE("a quota that opens in the year 9999 closes the route, and does not overflow") {
  rig r(always(says(400, R"({"type":"error","error":{"type":"invalid_request_error","message":)"
                         R"("You have reached your specified API usage limits. You will regain )"
                         R"(access on 9999-12-31 at 00:00 UTC."}})")));
  CHECK(r.run().result.route() == "azure");
  CHECK(r.run().result.attempts.size() == 1);
  CHECK(r.a->requests.size() == 1);
}

TEST_CASE("an attempt that times out before it was sent is no lost answer") {
  reroute::client_options options;
  options.retry_lost_answers = false;
  options.attempt_timeout = 2s;
  const auto time = std::make_shared<reroute::testing::manual_clock>();
  time->set_grace(0ms);
  const auto a = std::make_shared<tests::stage>(time, always(answer("a")));
  const auto b = std::make_shared<tests::stage>(time, always(answer("b")));
  const reroute::token_source never = []() -> asio::awaitable<reroute::access_token> {
    asio::steady_timer forever(co_await asio::this_coro::executor,
                               asio::steady_timer::time_point::max());
    co_await forever.async_wait(asio::use_awaitable);
    co_return reroute::access_token();
  };
  options.routes = {
      reroute::anthropic({.credential = reroute::credential::bearer(never), .transport = a}),
      reroute::azure_foundry({.resource = "contoso", .api_key = "canary-key-b", .transport = b})};
  options.time = time;
  asio::io_context io;
  reroute::client claude(io, std::move(options));
  tests::ending end;
  claude.async_create(rig::question(), [&](std::error_code code, reroute::outcome result) {
    ++end.times;
    end.code = code;
    end.result = std::move(result);
    claude.cancel();
  });
  time->run_until(io, [&] { return end.times > 0; });
  CHECK(end.result.route() == "azure");
  REQUIRE(end.result.attempts.size() == 2);
  CHECK(end.result.attempts[0].error.cause == errc::attempt_timeout);
  CHECK_FALSE(end.result.attempts[0].error.sent);
  CHECK(end.result.possibly_billed() == 0);
}

TEST_CASE("one that times out after it was sent is one, and ends the call if that is wished") {
  reroute::client_options options;
  options.retry_lost_answers = false;
  options.attempt_timeout = 2s;
  rig r(always(silence()), always(answer("b")), std::move(options));
  const auto end = r.run();
  CHECK(end.result.stopped == stopped::permanent);
  CHECK(end.result.error.cause == errc::attempt_timeout);
  CHECK(end.result.possibly_billed() == 1);
  CHECK(r.elapsed() == 2s);
  CHECK(r.a->cancelled == 1);
}

TEST_CASE("after the loop stood still, no herd goes out before anything was heard") {
  rig r(always(silence()), always(silence()));
  std::vector<std::shared_ptr<tests::ending>> calls;
  for (int i = 0; i < 100; ++i)
    calls.push_back(r.call());
  r.time->run(r.io, 140ms);
  const std::size_t before = r.a->requests.size() + r.b->requests.size();
  REQUIRE(before > 20);
  REQUIRE(before <= 64);
  calls.push_back(r.call());  // its pump stands in the loop's queue before the late timer
  r.time->advance(1s);
  r.time->run(r.io, 1ms);
  CHECK(r.a->requests.size() + r.b->requests.size() == before);
  r.claude->cancel();
  r.time->run(r.io);
}
