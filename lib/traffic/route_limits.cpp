// All limits of one route for one model: what may be sent.
#include "traffic/route_limits.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

namespace reroute::detail {
namespace {

// the opening, in calls of which nobody has heard
constexpr double least_flight = 4;
constexpr double part_of_demand = 0.04;  // all that may be refused by the first surprise
constexpr double first_boost = 20;       // most that a demand adds at first
constexpr double part_let_through =
    0.1;  // of what was let through since the opening: e-fold per second
constexpr double part_known_wall = 0.25;  // the same, where refusals were heard
constexpr double slack = 1.3;  // on the slowest refusal; on the pace that a flight must sustain
constexpr double unanswered =
    40;  // calls without any answer at first; four times as many each second
constexpr double no_spacing = 1e-5;  // seconds
constexpr double calmer =
    0.997;  // with each call let through: how much calls are believed to overtake each other
constexpr double told_twice = 2;  // a window that is told is tried half as often

}  // namespace

route_limits::route_limits(const quota& stated, const route_limits_options& options)
    : options_(options), overtaking_(overtaking) {
  const auto add = [&](limited of, double per_minute, double size) {
    if (per_minute <= 0) return;
    limit_book& made = add_book(of);
    made.is.rate = made.stated = per_minute / 60;
    made.is.size = made.is.left = made.size = size;
    made.known = true;
  };
  const double rpm = stated.requests_per_minute;
  add(limited::requests, rpm, stated.burst > 0 ? stated.burst : std::max(1.0, rpm / 10));
  add(limited::input_tokens, stated.input_tokens_per_minute, stated.input_tokens_per_minute);
  add(limited::output_tokens, stated.output_tokens_per_minute, stated.output_tokens_per_minute);
}

limit_book& route_limits::add_book(limited of) {
  limit_book& made = books_.emplace_back();
  made.number = ++books_made_;
  made.of = of;
  made.is.of = of == limited::input_tokens    ? resource::input
               : of == limited::output_tokens ? resource::reserved
               : of == limited::tokens        ? resource::tokens
                                              : resource::requests;
  return made;
}

logged_attempt route_limits::made(const cost& what, instant now) const {
  logged_attempt a;
  a.sent = now;
  a.said_input = what.bytes;
  a.input = what.bytes * tokens_per_byte_;
  a.reserved = what.output_tokens;
  a.likely = what.output_tokens * use_;
  a.cycle = cycles_;
  return a;
}

double route_limits::quiet() const {
  return refusal_took_ > 0 ? refusal_took_ * slack : options_.silence;
}

// silence for long enough is admission
void route_limits::settle(instant now) {
  while (!unsure_.empty() && unsure_.front().sent + quiet() <= now) {
    const std::uint64_t number = unsure_.front().number;
    unsure_.pop_front();
    silent_.push_back(number);
    if (logged_attempt* const which = log_.find(number)) confirm(*which);
  }
}

// of those that are neither heard of nor silent for long enough it is none any more
void route_limits::heard_of(std::uint64_t number, logged_attempt& which) {
  if (!std::exchange(which.on_the_wire, true)) {
    --held_back_;
  } else if (!which.confirmed) {
    std::erase_if(unsure_, [&](const doubt& each) { return each.number == number; });
  }
}

void route_limits::confirm(logged_attempt& which) {
  if (std::exchange(which.confirmed, true)) return;
  confirmed_ += 1;
  if (which.sent <= refused_heard_) return;
  let_ += 1;
  at_once_since_ += 1;
  vain_ = doubtful_ = false;
  overtaking_ = std::max(overtaking, overtaking_ * calmer);
  for (limit_book& each : books_)
    if (which.pressed && which.sent > each.tried_at) each.since += 1;
  if (which.overdrawn <= 0) return;
  for (limit_book& each : books_)
    if (each.ahead > 0) each.ahead = std::max(each.ahead, 1 + 1.25 * which.overdrawn);
}

instant route_limits::earliest(const cost& what, const pressure& of, instant now) {
  pressure_ = of;
  settle(now);
  waits_for_ = gate_wait::hint;
  if (closed_ > now) return closed_;
  refresh(now);
  waits_for_ = gate_wait::at_once;
  const auto open = static_cast<double>(of.in_flight);
  if (open >= at_once_) {
    if (at_once_since_ < calls_per_try) return never;
    at_once_ += 1;
    at_once_since_ = 0;
  }
  waits_for_ = gate_wait::silence;  // nobody answers any more
  const bool silent =
      of.in_flight > 2 && answered_ >= 0 && now - std::max(heard_, busy_) > 2 * longest_gap_ + 0.5;
  if (silent && last_sent_ + 1 > now) return last_sent_ + 1;
  if (answered_ < 0 && first_sent_ >= 0 && open >= unanswered * std::exp2(2 * (now - first_sent_)))
    return now + 0.05;
  return allowed(what, now);
}

// how many may be under way of which nothing is known
double route_limits::flight() const {
  if (doubtful_) return 1;
  const double all = static_cast<double>(pressure_.waiting + pressure_.in_flight) + confirmed_;
  double rate = never, plenty = never;
  bool shown = false;
  for (const limit_book& each : books_) {
    if (!each.known) continue;
    if (each.is.of == resource::requests) {
      rate = std::min(rate, each.is.per_second());
      shown |= each.headed;
    }
    plenty = std::min(plenty, each.is.left / std::max(1e-9, log_.mean_cost(each.is.of)));
  }
  double calls = 0;
  if (rate < never) {
    calls = std::max({least_flight, let_ * part_let_through, rate * quiet() * slack});
  } else {
    const double part = refused_heard_ < 0 ? part_let_through : part_known_wall;
    calls =
        std::clamp(let_ * part + std::min(first_boost, all * part_of_demand / 8),
                   options_.first_flight, std::max(options_.first_flight, all * part_of_demand));
  }
  return shown ? std::max(calls, part_let_through * plenty) : calls;
}

instant route_limits::allowed(const cost& what, instant now) {
  for (limit_book& each : books_)
    if (each.known) each.is.advance(now);
  const double calls = flight();
  waits_for_ = doubtful_ ? gate_wait::look : gate_wait::ramp;
  if (static_cast<double>(unsure_.size() + held_back_) >= calls)
    return unsure_.empty() ? never : unsure_.front().sent + quiet();
  const double spacing = quiet() / calls;
  const instant pace = std::max(now, spacing > no_spacing ? last_sent_ + spacing : now);
  instant when = pace;
  const logged_attempt next = made(what, now);
  limit_book* binds = nullptr;
  for (limit_book& each : books_) {
    if (!each.known) continue;
    const double cost = next.cost(each.is.of);
    const double reserve = each.is.window() ? 0 : std::min(each.is.rate * overtaking_, cost / 2);
    const double wait =
        each.is.wait(std::min(cost + reserve, each.is.size) - each.ahead * cost, now);
    if (wait <= 0 || now + wait <= when) continue;
    when = now + wait;
    binds = &each;
  }
  if (when <= now) waits_for_ = gate_wait::nothing;
  if (binds)
    waits_for_ = binds->of == limited::requests       ? gate_wait::requests
                 : binds->of == limited::input_tokens ? gate_wait::input_tokens
                 : binds->of == limited::tokens       ? gate_wait::tokens
                                                      : gate_wait::output_tokens;
  blocked_ |= binds != nullptr;
  if (!binds || binds->ahead > 0 || binds->stated > 0 || binds->headed || binds->refused_at < 0)
    return when;
  const bool told_window = binds->is.window() && binds->told_seconds > 0 &&
                           binds->is.per_second() > 0.97 * binds->told();
  if (binds->since < binds->patience * (told_window ? told_twice : 1)) return when;
  binds->since = 0;
  binds->tried_at = now;
  const double one = log_.mean_cost(binds->is.of);
  if (binds->dear(inflow(*binds), hint_, one)) {
    binds->raise(one);
    return when;
  }
  binds->ahead = 1;  // is there more than it holds?
  return pace;
}

// what comes in while it is closed: answers give back, too
double route_limits::inflow(const limit_book& of) const {
  return of.is.rate * (of.is.of == resource::reserved && use_ > 0 ? 1 / use_ : 1);
}

void route_limits::sent(std::uint64_t number, const cost& what, instant now) {
  if (pressure_.in_flight == 0) busy_ = now;
  if (first_sent_ < 0) first_sent_ = now;
  if (last_sent_ <= refused_heard_) {
    opened_ = now;
    let_ = 0;
  }
  logged_attempt& a = log_.add(number, made(what, now));
  for (limit_book& each : books_) {
    if (!each.known) continue;
    each.is.advance(now);
    const double cost = a.cost(each.is.of);
    if (each.is.left < cost && each.ahead > 0)
      a.overdrawn = std::max(a.overdrawn, 1 - each.is.left / std::max(cost, 1e-9));
    const bool begins = each.is.kind == limit_kind::first && now >= each.is.ends;
    each.is.take(cost, now);
    if (begins) each.is.ends += overtaking_;
  }
  a.pressed = blocked_ || pressure_.waiting > 1;
  blocked_ = false;
  ++held_back_;
  last_sent_ = now;
}

void route_limits::on_the_wire(std::uint64_t number, instant now) {
  logged_attempt* const which = log_.find(number);
  if (!which || std::exchange(which->on_the_wire, true)) return;
  which->sent = now;
  --held_back_;
  unsure_.push_back({now, number});
}

void route_limits::stalled(instant now) {
  for (doubt& each : unsure_)
    each.sent = std::max(each.sent, now);
}

}  // namespace reroute::detail
