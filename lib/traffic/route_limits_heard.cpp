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
constexpr double backoff_base = 0.1,
                 backoff_most = 8;  // seconds, where nothing was let through and nothing is said
constexpr double longest_own_wait = 30;
constexpr double most_overtaking = 0.05;

}  // namespace

void route_limits::admitted(std::uint64_t number, instant now) {
  settle(now);
  longest_gap_ = std::max(longest_gap_ * fade, now - std::max({answered_, busy_, 0.0}));
  answered_ = heard_ = now;
  logged_attempt* const which = log_.find(number);
  if (!which || which->is != fate::pending) return;
  std::erase_if(unsure_, [&](const doubt& each) { return each.number == number; });
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
    if (each.headed && which->settled && each.is.of == resource::reserved) continue;
    each.is.advance(now);
    each.is.give_back(-more, which->sent);
  }
}

void route_limits::faulted(std::uint64_t number, instant now) {
  settle(now);
  logged_attempt* const which = log_.find(number);
  if (!which || which->ended < never) return;
  which->ended = now;
  std::erase_if(unsure_, [&](const doubt& each) { return each.number == number; });
  which->is = which->confirmed ? fate::silent : fate::faulted;
  heard_ = now;
  stale_ = true;
}

void route_limits::lost(std::uint64_t number) {
  logged_attempt* const which = log_.find(number);
  if (!which || which->ended < never) return;
  which->ended = last_sent_;
  which->is = fate::silent;
  std::erase_if(unsure_, [&](const doubt& each) { return each.number == number; });
}

void route_limits::never_sent(std::uint64_t number, instant now) {
  logged_attempt* const which = log_.find(number);
  if (!which || which->ended < never) return;
  faulted(number, now);
  which->is = fate::faulted;
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
  std::erase_if(unsure_, [&](const doubt& each) { return each.number == number; });
  const bool echo = which->sent <= refused_heard_;
  round_trip_ = std::min(round_trip_, now - which->sent);
  refusal_took_ = std::max(now - which->sent, refusal_took_ * fade);
  which->is = fate::refused;
  which->ended = now;
  if (what.hint) {
    which->wait_most = *what.hint + overtaking;
    which->wait_least = *what.hint - (what.exact ? overtaking : rounded_up);
    hint_ = *what.hint;
  }
  stale_ = true;
  if (!echo) {
    vain_ = let_ <= 0;
    vains_ = vain_ ? vains_ + 1 : 0;
  }
  if (!what.rate_limit) {
    which->is = fate::faulted;
    if (what.hint) closed_ = std::max(closed_, now + *what.hint);
    return;
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
  for (limit_book& each : books_)
    if (each.headed && &each != by) {
      each.is.advance(now);
      each.is.give_back(which->cost(each.is.of), which->sent);
    }
  close(by, *which, what.hint, now);
  if (echo) return;
  refused_heard_ = now;
  ++cycles_;
  let_ = 0;
  doubtful_ = vain_;
}

// A refusal names a limit of which its own headers say that there is enough: they tell of another one.
void route_limits::disbelieve_headers(limited of) {
  const auto enough = [](const http::quota_bucket& told, double least) {
    return told.remaining && static_cast<double>(*told.remaining) >= least;
  };
  const auto tokens = [&](const http::quota_bucket& told) {
    return told.limit && enough(told, static_cast<double>(*told.limit) / 2 + 1000);
  };
  const bool lies = of == limited::requests        ? enough(last_limits_.requests, 1)
                    : of == limited::input_tokens  ? tokens(last_limits_.input_tokens)
                    : of == limited::output_tokens ? tokens(last_limits_.output_tokens)
                                                   : false;
  if (!lies) return;
  lied_ = static_cast<std::uint8_t>(lied_ | 1U << static_cast<unsigned>(of));
  for (limit_book& each : books_) {
    if (!each.headed || each.of != of) continue;
    each.headed = false;
    each.stale = true;
    each.known = each.told() > 0;
    each.size = each.is.size = never;
    each.is.kind = limit_kind::bucket;
    if (each.known) each.is.rate = each.told();
  }
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

limit_book& route_limits::free_book(limited of) {
  for (limit_book& each : books_)
    if (each.of == of && each.told_seconds <= 0 && !each.headed && each.stated <= 0) return each;
  return add_book(of);
}

limit_book* route_limits::named(const named_limit& what) {
  const auto tell = [&](limit_book& book) {
    book.told_count = what.count;
    book.told_seconds = what.seconds;
    return &book;
  };
  for (limit_book& each : books_)
    if (each.of == what.of && each.told_seconds == what.seconds &&
        std::abs(each.told_count - what.count) < 0.5)
      return &each;
  for (limit_book& each : books_)
    if (each.of == what.of && each.headed) return tell(each);
  // another number over the same time: the limit was changed
  for (limit_book& each : books_)
    if (each.of == what.of && each.told_seconds > 0 && each.told_seconds == what.seconds)
      return tell(each);
  return tell(free_book(what.of));
}

// whose refusal it is; null: nobody's that is known, such as a bad moment of the provider's
limit_book* route_limits::blamed(const logged_attempt& which, const heard_refusal& what) {
  if (what.named) return named(*what.named);
  for (limit_book& each : books_)
    if (each.known && each.told_seconds <= 0 && !each.headed) return &each;
  const auto lacks = [&](limited of, const http::quota_bucket& told, double half) -> limit_book* {
    if (!told.remaining) return nullptr;
    for (limit_book& each : books_)
      if (each.headed && each.of == of &&
          static_cast<double>(*told.remaining) < which.cost_at_first(each.is.of) + half)
        return &each;
    return nullptr;
  };
  if (limit_book* const by = lacks(limited::requests, last_limits_.requests, 0)) return by;
  if (limit_book* const by = lacks(limited::input_tokens, last_limits_.input_tokens, 500))
    return by;
  if (limit_book* const by = lacks(limited::output_tokens, last_limits_.output_tokens, 500))
    return by;
  for (const limit_book& each : books_)
    if (each.headed) return nullptr;
  return &free_book(limited::requests);
}

void route_limits::measured(limit_book& by, const logged_attempt& which, bool echo, instant now) {
  if (by.headed) drain(by, which, now);
  by.stale = true;
  if (echo && by.known && by.refused_at >= 0) return;
  const bool tried = by.ahead > 0;
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
                         std::optional<double> hint, instant now) {
  double wait = 1;
  if (hint) {
    wait = *hint;
    if (vain_)
      wait = std::max(wait, std::min(backoff_most, *hint * std::exp2(std::min(10.0, vains_ - 1))));
  } else {
    if (by && by->stale) {
      refresh(now);
      if (by->known && by->is.per_second() > 0)
        wait = std::min(longest_own_wait, by->is.wait(which.cost(by->is.of), now));
    }
    if (vain_) wait = std::max(wait, std::min(backoff_most, backoff_base * std::exp2(vains_)));
  }
  closed_ = std::max(closed_, now + wait);
}

}  // namespace reroute::detail
