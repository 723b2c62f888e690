// A client ends in order: no new calls, those that have begun to their end, then its connections.
#include "tests/client/loopback.hpp"
#include "tests/support/catch.hpp"

#include <asio/bind_cancellation_slot.hpp>
#include <asio/cancellation_signal.hpp>
#include <asio/co_spawn.hpp>
#include <asio/detached.hpp>
#include <asio/error.hpp>

#include <memory>
#include <optional>
#include <system_error>

using namespace std::chrono_literals;
using reroute::errc;
using reroute::stopped;
using tests::loopback;
namespace fakes = reroute::testing;

namespace {

fakes::fake_route_options slow(bool http2) {
  fakes::fake_route_options options;
  options.http2 = http2;
  options.latency = fakes::latency::fixed(5s);
  return options;
}

using ending = std::shared_ptr<std::optional<std::error_code>>;

ending drain(loopback& l, std::chrono::milliseconds within, asio::cancellation_slot slot = {}) {
  auto end = std::make_shared<std::optional<std::error_code>>();
  l.claude->async_drain(
      within, asio::bind_cancellation_slot(slot, [end](std::error_code code) { *end = code; }));
  return end;
}

}  // namespace

TEST_CASE("a client that did nothing is drained at once, and takes no call") {
  loopback l;
  const ending end = drain(l, 0ms);
  CHECK(l.time->run_until(l.io, [&] { return end->has_value(); }));
  CHECK_FALSE(**end);
  const auto refused = l.run();
  CHECK(refused.stopped == stopped::draining);
  CHECK(refused.error.cause == errc::draining);
  CHECK(l.codes.back() == errc::draining);
  CHECK(refused.attempts.empty());
  CHECK(l.a.log().connections == 0);
}

TEST_CASE("calls that have begun go on to their end, also those that wait") {
  auto options = slow(GENERATE(true, false));
  options.rate = 1;
  options.burst = 1;
  options.form = fakes::refusal_form::seconds;
  reroute::client_options only;
  only.plan = reroute::in_order();
  loopback l(options, tests::with_face(fakes::face::azure), std::move(only));
  std::vector<std::shared_ptr<reroute::outcome>> all;
  for (std::size_t i = 0; i < 4; ++i)
    all.push_back(l.call({}, i));
  l.time->run(l.io, 100ms);
  const ending end = drain(l, 10min);
  const auto refused = l.call({}, 99);
  CHECK(l.run_until(5));
  CHECK(refused->stopped == stopped::draining);
  for (const auto& each : all)
    CHECK(each->answered());
  CHECK(l.time->run_until(l.io, [&] { return end->has_value(); }));
  CHECK_FALSE(**end);
  CHECK(l.time->run_until(l.io, [&] { return l.a.log().open_connections == 0; }));
}

TEST_CASE("what is not over in time is cancelled") {
  loopback l(slow(GENERATE(true, false)));
  const auto call = l.call();
  l.time->run(l.io, 100ms);
  const ending end = drain(l, 2s);
  const auto begin = l.time->now();
  CHECK(l.time->run_until(l.io, [&] { return end->has_value(); }));
  CHECK(**end == make_error_code(asio::error::timed_out));
  CHECK(l.time->now() - begin >= 2s);
  CHECK(l.time->now() - begin < 5s);
  CHECK(l.run_until(1));
  CHECK(call->stopped == stopped::cancelled);
  CHECK(l.time->run_until(l.io, [&] { return l.a.log().open_connections == 0; }));
}

TEST_CASE("a stream that is read is waited for") {
  auto options = slow(true);
  options.latency = {};
  loopback l(options);
  std::optional<reroute::message_stream> stream;
  l.claude->async_stream(loopback::question(),
                         [&](std::error_code code, reroute::message_stream got) {
                           CHECK_FALSE(code);
                           stream.emplace(std::move(got));
                         });
  CHECK(l.time->run_until(l.io, [&] { return stream.has_value(); }));
  const ending end = drain(l, 0ms);
  l.time->run(l.io, 1s);
  CHECK_FALSE(end->has_value());
  bool whole = false;
  asio::co_spawn(
      l.io,
      [](reroute::message_stream* from, bool* done) -> asio::awaitable<void> {
        const reroute::message text = co_await from->finish();
        *done = text.text() == "hello";
      }(&*stream, &whole),
      asio::detached);
  CHECK(l.time->run_until(l.io, [&] { return end->has_value(); }));
  CHECK(whole);
  CHECK_FALSE(**end);
}

TEST_CASE("a stream that is dropped is not waited for") {
  loopback l;
  std::optional<reroute::message_stream> stream;
  l.claude->async_stream(loopback::question(), [&](std::error_code, reroute::message_stream got) {
    stream.emplace(std::move(got));
  });
  CHECK(l.time->run_until(l.io, [&] { return stream.has_value(); }));
  const ending end = drain(l, 0ms);
  l.time->run(l.io, 1s);
  stream.reset();
  CHECK(l.time->run_until(l.io, [&] { return end->has_value(); }));
  CHECK_FALSE(**end);
}

TEST_CASE("draining can be left, twice done, and ends with its client") {
  loopback l(slow(true));
  const auto call = l.call();
  l.time->run(l.io, 100ms);
  asio::cancellation_signal cancel;
  const ending left = drain(l, 0ms, cancel.slot());
  const ending stays = drain(l, 0ms);
  l.time->run(l.io, 100ms);
  cancel.emit(asio::cancellation_type::terminal);
  CHECK(l.time->run_until(l.io, [&] { return left->has_value(); }));
  CHECK(**left == make_error_code(asio::error::operation_aborted));
  CHECK_FALSE(stays->has_value());
  CHECK(l.codes.empty());
  const bool ends = GENERATE(true, false);
  if (ends) l.claude.reset();
  CHECK(l.time->run_until(l.io, [&] { return stays->has_value(); }));
  CHECK(l.run_until(1));
  CHECK(call->answered() == !ends);
  CHECK(**stays == (ends ? std::error_code(make_error_code(asio::error::operation_aborted))
                         : std::error_code()));
}

TEST_CASE("draining as a coroutine throws what it could not do") {
  loopback l(slow(true));
  l.call();
  l.time->run(l.io, 100ms);
  std::error_code thrown;
  bool over = false;
  asio::co_spawn(
      l.io,
      [](loopback* rig, std::error_code* into, bool* done) -> asio::awaitable<void> {
        try {
          co_await rig->claude->drain(1s);
        } catch (const std::system_error& late) {
          *into = late.code();
        }
        *done = true;
      }(&l, &thrown, &over),
      asio::detached);
  CHECK(l.time->run_until(l.io, [&] { return over; }));
  CHECK(thrown == make_error_code(asio::error::timed_out));
}
