// Streams that are read, and dropped, on another loop's thread.
#include "tests/client/stream_rig.hpp"
#include "tests/support/catch.hpp"

#include <asio/executor_work_guard.hpp>
#include <asio/post.hpp>
#include <asio/use_future.hpp>

#include <atomic>
#include <future>
#include <thread>

using namespace std::chrono_literals;
using reroute::message_stream;
using tests::good;
using tests::stream_rig;
using line = reroute::testing::line;

namespace {

std::atomic<int> foreign = 0;
std::atomic<std::thread::id> home;

struct watched_timer : reroute::timer {
  std::unique_ptr<reroute::timer> in;
  void wake_at(reroute::time_point when, std::function<void()> wake) override {
    if (std::this_thread::get_id() != home.load()) ++foreign;
    in->wake_at(when, std::move(wake));
  }
  void cancel() override {
    if (std::this_thread::get_id() != home.load()) ++foreign;
    in->cancel();
  }
};
struct watched_clock : reroute::clock {
  std::shared_ptr<reroute::clock> in = reroute::system_clock();
  reroute::time_point now() const override { return in->now(); }
  std::chrono::system_clock::time_point wall_now() const override { return in->wall_now(); }
  std::unique_ptr<reroute::timer> make_timer(asio::any_io_executor e) override {
    auto made = std::make_unique<watched_timer>();
    made->in = in->make_timer(std::move(e));
    return made;
  }
};

asio::awaitable<void> consume(reroute::client* c, int* done) {
  {
    message_stream s = co_await c->stream(stream_rig::question());
    const reroute::message all = co_await s.finish();
    CHECK(all.text() == "hello there");
  }
  ++*done;
}

asio::awaitable<void> consumer(reroute::client* c, int rounds, int* done) {
  for (int i = 0; i < rounds; ++i)
    co_await consume(c, done);
}

}  // namespace

TEST_CASE(
    "streams read and dropped on another loop's thread leave the client's things to its own") {
  auto peer = std::make_shared<reroute::testing::script>();
  peer->default_answer(line(good("hello there", 3)).in_pieces(60));
  asio::io_context io, other;
  auto work = asio::make_work_guard(io);
  home = std::this_thread::get_id();
  std::promise<void> started;
  foreign = 0;
  std::optional<reroute::client> claude;
  std::thread loop([&] {
    home = std::this_thread::get_id();
    started.set_value();
    io.run();
  });
  started.get_future().wait();
  {
    std::promise<void> made;
    asio::post(io, [&] {
      claude.emplace(io, reroute::client_options{
                             .routes = {reroute::anthropic({.api_key = "key", .transport = peer})},
                             .time = std::make_shared<watched_clock>(),
                             .seed = 1});
      made.set_value();
    });
    made.get_future().wait();
  }
  int done = 0;
  const int chains = 20, rounds = 200;
  for (int i = 0; i < chains; ++i)
    asio::co_spawn(other, consumer(&*claude, rounds, &done), asio::detached);
  other.run();
  CHECK(done == chains * rounds);
  std::promise<void> gone;
  asio::post(io, [&] {
    claude.reset();
    gone.set_value();
  });
  gone.get_future().wait();
  work.reset();
  loop.join();
  CHECK(foreign == 0);
}
