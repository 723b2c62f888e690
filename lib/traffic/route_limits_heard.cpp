// All limits of one route for one model: what answers and refusals teach.
#include "traffic/route_limits.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

namespace reroute::detail {
namespace {

constexpr double fade = 0.97;     // of the slowest refusal and the longest gap, with each newer one
constexpr double most_ends = 64;  // answers whose usage is remembered
constexpr double rounded_up = 1.05;  // seconds by which a hint in whole seconds may be too long
constexpr double longest_own_wait = 30;
constexpr double most_overtaking = 0.05;
constexpr double enough_taken = 20;  // calls from one refusal to the next that tell a rate

}  // namespace

void route_limits::admitted(std::uint64_t number, instant now) {
  settle(now);
  longest_gap_ = std::max(longest_gap_ * fade, now - std::max({answered_, busy_, 0.0}));
  answered_ = heard_ = now;
  logged_attempt* const which = log_.find(number);
  if (!which || which->is != fate::pending) return;
  heard_of(number, *which);
  confirm(*which);
  round_trip_ = std::min(round_trip_, now - which->sent);
  which->is = fate::admitted;
}

void route_limits::ended(std::uint64_t number, double input, double output, instant now) {
  logged_attempt* const which = log_.find(number);
  if (!which || which->ended < never) return;
  which->ended = now;
  ends_ = std::min(most_ends, ends_ + 1);
  if (output >= 0 && which->reserved > 0) use_ += (output / which->reserved - use_) / ends_;
  if (input >= 0 && which->said_input > 0)
    tokens_per_byte_ += (input / which->said_input - tokens_per_byte_) / ends_;
  generated_ += std::max(output, 0.0);
  const logged_attempt before = *which;
  if (input >= 0) which->used_input = input;
  if (output >= 0) which->used_output = output;
  for (limit_book& each : books_) {
    const double more = which->cost(each.is.of) - before.cost(each.is.of);
    if (!each.known || more == 0) continue;
    if (each.headed && which->settled &&
        (each.is.of == resource::reserved || each.is.of == resource::tokens))
      continue;
    each.is.advance(now);
    each.is.give_back(-more, which->sent);
  }
}

void route_limits::faulted(std::uint64_t number, bool answered, instant now) {
  settle(now);
  logged_attempt* const which = log_.find(number);
  if (!which || which->ended < never) return;
  which->ended = heard_ = now;
  if (answered) refusal_took_ = std::max(now - which->sent, refusal_took_ * fade);
  which->is = which->confirmed && !answered ? fate::silent : fate::faulted;
  heard_of(number, *which);
  took_nothing(*which, now);
}

void route_limits::released(std::uint64_t number, instant now) {
  logged_attempt* const which = log_.find(number);
  if (!which || which->ended < never) return;
  which->ended = now;
  which->is = which->on_the_wire ? fate::silent : fate::faulted;
  heard_of(number, *which);
  if (which->is == fate::faulted) took_nothing(*which, now);
}

// books by headers are told so; the others look it up
void route_limits::took_nothing(const logged_attempt& which, instant now, const limit_book* but) {
  stale_ = true;
  for (limit_book& each : books_)
    if (each.headed && &each != but) {
      each.is.advance(now);
      each.is.give_back(which.cost(each.is.of), which.sent);
    }
}

void route_limits::route_failed(instant now) {
  doubtful_ = true;
  refused_heard_ = now;
  ++cycles_;
}

void route_limits::refused(std::uint64_t number, const heard_refusal& what, instant now) {
  settle(now);
  heard_ = now;
  logged_attempt* const which = log_.find(number);
  if (!which || which->is == fate::refused) return;
  heard_of(number, *which);
  const bool echo = which->sent <= refused_heard_;
  round_trip_ = std::min(round_trip_, now - which->sent);
  refusal_took_ = std::max(now - which->sent, refusal_took_ * fade);
  if (which->is == fate::admitted && let_ > 0) let_ -= 1;  // its head was no admission
  which->is = fate::refused;
  which->ended = now;
  if (what.hint) {
    which->wait_most = *what.hint + overtaking;
    which->wait_least = *what.hint - (what.exact ? overtaking : rounded_up);
    hint_ = *what.hint;
    exact_ = what.exact;
  }
  stale_ = true;
  if (!echo) {
    vain_ = let_ <= 0;
    vains_ = vain_ ? vains_ + 1 : 0;
  }
  if (what.named && what.named->of == limited::at_once)
    return too_many_at_once(*which, what, echo, now);
  if (confirmed_ <= 0) log_.began_cold();
  worded_ |= what.named.has_value();
  if (what.named && headers_of_ == number) disbelieve_headers(what.named->of);
  // who names limits names them always: without a name somebody else refuses everybody
  limit_book* const by = what.named || !worded_ ? blamed(*which, what) : nullptr;
  if (by && (what.named || !vain_)) {
    which->refused_by = by->number;
    measured(*by, *which, echo, now);
  }
  took_nothing(*which, now, by);
  close(by, *which, what.hint, what.random, now);
  if (echo) return;
  refused_heard_ = now;
  ++cycles_;
  let_ = 0;
  doubtful_ = vain_;
}

void route_limits::too_many_at_once(const logged_attempt& which, const heard_refusal& what,
                                    bool echo, instant now) {
  const auto before = static_cast<double>(log_.under_way_at(which.sent));
  const double told = what.named->count;
  at_once_ = std::max(1.0, told > 0 && before > 0.75 * told ? told : before);
  at_once_since_ = 0;
  if (what.hint) closed_ = std::max(closed_, now + *what.hint);
  if (echo) return;
  refused_heard_ = now;
  ++cycles_;
  let_ = 0;
}

void route_limits::measured(limit_book& by, const logged_attempt& which, bool echo, instant now) {
  if (by.headed) drain(by, which, now);
  by.stale = true;
  if (echo && by.known && by.refused_at >= 0) return;
  const bool tried = by.ahead > 0;
  if (!echo && by.headed && !by.is.window() && by.refused_at >= 0) {
    // empty then and now: no more came in than was taken
    const double took =
        log_.taken_after(by.is.of, by.refused_at) - log_.taken_after(by.is.of, which.sent);
    const double came = took / std::max(which.sent - by.refused_at, 1e-3);
    if (took >= enough_taken * log_.mean_cost(by.is.of) && came < by.is.rate) {
      by.is.rate = came;
      by.head_lowest = std::min(by.head_lowest, came);
    }
  }
  if (!echo && !tried && by.known && !by.is.window() && by.size < never) {
    // was it only early?
    const double cost = which.cost(by.is.of);
    by.is.advance(now);
    const double then = by.is.left + log_.taken_after(by.is.of, which.sent) + cost -
                        by.is.rate * (now - which.sent);
    if (then > 0.9 * cost && then < cost + 0.06 * by.is.rate)
      overtaking_ = std::min(most_overtaking, overtaking_ * 1.4);
  }
  by.in_vain |= tried;
  by.since = by.ahead = 0;
  by.step = 0.12;
  by.refused_at = which.sent;
  for (limit_book& each : books_)
    each.ahead = 0;
}

// headers tell the rest: at its sending there was less than its cost
void route_limits::drain(limit_book& by, const logged_attempt& which, instant now) {
  by.is.advance(now);
  const double came = by.is.comes_in(now - which.sent);
  by.is.left = std::min(by.is.left, 0.99 * which.cost_at_first(by.is.of) + came -
                                        log_.taken_after(by.is.of, which.sent));
}

void route_limits::close(const limit_book* by, const logged_attempt& which,
                         std::optional<double> hint, double random, instant now) {
  double wait = 1;
  if (hint) {
    wait = *hint;
    if (vain_)
      wait = std::max(
          wait, std::min(options_.backoff_most, *hint * std::exp2(std::min(10.0, vains_ - 1))));
  } else {
    if (by && by->stale) {
      refresh(now);
      if (by->known && by->is.per_second() > 0)
        wait = std::min(longest_own_wait, by->is.wait(which.cost(by->is.of), now));
    }
    if (vain_)
      wait = std::max(
          wait, (0.5 + random / 2) *
                    std::min(options_.backoff_most, options_.backoff_base * std::exp2(vains_ - 1)));
  }
  closed_ = std::max(closed_, now + wait);
}

}  // namespace reroute::detail
