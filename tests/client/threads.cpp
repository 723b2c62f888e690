// A client whose loop several threads run, and two threads inside one that has no strand.
#include <reroute/reroute.hpp>
#include <reroute/testing/faces.hpp>
#include <reroute/testing/fake_claude.hpp>
#include <reroute/testing/script.hpp>

#include "tests/support/catch.hpp"
#include "tests/support/last_words.hpp"

#include <asio/bind_cancellation_slot.hpp>
#include <asio/bind_executor.hpp>
#include <asio/cancellation_signal.hpp>
#include <asio/co_spawn.hpp>
#include <asio/detached.hpp>
#include <asio/executor_work_guard.hpp>
#include <asio/io_context.hpp>
#include <asio/post.hpp>
#include <asio/strand.hpp>
#include <asio/thread_pool.hpp>
#include <asio/use_future.hpp>

#include <atomic>
#include <chrono>
#include <thread>
#include <vector>

using namespace std::chrono_literals;
using Catch::Matchers::Contains;
namespace fakes = reroute::testing;

namespace {

reroute::message_request question() {
  return reroute::message_request("claude").max_tokens(16).user("hello?");
}

reroute::client_options over(const std::shared_ptr<fakes::script>& peer) {
  return {.routes = {reroute::anthropic({.api_key = "key", .transport = peer})}, .seed = 1};
}

std::shared_ptr<fakes::script> answers_at_once() {
  auto peer = std::make_shared<fakes::script>();
  peer->default_answer(fakes::faces::ok("hello"));
  return peer;
}

// runs a loop on several threads while it lives
class threads {
 public:
  threads(asio::io_context& io, int count) : work_(asio::make_work_guard(io)) {
    for (int i = 0; i < count; ++i)
      all_.emplace_back([&io] { io.run(); });
  }
  ~threads() {
    work_.reset();
    for (std::thread& each : all_)
      each.join();
  }

 private:
  asio::executor_work_guard<asio::io_context::executor_type> work_;
  std::vector<std::thread> all_;
};

asio::awaitable<void> asks(reroute::client& claude, int times, std::atomic<int>& ended) {
  for (int i = 0; i < times; ++i) {
    try {
      const reroute::message reply = co_await claude.create(question());
      if (reply.text() == "hello") ++ended;
    } catch (const reroute::api_error& failed) {
      if (failed.category() == reroute::category::cancelled) ++ended;
    }
  }
}

asio::awaitable<void> streams(reroute::client& claude, int times, std::atomic<int>& ended) {
  for (int i = 0; i < times; ++i) {
    try {
      reroute::message_stream stream = co_await claude.stream(question());
      (void)co_await stream.finish();
      ++ended;
    } catch (const reroute::api_error& failed) {
      // a plain answer is no stream, if the scripted route gave one; cancelled ones end as well
      ++ended;
    }
  }
}

}  // namespace

TEST_CASE("four threads start, await and cancel calls of one client: each ends once") {
  constexpr int chains = 8, rounds = 100;
  const auto peer = answers_at_once();
  std::atomic<int> ended = 0, handlers = 0;
  {
    asio::io_context io;
    reroute::client claude(io, over(peer));
    {
      threads running(io, 4);
      for (int i = 0; i < chains; ++i)
        asio::co_spawn(io, asks(claude, rounds, ended), asio::detached);
      for (int i = 0; i < rounds; ++i) {
        claude.async_create(question(), [&](std::error_code, const reroute::outcome&) {
          ++handlers;  // on the client's strand, or by one of the threads
        });
        if (i % 10 == 0) claude.cancel();
      }
    }
  }
  CHECK(ended == chains * rounds);
  CHECK(handlers == rounds);
}

// resumes whoever awaits it on that executor, whatever its own is
struct hop {
  template <class Handler>
  void operator()(Handler&& handler, const asio::any_io_executor& to) const {
    asio::post(to, [resume = std::forward<Handler>(handler)]() mutable { std::move(resume)(); });
  }
};

asio::awaitable<void> go_to(asio::any_io_executor there) {
  const asio::use_awaitable_t<> token;
  return asio::async_initiate<const asio::use_awaitable_t<>, void()>(hop(), token, there);
}

// its executor is the client's, but it goes to another thread before it asks
asio::awaitable<void> asks_from_elsewhere(reroute::client& claude, asio::any_io_executor elsewhere,
                                          int times, std::atomic<int>& ended) {
  for (int i = 0; i < times; ++i) {
    co_await go_to(elsewhere);
    const reroute::message reply = co_await claude.create(question());
    if (reply.text() == "hello") ++ended;
  }
}

