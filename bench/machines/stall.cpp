// How long the loop stands still in a storm.
#include "bench/machines/stall.hpp"

#include <reroute/reroute.hpp>
#include <reroute/testing/faces.hpp>

#include "bench/machines/heartbeat.hpp"
#include "bench/machines/wire.hpp"

#include <asio/io_context.hpp>
#include <asio/post.hpp>

#include <algorithm>
#include <chrono>
#include <functional>
#include <memory>
#include <optional>

namespace bench {
namespace {

using namespace std::chrono_literals;
using steady = std::chrono::steady_clock;

// ten thousand per second, and as many at once after a pause
class limiter {
 public:
  bool admits() {
    const steady::time_point now = steady::now();
    const std::chrono::duration<double> passed = now - filled_;
    credits_ = std::min(10'000.0, credits_ + passed.count() * 10'000);
    filled_ = now;
    if (credits_ < 1) return false;
    credits_ -= 1;
    return true;
  }

 private:
  double credits_ = 10'000;
  steady::time_point filled_ = steady::now();
};

}  // namespace

stall_result measure_stall(std::size_t calls, storm_end how) {
  asio::io_context io;
  stall_result result;
  result.calls = calls;
  limiter limit;
  const auto peer = std::make_shared<wire>(io.get_executor(), [&] {
    if (how == storm_end::drained && limit.admits()) return reroute::testing::faces::ok("hi");
    ++result.refused;
    return reroute::testing::faces::anthropic_429(how == storm_end::drained ? 1s : 20s);
  });
  reroute::client_options options;
  options.routes = {reroute::anthropic({.api_key = "key", .transport = peer})};
  options.max_waiting = calls + 1;
  options.deadline = 60s;
  std::optional<reroute::client> claude(std::in_place, io, std::move(options));
  const auto question =
      reroute::message_request("claude-opus-4-8").max_tokens(64).user("Say hello.");
  heartbeat heart(io);
  std::size_t begun = 0, over = 0;
  const auto end = [&] {  // the client's end belongs to the storm
    claude.reset();
    heart.stop();
  };
  // calls come in portions: a caller that starts a hundred thousand in one handler stalls itself
  std::function<void()> begin = [&] {
    for (int i = 0; i < 100 && begun < calls; ++i, ++begun)
      claude->async_create(question, [&](std::error_code code, const reroute::outcome&) {
        if (!code) ++result.answered;
        if (++over == calls) asio::post(io, end);
      });
    if (begun < calls) return asio::post(io, begin);
    if (how == storm_end::cancelled) claude->cancel();
  };
  heart.start();
  asio::post(io, begin);
  io.run();
  result.longest_ms = heart.longest_ms();
  result.busiest_ms = heart.busiest_ms();
  return result;
}

}  // namespace bench
