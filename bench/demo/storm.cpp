// The demo's storm, run by three clients over real sockets.
#include "bench/demo/storm.hpp"

#include <reroute/reroute.hpp>

#include "bench/demo/fake_world.hpp"
#include "bench/support/article_loops.hpp"
#include "bench/support/progress.hpp"

#include <asio/co_spawn.hpp>
#include <asio/detached.hpp>
#include <asio/io_context.hpp>
#include <asio/steady_timer.hpp>
#include <asio/use_awaitable.hpp>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <memory>

namespace demo {
namespace {

using namespace std::chrono_literals;
using seconds = std::chrono::duration<double>;

// what one run counts, and shows while it runs
class run {
 public:
  run(const storm& what, std::string client, int routes)
      : world(what), progress_(client, what.calls), calls_(what.calls) {
    result_.client = std::move(client);
    result_.routes = routes;
  }
  void ended(bool answered) {
    ++over_;
    if (!answered) return;
    ++result_.answered;
    result_.seconds = seconds(std::chrono::steady_clock::now() - begin_).count();
  }
  asio::awaitable<void> watch() {
    asio::steady_timer timer(io);
    while (over_ < calls_) {
      progress_.show(over_, line());
      timer.expires_after(100ms);
      co_await timer.async_wait(asio::use_awaitable);
    }
  }
  result finish() {
    begin_ = std::chrono::steady_clock::now();
    asio::co_spawn(io, watch(), asio::detached);
    io.run();
    result_.refused = world.refused();
    progress_.finish(over_, line());
    return result_;
  }

  fake_world world;
  asio::io_context io;

 private:
  std::string line() const {
    char text[120];
    const double now = seconds(std::chrono::steady_clock::now() - begin_).count();
    std::snprintf(text, sizeof text, "%5zu answered, %5zu lost, %6zu refusals, %5.1f s",
                  result_.answered, over_ - result_.answered, world.refused(), now);
    return text;
  }
  bench::progress progress_;
  std::size_t calls_;
  std::size_t over_ = 0;
  result result_;
  std::chrono::steady_clock::time_point begin_ = std::chrono::steady_clock::now();
};

reroute::message_request question(std::size_t number) {
  return reroute::message_request("claude-opus-4-8")
      .max_tokens(64)
      .user_id("call-" + std::to_string(number))
      .user("Say hello.");
}

using loop = asio::awaitable<bool> (*)(bench::loop_context&);

asio::awaitable<void> one_call(run& of, bench::loop_context& shared, loop body) {
  const bool answered = co_await body(shared);
  of.ended(answered);
}

result run_loop(const storm& what, const char* name, loop body, int count) {
  run of(what, name, count);
  auto shared = std::make_unique<bench::loop_context>();
  shared->wire = reroute::make_https_transport(of.io.get_executor(), of.world.https());
  const auto asked = question(0).encode(reroute::operation::create);
  for (const reroute::route& each : of.world.routes()) {
    const reroute::write_context context{reroute::operation::create, asked,
                                         each.models.on_route(asked.model()),
                                         each.credential.type(), each.credential.token().secret()};
    shared->routes.push_back({[request = each.write(context)] { return request; }, each.resolve});
  }
  for (std::size_t i = 0; i < what.calls; ++i)
    asio::co_spawn(of.io, one_call(of, *shared, body), asio::detached);
  result end = of.finish();
  shared->wire->shutdown();
  return end;
}

asio::awaitable<void> one_create(run& of, reroute::client& claude, std::size_t number) {
  bool answered = false;
  try {
    const auto asked = question(number);
    const reroute::message reply = co_await claude.create(asked);
    answered = !reply.text().empty();
  } catch (const reroute::api_error& failed) {
    std::fprintf(stderr, "lost: %s\n", failed.what());
  }
  of.ended(answered);
}

}  // namespace

double storm::ideal_seconds(std::size_t answers, int routes) const {
  const double rate = direct_rate + (routes > 1 ? azure_rate : 0);  // and a burst of one second
  return std::max(0.05, static_cast<double>(answers) / rate - 1);
}

result run_before(const storm& what) { return run_loop(what, "Before", bench::before_loop, 1); }

result run_after(const storm& what) { return run_loop(what, "After", bench::after_loop, 2); }

result run_reroute(const storm& what) {
  run of(what, "reroute", 2);
  reroute::client claude(of.io, {.routes = of.world.routes(), .https = of.world.https()});
  for (std::size_t i = 0; i < what.calls; ++i)
    asio::co_spawn(of.io, one_create(of, claude, i), asio::detached);
  return of.finish();
}

}  // namespace demo
