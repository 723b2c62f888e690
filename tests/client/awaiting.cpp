// What users write inside a co_await, under g++ 12 and AddressSanitizer: temporaries, defaults, moved.
#include "tests/client/rig.hpp"
#include "tests/support/catch.hpp"

#include <asio/bind_executor.hpp>
#include <asio/co_spawn.hpp>
#include <asio/detached.hpp>
#include <asio/thread_pool.hpp>
#include <asio/use_awaitable.hpp>
#include <asio/use_future.hpp>

#include <future>
#include <thread>

using namespace std::chrono_literals;
using tests::rig;

namespace {

// long enough to live on the heap: a temporary that is destroyed twice is found
const std::string long_text(100, 'x');

asio::awaitable<void> temporaries(reroute::client& claude, int& done) {
  using reroute::call_options;
  using reroute::message_request;
  auto reply = co_await claude.create(message_request("claude").max_tokens(5).user(long_text));
  done += reply.text() == "a";
  reply = co_await claude.create(
      message_request("claude").max_tokens(5).system(long_text).user(long_text),
      call_options().deadline(20s).plan(reroute::in_order(2)));
  done += reply.text() == "a";
  message_request named("claude");
  named.max_tokens(5).user(long_text);
  reply = co_await claude.create(named, call_options());
  done += reply.text() == "a";
  reply =
      co_await claude.create(std::move(named), call_options().priority(reroute::priority::batch));
  done += reply.text() == "a";
  const std::vector<reroute::content_block> blocks{reroute::content_block::text(long_text)};
  reply = co_await claude.create(message_request("claude").max_tokens(5).user(blocks));
  done += reply.text() == "a";
  auto got = co_await claude.async_create(message_request("claude").max_tokens(5).user(long_text),
                                          call_options().deadline(1s), asio::use_awaitable);
  done += got.answered();
  const std::vector<reroute::route> nothing;
  done += nothing.empty();
}

}  // namespace

TEST_CASE("requests, options and plans as temporaries, defaults and moved, in one co_await") {
  rig r([](const auto&, std::size_t) { return tests::answer("a"); });
  int done = 0;
  asio::co_spawn(r.io, temporaries(*r.claude, done), asio::detached);
  r.time->run(r.io);
  CHECK(done == 7);
}

TEST_CASE("a coroutine may be destroyed while it waits, with all its temporaries") {
  for (int step = 0; step < 12; ++step) {
    auto r = std::make_unique<rig>([](const auto&, std::size_t) { return tests::answer("a"); });
    int done = 0;
    asio::co_spawn(r->io, temporaries(*r->claude, done), asio::detached);
    for (int i = 0; i < step; ++i) {
      if (r->io.poll_one() > 0) continue;
      if (const auto next = r->time->next_timer()) r->time->advance_to(*next);
    }
    r.reset();
  }
}

TEST_CASE("the handler runs on its own executor, and never inside the call") {
  rig r([](const auto&, std::size_t) { return tests::answer("a"); });
  asio::thread_pool other(1);
  std::promise<std::thread::id> where;
  bool inside = true;
  r.claude->async_create(rig::question(),
                         asio::bind_executor(other, [&](std::error_code, const reroute::outcome&) {
                           where.set_value(std::this_thread::get_id());
                         }));
  inside = false;
  r.time->run(r.io);
  const auto id = where.get_future().get();
  CHECK_FALSE(inside);
  CHECK(id != std::this_thread::get_id());
  other.join();
}

TEST_CASE("a coroutine on another thread may await a client of this one") {
  asio::io_context io;
  auto time = reroute::system_clock();
  auto stage = std::make_shared<tests::stage>(
      time, [](const auto&, std::size_t) { return tests::answer("a"); });
  reroute::client_options options;
  options.routes = {reroute::anthropic({.api_key = "k", .transport = stage})};
  reroute::client claude(io, std::move(options));
  asio::thread_pool other(1);
  auto busy = asio::make_work_guard(io);
  std::thread loop([&] { io.run(); });
  auto reply = asio::co_spawn(other, claude.create(rig::question()), asio::use_future);
  CHECK(reply.get().text() == "a");
  busy.reset();
  loop.join();
  other.join();
}

TEST_CASE("a handler may be a const lvalue: it is copied") {
  tests::rig r([](const auto&, std::size_t) { return tests::answer("a"); });
  int times = 0;
  const auto handler = [&times](std::error_code, const reroute::outcome&) { ++times; };
  r.claude->async_create(tests::rig::question(), handler);
  r.claude->async_create(tests::rig::question(), handler);
  r.time->run(r.io);
  CHECK(times == 2);
}
