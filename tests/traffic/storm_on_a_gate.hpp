// One gate against one limiter, in virtual time: calls that all wait from the start.
#pragma once

#include "testing/limit_rules.hpp"
#include "testing/limiter.hpp"
#include "traffic/gate.hpp"

#include <chrono>
#include <cstddef>
#include <functional>
#include <queue>
#include <random>
#include <vector>

namespace tests {

enum class hint_form { seconds, milliseconds, none };

struct gate_storm {
  using time_point = reroute::detail::gate::time_point;
  using nanoseconds = std::chrono::nanoseconds;

  // the limit
  double rate = 0, burst = 1;
  std::size_t window_requests = 0;
  nanoseconds window = std::chrono::seconds(5);
  hint_form form = hint_form::seconds;
  bool headers = false, headers_at_admission = false;
  double output_rate = 0, output_burst = 0;  // tokens; 0: no such limit
  reroute::detail::cost each = {};           // of a call
  double used = 0;                           // of its answer tokens
  // the route
  nanoseconds latency = std::chrono::milliseconds(200);
  nanoseconds way = std::chrono::milliseconds(2);  // to the server, or back
  // the calls
  std::size_t calls = 1000;
  reroute::quota stated = {};
  unsigned seed = 1;

  // what came of it
  std::size_t answered = 0, refused = 0, into_closed = 0;
  double drain = 0;  // seconds

  void run() {
    std::minstd_rand random(seed);
    const time_point begin{std::chrono::hours(1)};
    now_ = begin;
    reroute::detail::gate at({}, stated);
    const limit_options limits{rate, burst, output_rate, output_burst, window_requests, window};
    reroute::testing::limiter limit(reroute::testing::rules_of(limits));
    std::size_t waiting = calls;
    time_point armed = time_point::max(), announced{};
    const auto state = [&] {
      reroute::http::rate_limits told;
      limit.advance(now_.time_since_epoch());
      for (const reroute::testing::limit& of : limit.all()) {
        if (of.rule().kind != reroute::testing::limit_kind::bucket) continue;
        const bool requests = of.rule().of == reroute::testing::limit_unit::requests;
        auto& to = requests ? told.requests : told.output_tokens;
        to.limit = static_cast<std::int64_t>(of.size());
        to.remaining = static_cast<std::int64_t>(of.left());
        to.reset = std::chrono::ceil<std::chrono::seconds>(of.until_full());
      }
      return told;
    };
    std::function<void()> pump = [&] {
      while (waiting > 0) {
        const time_point next = at.earliest(now_, each, waiting);
        if (next > now_) {
          if (next == reroute::detail::gate::when_heard) return;
          // timers fire on a grid, rounded up
          const time_point wake(
              std::chrono::ceil<std::chrono::milliseconds>(next.time_since_epoch()));
          if (wake < armed || armed <= now_) after((armed = wake) - now_, pump);
          return;
        }
        if (now_ < announced) ++into_closed;
        const auto held = at.admit(now_, each);
        at.sent(held, now_);
        --waiting;
        after(way, [&, held] {
          const reroute::testing::request_cost cost{each.bytes / 4, each.output_tokens, used};
          limit.advance(now_.time_since_epoch());
          const nanoseconds wait = limit.wait(cost);
          if (wait.count() == 0) {
            const auto taken = limit.take(cost);
            after(latency, [&, held, taken, then = state()] {
              limit.advance(now_.time_since_epoch());
              limit.settle(taken, used);
              if (headers) at.read(held, headers_at_admission ? then : state());
              at.admitted(held, now_);
              at.settle(held, {each.bytes / 4, used}, now_);
              ++answered;
              drain = std::chrono::duration<double>(now_ - begin).count();
              pump();
            });
            return;
          }
          ++refused;
          reroute::normalized_error error;
          error.category = reroute::category::rate_limit;
          error.status = 429;
          if (form == hint_form::seconds)
            error.retry_after = std::chrono::ceil<std::chrono::seconds>(wait);
          if (form == hint_form::milliseconds) {
            error.retry_after = std::chrono::ceil<std::chrono::milliseconds>(wait);
            error.retry_after_source = reroute::http::hint_source::retry_after_ms;
          }
          after(way, [&, held, error, told = state()] {
            if (headers) at.read(held, told);
            if (error.retry_after) announced = std::max(announced, now_ + *error.retry_after);
            at.refused(held, error, now_, std::uniform_real_distribution<double>(0, 1)(random));
            ++waiting;
            pump();
          });
        });
      }
    };
    pump();
    while (!events_.empty()) {
      const event next = events_.top();
      events_.pop();
      now_ = next.at;
      next.what();
    }
  }
  [[nodiscard]] double wasted() const {
    return static_cast<double>(refused) / static_cast<double>(answered);
  }

 private:
  struct limit_options {
    double rate, burst, output_tokens, output_tokens_burst;
    std::size_t window_requests;
    nanoseconds window;
    double input_tokens = 0, input_tokens_burst = 0;
    std::vector<reroute::testing::limit_rule> limits = {};
  };
  struct event {
    time_point at;
    std::uint64_t order;
    std::function<void()> what;
    bool operator<(const event& other) const {
      return at != other.at ? at > other.at : order > other.order;
    }
  };
  void after(nanoseconds wait, std::function<void()> what) {
    events_.push({now_ + wait, ++last_, std::move(what)});
  }
  time_point now_{};
  std::uint64_t last_ = 0;
  std::priority_queue<event> events_;
};

}  // namespace tests
