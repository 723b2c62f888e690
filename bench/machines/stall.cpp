// How long the loop stands still in a storm.
#include "bench/machines/stall.hpp"

#include <reroute/reroute.hpp>
#include <reroute/testing/faces.hpp>
#include <reroute/testing/script.hpp>

#include <asio/io_context.hpp>
#include <asio/post.hpp>

#include <algorithm>
#include <chrono>
#include <functional>
#include <memory>
#include <vector>

namespace bench {
namespace {

using namespace std::chrono_literals;
using steady = std::chrono::steady_clock;

// posts itself again and again: between two of its runs lies one turn of the loop
class heartbeat {
 public:
  explicit heartbeat(asio::io_context& io) : io_(io) {}
  void beat() {
    const steady::time_point now = steady::now();
    if (last_ != steady::time_point{}) turns_.push_back(now - last_);
    last_ = now;
    if (running) asio::post(io_, [this] { beat(); });
  }
  [[nodiscard]] double at_share(double share) {
    std::sort(turns_.begin(), turns_.end());
    const auto at = static_cast<std::size_t>(share * static_cast<double>(turns_.size() - 1));
    return std::chrono::duration<double, std::milli>(turns_[at]).count();
  }
  bool running = true;

 private:
  asio::io_context& io_;
  steady::time_point last_{};
  std::vector<steady::duration> turns_;
};

}  // namespace

stall_result measure_stall(std::size_t calls) {
  asio::io_context io;
  stall_result result;
  result.calls = calls;
  const auto peer = std::make_shared<reroute::testing::script>();
  // ten thousand per second, and as many at once after a pause
  double credits = 10'000;
  steady::time_point filled = steady::now();
  peer->on_request([&](const reroute::http::request&) {
    const steady::time_point now = steady::now();
    const std::chrono::duration<double> passed = now - filled;
    credits = std::min(10'000.0, credits + passed.count() * 10'000);
    filled = now;
    if (credits < 1) {
      ++result.refused;
      return reroute::testing::line(reroute::testing::faces::anthropic_429(1s));
    }
    credits -= 1;
    return reroute::testing::line(reroute::testing::faces::ok("hi")).after(5ms);
  });
  reroute::client_options options;
  options.routes = {reroute::anthropic({.api_key = "key", .transport = peer})};
  options.max_waiting = calls + 1;
  options.deadline = 60s;
  reroute::client claude(io, std::move(options));
  const auto question =
      reroute::message_request("claude-opus-4-8").max_tokens(64).user("Say hello.");
  heartbeat heart(io);
  std::size_t begun = 0, over = 0;
  // calls come in portions: a caller that starts a hundred thousand in one handler stalls itself
  std::function<void()> begin = [&] {
    for (int i = 0; i < 100 && begun < calls; ++i, ++begun)
      claude.async_create(question, [&](std::error_code code, const reroute::outcome&) {
        if (!code) ++result.answered;
        if (++over == calls) heart.running = false;
      });
    if (begun < calls) asio::post(io, begin);
  };
  asio::post(io, begin);
  heart.beat();
  io.run();
  result.longest_ms = heart.at_share(1);
  result.p999_ms = heart.at_share(0.999);
  return result;
}

}  // namespace bench
