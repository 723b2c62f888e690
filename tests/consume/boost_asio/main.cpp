// A program of somebody else's whose loop is Boost.Asio's: it awaits reroute as anything else there,
// by every kind of token, over a scripted route, in virtual time.
#include <reroute/reroute.hpp>
#include <reroute/testing/faces.hpp>
#include <reroute/testing/manual_clock.hpp>
#include <reroute/testing/script.hpp>
#include <reroute/testing/streamed_answer.hpp>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/use_future.hpp>
#include <boost/system/system_error.hpp>

#include <chrono>
#include <exception>
#include <future>
#include <iostream>
#include <memory>
#include <string>
#include <system_error>
#include <type_traits>

namespace faces = reroute::testing::faces;
using boost::asio::use_awaitable;

static_assert(std::is_same_v<reroute::loop_error_code, boost::system::error_code>);

int mistakes = 0;
void expect(bool holds, const char* what) {
  if (holds) return;
  std::cout << "should hold: " << what << '\n';
  ++mistakes;
}
#define EXPECT(what) expect(static_cast<bool>(what), #what)

reroute::message_request question() {
  return reroute::message_request("claude-opus-4-8").user("Hello?");
}

boost::asio::awaitable<void> ask(reroute::client& claude) {
  reroute::message reply = co_await claude.create(question());
  EXPECT(reply.text() == "Hello.");

  auto [code, result] =
      co_await claude.async_create(question(), boost::asio::as_tuple(use_awaitable));
  static_assert(std::is_same_v<decltype(code), boost::system::error_code>);
  EXPECT(!code && result.answer->text() == "Hello.");

  boost::system::error_code failed;
  auto into = boost::asio::redirect_error(use_awaitable, failed);
  reroute::outcome refused = co_await claude.async_create(question(), into);
  EXPECT(failed == reroute::category::bad_request);
  EXPECT(refused.error.status == 400);

  try {
    (void)co_await claude.create(question());
    EXPECT(!"an api_error");
  } catch (const reroute::api_error& error) {
    EXPECT(error.outcome().error.category == reroute::category::auth);
  }

  reroute::message_stream stream = co_await claude.stream(question());
  reroute::message whole = co_await stream.finish();
  EXPECT(whole.text() == "In pieces.");
}

// what is cancelled equals Boost.Asio's own constant, whichever way it is told
void cancel(reroute::client& claude, int& times) {
  claude.async_create(question(), [&](boost::system::error_code code, const reroute::outcome&) {
    EXPECT(code == boost::asio::error::operation_aborted);
    EXPECT(code == boost::system::errc::operation_canceled);
    EXPECT(code == std::errc::operation_canceled);
    ++times;
  });
  claude.async_create(question(), [&](std::error_code code, const reroute::outcome&) {
    EXPECT(code == std::errc::operation_canceled);
    EXPECT(code == make_error_code(boost::asio::error::operation_aborted));
    ++times;
  });
  claude.cancel();
}

int main() {
  boost::asio::io_context io;
  auto time = std::make_shared<reroute::testing::manual_clock>();
  auto route = std::make_shared<reroute::testing::script>(time);
  route->expect("POST", "/v1/messages")
      .answers(faces::anthropic_429(std::chrono::seconds(20)))
      .answers(faces::ok("Hello."))
      .answers(faces::ok("Hello."))
      .answers(faces::anthropic_400())
      .answers(faces::anthropic_401())
      .answers(reroute::testing::streamed_answer().start().text("In pieces.", 3).stop().response());
  reroute::client claude(
      io, {.routes = {reroute::anthropic({.api_key = "any", .transport = route})}, .time = time});

  std::exception_ptr thrown;
  boost::asio::co_spawn(io, ask(claude), [&](std::exception_ptr how) { thrown = how; });
  time->run(io);
  if (thrown) std::rethrow_exception(thrown);
  EXPECT(route->failures().empty());

  int times = 0;
  cancel(claude, times);
  io.restart();
  time->run(io);
  EXPECT(times == 2);

  // a future throws what a Boost program expects
  std::future<reroute::outcome> lost = claude.async_create(question(), boost::asio::use_future);
  claude.cancel();
  io.restart();
  time->run(io);
  try {
    (void)lost.get();
    EXPECT(!"a system_error");
  } catch (const boost::system::system_error& error) {
    EXPECT(error.code() == boost::asio::error::operation_aborted);
  }
  return mistakes == 0 ? 0 : 1;
}
