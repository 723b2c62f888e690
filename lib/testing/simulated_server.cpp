// One simulated route without its wire.
#include "testing/simulated_server.hpp"

#include "testing/limit_rules.hpp"

#include <algorithm>
#include <utility>

namespace reroute::testing {
namespace {

using kind = scenario_event::kind;

bool is_mishap(const scenario_event& event) {
  return event.what == kind::fault || event.what == kind::silence || event.what == kind::reset;
}

storm_time first_of(const auto& by_time) {
  return by_time.empty() ? storm_time::max() : by_time.begin()->first;
}

// what headers tell of, where that is not the truth
std::vector<limit_rule> told_rules(const scenario_route& route) {
  std::vector<limit_rule> made = rules_of(route);
  for (limit_rule& each : made) {
    if (each.kind == limit_kind::at_once) continue;
    each.amount *= route.headers_scale;
    each.burst *= route.headers_scale;
    if (route.headers_per.count() == 0) continue;
    const std::chrono::duration<double> per = each.per, told = route.headers_per;
    each.amount *= told / per;
    each.per = route.headers_per;
    each.burst = 0;  // as much as they tell
    if (each.kind == limit_kind::gcra) each.kind = limit_kind::bucket;
  }
  return made;
}

}  // namespace

simulated_server::simulated_server(const scenario& storm, std::size_t route, bool pay_ahead)
    : storm_(&storm),
      typical_(typical_cost(storm)),
      generator_(mixed_bits(storm.seed + 0x51ed) ^ route) {
  const scenario_route& on = storm.routes[route];
  const storm_time wall = (storm_begin + on.skew).time_since_epoch();
  for (const scenario_mix& each : mixes_of(storm))
    costs_.push_back(cost_of(each));
  limits_ = limiter(rules_of(on), wall, pay_ahead);
  if (on.limit_headers && (on.headers_per.count() > 0 || on.headers_scale != 1))
    told_.emplace(told_rules(on), wall);
  change([&](limiter& each) { each.use_up(on.used, on.used_since); });
  for (const scenario_event& each : on.events)
    coming_.emplace(each.at, happening{&each, false, 1});
  advance(storm_time(0));
}

// the same happens to the truth and to what is told
template <class Change>
void simulated_server::change(Change what) {
  what(limits_);
  if (told_) what(*told_);
}

storm_time simulated_server::next_step() const {
  return std::min({first_of(coming_), next_neighbour_, first_of(settlements_)});
}

void simulated_server::advance(storm_time now) {
  for (storm_time next = next_step(); next <= now; next = next_step())
    step_to(next);
  now_ = now;
  change([&](limiter& each) { each.advance(now); });
  std::erase_if(lasting_, [&](const mishap& each) { return each.until <= now; });
}

void simulated_server::step_to(storm_time when) {
  now_ = when;
  change([&](limiter& each) { each.advance(when); });
  if (first_of(settlements_) == when) {
    const auto ended = settlements_.extract(settlements_.begin());
    return change([&](limiter& each) { each.settle(ended.mapped(), ended.mapped().cost.output); });
  }
  if (next_neighbour_ == when) {
    change([&](limiter& each) { each.take_for_others(typical_); });
    return schedule_neighbour();
  }
  const happening next = coming_.extract(coming_.begin()).mapped();
  next.ends ? set(*next.what, next.before) : begin(*next.what);
}

void simulated_server::begin(const scenario_event& event) {
  if (event.every.count() > 0) coming_.emplace(now_ + event.every, happening{&event, false, 1});
  if (is_mishap(event)) return lasting_.push_back({&event, now_ + event.time});
  const double before = event.what == kind::quota ? quota_ : neighbours_;
  if (event.time.count() > 0) coming_.emplace(now_ + event.time, happening{&event, true, before});
  set(event, event.factor);
}

void simulated_server::set(const scenario_event& event, double factor) {
  if (event.what == kind::quota) {
    quota_ = factor;
    change([&](limiter& each) { each.scale(factor); });
  } else {
    neighbours_ = factor;
  }
  schedule_neighbour();
}

// they come at random, as many per second as their share is
void simulated_server::schedule_neighbour() {
  const double rate = neighbours_ * limits_.per_second(typical_);
  next_neighbour_ = storm_time::max();
  if (rate <= 0) return;
  const std::chrono::duration<double> gap(std::exponential_distribution<double>(rate)(generator_));
  next_neighbour_ = now_ + std::chrono::duration_cast<storm_time>(gap) + storm_time(1);
}

std::optional<mishap> simulated_server::goes_wrong(double dice) const {
  for (auto each = lasting_.rbegin(); each != lasting_.rend(); ++each)
    if (each->what->share >= 1 || dice < each->what->share) return *each;
  return std::nullopt;
}

bool simulated_server::open() const { return !goes_wrong() && limits_.wait(typical_).count() == 0; }

void simulated_server::admit(std::size_t call, storm_time answer_at) {
  const request_cost& of = cost(call);
  admission made = limits_.take(of);
  if (told_) (void)told_->take(of);
  if (limits_.settles()) settlements_.emplace(answer_at, std::move(made));
}

storm_time simulated_server::next_change(std::size_t call) const {
  const storm_time next = next_step();
  if (const auto bad = goes_wrong()) return std::min(next, bad->until);
  const storm_time left = wait(call);
  return left.count() > 0 ? std::min(next, now_ + left) : next;
}

}  // namespace reroute::testing
