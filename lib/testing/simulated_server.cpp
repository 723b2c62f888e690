// One simulated route without its wire.
#include "testing/simulated_server.hpp"

#include "testing/limit_rules.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <utility>

namespace reroute::testing {
namespace {

// a mixer of bits, so that every (seed, route, call) has random numbers of its own (splitmix64)
std::uint64_t mixed(std::uint64_t value) {
  value += 0x9e3779b97f4a7c15;
  value = (value ^ (value >> 30)) * 0xbf58476d1ce4e5b9;
  value = (value ^ (value >> 27)) * 0x94d049bb133111eb;
  return value ^ (value >> 31);
}

double unit(std::uint64_t bits) { return static_cast<double>(bits >> 11) * 0x1.0p-53; }

bool lasts(const scenario_event& event) {
  return event.what == scenario_event::kind::fault || event.what == scenario_event::kind::silence;
}

}  // namespace

storm_time arrival_of(const scenario& storm, std::size_t call) {
  if (storm.arrivals <= 0) return storm_time(0);
  const std::chrono::duration<double> at(static_cast<double>(call) / storm.arrivals);
  return std::chrono::ceil<std::chrono::microseconds>(at);
}

storm_time latency_of(const scenario& storm, std::size_t route, std::size_t call,
                      std::size_t before) {
  const scenario_route& on = storm.routes[route];
  const std::uint64_t first = mixed(mixed(mixed(storm.seed) ^ route) ^ (call * 64 + before));
  const std::uint64_t second = mixed(first), third = mixed(second);
  // Box and Muller's normal variate
  const double normal =
      std::sqrt(-2 * std::log(1 - unit(first))) * std::cos(2 * std::numbers::pi * unit(second));
  double milliseconds =
      static_cast<double>(on.latency.count()) * std::exp(on.latency_sigma * normal);
  if (unit(third) < on.tail_share) milliseconds *= on.tail_factor;
  return std::chrono::microseconds(std::llround(milliseconds * 1000));
}

simulated_server::simulated_server(const scenario& storm, std::size_t route)
    : events_(storm.routes[route].events),
      cost_{static_cast<double>(storm.input_tokens), static_cast<double>(storm.max_tokens),
            static_cast<double>(storm.output_tokens)},
      limits_(rules_of(storm.routes[route]),
              (storm_begin + storm.routes[route].skew).time_since_epoch()),
      generator_(mixed(storm.seed + 0x51ed) ^ route) {
  // stable; std::stable_sort of libstdc++ 12 is deprecated from within, says clang
  const auto earlier = [](const auto& a, const auto& b) { return a.at < b.at; };
  for (auto each = events_.begin(); each != events_.end(); ++each)
    std::rotate(std::upper_bound(events_.begin(), each, *each, earlier), each, each + 1);
  advance(storm_time(0));
}

storm_time simulated_server::next_event() const {
  return next_event_ < events_.size() ? events_[next_event_].at : storm_time::max();
}

storm_time simulated_server::next_settlement() const {
  return settlements_.empty() ? storm_time::max() : settlements_.begin()->first;
}

void simulated_server::advance(storm_time now) {
  for (;;) {
    const storm_time next = std::min({next_event(), next_neighbour_, next_settlement()});
    if (next > now) break;
    step_to(next);
  }
  now_ = now;
  limits_.advance(now);
}

void simulated_server::step_to(storm_time when) {
  now_ = when;
  limits_.advance(when);
  if (next_settlement() == when) {
    const auto ended = settlements_.extract(settlements_.begin());
    return limits_.settle(ended.mapped(), ended.mapped().cost.output);
  }
  if (next_neighbour_ == when) {
    limits_.take_for_others(cost_);
    return schedule_neighbour();
  }
  const scenario_event& event = events_[next_event_++];
  if (event.what == scenario_event::kind::quota) limits_.scale(event.factor);
  if (event.what == scenario_event::kind::neighbour) neighbours_ = event.factor;
  if (!lasts(event)) schedule_neighbour();
}

// they come at random, as many per second as their share is
void simulated_server::schedule_neighbour() {
  const double rate = neighbours_ * limits_.per_second(cost_);
  next_neighbour_ = storm_time::max();
  if (rate <= 0) return;
  const std::chrono::duration<double> gap(std::exponential_distribution<double>(rate)(generator_));
  next_neighbour_ = now_ + std::chrono::duration_cast<storm_time>(gap) + storm_time(1);
}

const scenario_event* simulated_server::mishap() const {
  for (std::size_t at = next_event_; at-- > 0;)
    if (lasts(events_[at]) && now_ < events_[at].at + events_[at].time) return &events_[at];
  return nullptr;
}

void simulated_server::admit(storm_time answer_at) {
  admission made = limits_.take(cost_);
  if (limits_.settles()) settlements_.emplace(answer_at, std::move(made));
}

storm_time simulated_server::next_change() const {
  storm_time next = std::min({next_event(), next_neighbour_, next_settlement()});
  if (const scenario_event* bad = mishap()) {
    next = std::min<storm_time>(next, bad->at + bad->time);
  } else if (const storm_time left = wait(); left.count() > 0) {
    next = std::min(next, now_ + left);
  }
  return next;
}

}  // namespace reroute::testing
