// All limits of a fake route.
#include "testing/limiter.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

namespace reroute::testing {
namespace {

bool at_once(const limit& of) { return of.rule().kind == limit_kind::at_once; }

// what a finished request has cost
double spent(const limit& of, const request_cost& by) {
  switch (of.rule().of) {
    case limit_unit::requests:
      return 1;
    case limit_unit::input_tokens:
      return by.input;
    default:
      return by.output;
  }
}

}  // namespace

limiter::limiter(const std::vector<limit_rule>& rules, nanoseconds wall, bool pay_ahead)
    : pay_ahead_(pay_ahead) {
  for (const limit_rule& each : rules)
    limits_.emplace_back(each, wall);
}

// what must be there
double limiter::asked(const limit& of, const request_cost& by) const {
  if (of.rule().of == limit_unit::output_reserved) return by.max_output;
  if (of.rule().of == limit_unit::output_generated && !pay_ahead_) return 1;
  return spent(of, by);
}

double limiter::taken(const limit& of, const request_cost& by) const {
  const bool later = of.rule().of == limit_unit::output_generated && !pay_ahead_;
  return later ? 0 : asked(of, by);
}

void limiter::advance(nanoseconds now) {
  for (limit& each : limits_)
    each.advance(now);
}

limiter::nanoseconds limiter::wait(const request_cost& of) const {
  nanoseconds longest(0);
  for (const limit& each : limits_)
    longest = std::max(longest, each.wait(asked(each, of)));
  return longest;
}

const limit* limiter::binding(const request_cost& of) const {
  const limit* found = nullptr;
  nanoseconds longest(0);
  for (const limit& each : limits_) {
    const nanoseconds wait = each.wait(asked(each, of));
    if (wait <= longest) continue;
    longest = wait;
    found = &each;
  }
  return found;
}

admission limiter::take(const request_cost& of) {
  admission made{of, {}};
  made.tickets.reserve(limits_.size());
  for (limit& each : limits_)
    made.tickets.push_back(each.take(taken(each, of)));
  return made;
}

void limiter::settle(const admission& of, double output) {
  for (std::size_t at = 0; at < limits_.size() && at < of.tickets.size(); ++at) {
    limit& each = limits_[at];
    const limit_unit unit = each.rule().of;
    if (at_once(each)) {
      each.give_back(of.tickets[at], taken(each, of.cost));
    } else if (unit == limit_unit::output_reserved) {
      each.give_back(of.tickets[at], std::max(0.0, of.cost.max_output - output));
    } else if (unit == limit_unit::output_generated && !pay_ahead_) {
      each.take(output);
    }
  }
}

void limiter::take_for_others(const request_cost& of) {
  for (limit& each : limits_)
    each.take_for_others(spent(each, of));
}

void limiter::scale(double factor) {
  for (limit& each : limits_)
    each.scale(factor);
}

void limiter::use_up(double share, nanoseconds ago) {
  for (limit& each : limits_)
    each.use_up(share, ago);
}

double limiter::per_second(const request_cost& of) const {
  double least = std::numeric_limits<double>::infinity();
  for (const limit& each : limits_)
    if (!at_once(each) && spent(each, of) > 0)
      least = std::min(least, each.per_second() / spent(each, of));
  return std::isfinite(least) ? least : 0;
}

bool limiter::settles() const {
  return std::any_of(limits_.begin(), limits_.end(), [](const limit& each) {
    return at_once(each) || each.rule().of == limit_unit::output_reserved ||
           each.rule().of == limit_unit::output_generated;
  });
}

}  // namespace reroute::testing
