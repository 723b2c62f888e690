// A storm's calls on a loop.
#include "bench/storm/calls.hpp"

#include <asio/co_spawn.hpp>
#include <asio/detached.hpp>
#include <asio/steady_timer.hpp>
#include <asio/use_awaitable.hpp>

#include <cstdio>
#include <exception>
#include <thread>
#include <utility>

namespace storm {

using namespace std::chrono_literals;
using seconds = std::chrono::duration<double>;

calls::calls(asio::io_context& io, const reroute::testing::scenario& what,
             const reroute::testing::schedule& ideal, const std::string& label)
    : io_(io), what_(what), progress_(label, what.calls) {
  for (const reroute::testing::ideal_call& each : ideal.calls)
    report_.arrived.push_back(seconds(each.arrived).count());
  report_.answered.resize(what.calls);
  report_.ended.resize(what.calls);
}

client_report calls::run(asking ask) {
  ask_ = std::move(ask);
  begin_ = std::chrono::steady_clock::now();
  asio::co_spawn(io_, arrive(), asio::detached);
  asio::co_spawn(io_, watch(), asio::detached);
  if (what_.stall > 0ms) asio::co_spawn(io_, stall(), asio::detached);
  const seconds latest(report_.arrived.empty() ? 0 : report_.arrived.back());
  io_.run_until(begin_ + std::chrono::duration_cast<std::chrono::nanoseconds>(latest) +
                what_.deadline + 1min);
  for (double& each : report_.ended)
    if (each == 0) each = now();
  progress_.finish(over_, line());
  return report_;
}

asio::awaitable<void> calls::arrive() {
  asio::steady_timer timer(io_);
  for (std::size_t number = 0; number < what_.calls; ++number) {
    const auto at = begin_ + std::chrono::duration_cast<std::chrono::nanoseconds>(
                                 seconds(report_.arrived[number]));
    if (at > std::chrono::steady_clock::now()) {
      timer.expires_at(at);
      co_await timer.async_wait(asio::use_awaitable);
    }
    asio::co_spawn(io_, one(number), asio::detached);
  }
}

asio::awaitable<void> calls::one(std::size_t number) {
  bool answered = false;
  try {
    asio::awaitable<bool> asked = ask_(number);
    answered = co_await std::move(asked);
  } catch (const std::exception&) {
    // a call that fails is a call without an answer
  }
  const double when = now();
  report_.ended[number] = when;
  if (answered) report_.answered[number] = when;
  answered_ += answered ? 1 : 0;
  if (++over_ == what_.calls) io_.stop();
}

asio::awaitable<void> calls::watch() {
  asio::steady_timer timer(io_);
  for (;;) {
    progress_.show(over_, line());
    timer.expires_after(100ms);
    co_await timer.async_wait(asio::use_awaitable);
  }
}

asio::awaitable<void> calls::stall() {
  asio::steady_timer timer(io_);
  timer.expires_at(begin_ + what_.stall_at);
  co_await timer.async_wait(asio::use_awaitable);
  std::this_thread::sleep_for(what_.stall);
}

double calls::now() const { return seconds(std::chrono::steady_clock::now() - begin_).count(); }

std::string calls::line() const {
  char text[80];
  std::snprintf(text, sizeof text, "%5zu answered, %4zu lost, %5.1f s", answered_,
                over_ - answered_, now());
  return text;
}

}  // namespace storm
