// The client with many calls waiting.
#include "bench/machines/calls.hpp"

#include <reroute/reroute.hpp>
#include <reroute/testing/faces.hpp>
#include <reroute/testing/manual_clock.hpp>

#include "bench/machines/stopwatch.hpp"
#include "bench/machines/turnstile.hpp"

#include <asio/bind_cancellation_slot.hpp>
#include <asio/cancellation_signal.hpp>
#include <asio/io_context.hpp>
#include <asio/post.hpp>

#include <chrono>
#include <deque>
#include <optional>
#include <random>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

namespace bench {
namespace {

using namespace std::chrono_literals;

constexpr std::size_t under_way = 64;

struct caller {
  asio::cancellation_signal cancel;
  bool waits = false;
  bool chosen = false;  // to be cancelled or late
};

}  // namespace

struct waiting_room::state {
  state() {
    reroute::client_options options;
    reroute::quota plenty;  // the gate is bound by what is under way, and by nothing else
    plenty.requests_per_minute = 6e9;
    plenty.burst = 1e9;
    options.routes = {reroute::anthropic({.api_key = "key", .transport = gate, .limits = plenty})};
    options.gate.max_in_flight = under_way;
    options.max_waiting = std::size_t{1} << 30;
    options.time = time;
    claude.emplace(io, std::move(options));
  }

  void create(reroute::call_options options, bool late) {
    caller& who = spare.empty() ? callers.emplace_back() : *spare.back();
    if (!spare.empty()) spare.pop_back();
    who.waits = true;
    who.chosen = late;
    claude->async_create(
        question, std::move(options),
        asio::bind_cancellation_slot(who.cancel.slot(), [this, &who](std::error_code, const auto&) {
          who.waits = false;
          spare.push_back(&who);
          ++over;
        }));
  }
  void create(std::size_t count, std::chrono::milliseconds soonest, std::chrono::milliseconds among,
              bool late = false) {
    for (std::size_t i = 0; i < count; ++i)
      create(
          reroute::call_options().deadline(
              soonest + std::chrono::milliseconds(random() % static_cast<unsigned>(among.count()))),
          late);
    io.restart();
    io.poll();
  }
  void fill(std::size_t count) { create(count, 100h, span); }
  void run_until(std::size_t wanted) {
    for (int idle = 0; over < wanted && idle < 1000; ++idle) {
      io.restart();
      if (io.poll() > 0) idle = 0;
    }
    if (over != wanted)
      throw std::logic_error("waiting_room: " + std::to_string(over) + " calls ended instead of " +
                             std::to_string(wanted));
  }

  std::chrono::milliseconds span{1};  // of the deadlines
  asio::io_context io;
  std::shared_ptr<reroute::testing::manual_clock> time =
      std::make_shared<reroute::testing::manual_clock>();
  std::shared_ptr<turnstile> gate =
      std::make_shared<turnstile>(io.get_executor(), reroute::testing::faces::ok("hi"));
  const reroute::message_request question =
      reroute::message_request("claude-opus-4-8").max_tokens(64).user("Say hello.");
  std::deque<caller> callers;
  std::vector<caller*> spare;
  std::size_t over = 0;
  std::minstd_rand random{1};
  std::optional<reroute::client> claude;
};

waiting_room::waiting_room(std::size_t calls, time_limits deadlines)
    : state_(std::make_unique<state>()) {
  state_->span = deadlines == time_limits::any ? 100h : 1ms;
  state_->fill(calls + under_way);
}

waiting_room::~waiting_room() = default;

call_costs waiting_room::measure(std::size_t steps) {
  state& s = *state_;
  call_costs costs;
  s.create(steps, 1h, 1h, true);  // sooner than all others
  {
    const stopwatch watch;
    s.fill(steps);
    costs.create = watch.per(steps);
  }
  std::vector<caller*> leaving;
  while (leaving.size() < steps) {
    caller& any = s.callers[s.random() % s.callers.size()];
    if (any.waits && !std::exchange(any.chosen, true)) leaving.push_back(&any);
  }
  {
    const std::size_t before = s.over;
    const stopwatch watch;
    asio::post(s.io, [&] {
      for (caller* each : leaving)
        each->cancel.emit(asio::cancellation_type::terminal);
    });
    s.run_until(before + steps);
    costs.cancel = watch.per(steps);
  }
  s.fill(steps);
  {
    const std::size_t before = s.over;
    const stopwatch watch;
    s.gate->let_through(steps);
    s.run_until(before + steps);
    costs.admit = watch.per(steps);
  }
  s.time->advance(2h);
  {
    const std::size_t before = s.over;
    const stopwatch watch;
    s.run_until(before + steps);
    costs.expire = watch.per(steps);
  }
  s.time->advance(1s);  // to the gate the jump was a stall of the loop: it waits a moment
  s.io.restart();
  s.io.poll();
  return costs;
}

}  // namespace bench