TEST_CASE("a coroutine of the client's executor may ask from another thread") {
  asio::io_context io, pool;
  std::atomic<int> ended = 0;
  reroute::client claude(io, over(answers_at_once()));
  {
    const threads running(io, 2), elsewhere(pool, 2);
    for (int i = 0; i < 20; ++i)
      asio::co_spawn(claude.get_executor(),
                     asks_from_elsewhere(claude, pool.get_executor(), 50, ended), asio::detached);
    for (int i = 0; ended < 1000 && i < 60'000; ++i)  // both loops go on as long
      std::this_thread::sleep_for(1ms);
  }
  CHECK(ended == 1000);
}

TEST_CASE("four threads cancel single calls of one client by their slots") {
  constexpr int rounds = 200;
  auto peer = std::make_shared<fakes::script>();
  peer->on_request([](const auto&) { return fakes::line::silence(); });
  std::atomic<int> cancelled = 0;
  {
    asio::thread_pool pool(4);
    reroute::client claude(pool, over(peer));
    for (int i = 0; i < rounds; ++i) {
      // each call has a strand of its own: its slot is used there and nowhere else
      const auto strand = asio::make_strand(pool.get_executor());
      asio::post(strand, [&, strand] {
        auto signal = std::make_shared<asio::cancellation_signal>();
        claude.async_create(
            question(),
            asio::bind_cancellation_slot(
                signal->slot(),
                asio::bind_executor(strand, [&, signal](std::error_code code, const auto&) {
                  if (code == reroute::category::cancelled) ++cancelled;
                })));
        asio::post(strand, [signal] { signal->emit(asio::cancellation_type::terminal); });
      });
    }
    pool.join();
  }
  CHECK(cancelled == rounds);
}

TEST_CASE("four threads run a client over real sockets") {
  constexpr int chains = 8, rounds = 20;
  asio::io_context fake_io;
  fakes::fake_claude fake(fake_io.get_executor());
  fakes::fake_route route = fake.add_route();
  auto fake_work = asio::make_work_guard(fake_io);
  std::thread fake_thread([&] { fake_io.run(); });
  for (const auto versions : {reroute::http_versions::http2_or_1, reroute::http_versions::http1}) {
    std::atomic<int> ended = 0;
    {
      asio::io_context io;
      reroute::client_options options;
      options.routes = {reroute::anthropic({.api_key = route.key(), .base_url = route.base_url()})};
      options.https.tls.ca_pem = fake.ca_pem();
      options.https.versions = versions;
      reroute::client claude(io, std::move(options));
      {
        threads running(io, 4);
        for (int i = 0; i < chains; ++i) {
          asio::co_spawn(io, streams(claude, rounds, ended), asio::detached);
          asio::co_spawn(
              io,
              [](reroute::client& on, std::atomic<int>& count) -> asio::awaitable<void> {
                for (int round = 0; round < rounds; ++round) {
                  (void)co_await on.create(question());
                  ++count;
                }
              }(claude, ended),
              asio::detached);
        }
        // what belongs to the strand is asked there
        CHECK(asio::post(claude.get_executor(),
                         asio::use_future([&] { return claude.stats().failed; }))
                  .get() == 0);
      }
    }
    CHECK(ended == 2 * chains * rounds);
  }
  asio::post(fake_io, [&] { fake.stop(); });
  fake_work.reset();
  fake_thread.join();
}

TEST_CASE("a single-threaded client has its context's own executor") {
  asio::io_context io;
  const reroute::client with_strand(io, over(answers_at_once()));
  const reroute::client without(reroute::single_threaded, io, over(answers_at_once()));
  CHECK(without.get_executor() == asio::any_io_executor(io.get_executor()));
  CHECK(with_strand.get_executor() != asio::any_io_executor(io.get_executor()));
}

// (ThreadSanitizer lets nobody start threads behind a fork)
#if !defined(NDEBUG) && !defined(__SANITIZE_THREAD__)
TEST_CASE("two threads inside one client end the program, which says what would be right") {
  const std::string words = tests::last_words([] {
    asio::io_context io;
    std::atomic<bool> inside = false;
    reroute::client_options options = over(answers_at_once());
    options.observer.at_attempt = [&](const auto&) {
      inside = true;  // a hook runs in the midst of the client's work: it stays there
      for (int i = 0; i < 30'000; ++i)
        std::this_thread::sleep_for(1ms);
    };
    reroute::client claude(reroute::single_threaded, io, std::move(options));
    claude.async_create(question(), [](std::error_code, const reroute::outcome&) {});
    threads running(io, 2);
    while (!inside)
      std::this_thread::sleep_for(1ms);
    claude.cancel();
    std::this_thread::sleep_for(30s);  // the other thread has long come to it
  });
  CHECK_THAT(words, Contains("two threads are inside one client") && Contains("make_strand"));
  CHECK_THAT(words, !Contains("it lived"));
}
#endif
