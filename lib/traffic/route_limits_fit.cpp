// All limits of one route for one model: fitted to the log, and set to where they stand.
#include "traffic/route_limits.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

namespace reroute::detail {

void route_limits::refresh(instant now) {
  for (limit_book& each : books_)
    if (std::exchange(each.stale, false) && !each.headed) fit_book(each, now);
  if (std::exchange(stale_, false)) restore(now);
}

void route_limits::fit_book(limit_book& which, instant now) {
  fit_question asked;
  asked.log = &log_;
  asked.number = which.number;
  asked.answer_tokens = which.of == limited::output_tokens;
  asked.was = which.is;
  asked.was_size = which.size;
  asked.known = which.known;
  asked.told_count = which.told_count;
  asked.told_seconds = which.told_seconds;
  asked.told = which.told();
  asked.quiet = quiet();
  asked.opened = opened_;
  const double before = which.known ? which.is.per_second() : 0;
  fitted best = fit(asked, now);
  if (!best.any()) {  // nothing was let through: what is told is all there is
    if (which.told() <= 0) return;
    best.is.of = which.is.of;
    best.is.rate = best.lowest = best.highest = which.told();
  }
  // the first measurement of calls that hardly came: anything between what they had and what was too much
  const bool wide =
      !which.known && which.told() <= 0 && !best.is.window() && best.highest > 1.3 * best.lowest;
  if (wide) best.is.rate = std::sqrt(best.lowest * best.highest);
  which.known = true;
  which.is = best.is;
  which.size = best.is.size;
  which.highest = best.highest;
  which.fit_changed(before, inflow(which), hint_, exact_ ? 0 : 0.5, log_.mean_cost(which.is.of));
  stale_ = true;
}

// where each stands now, by the log
void route_limits::restore(instant now) {
  constexpr double rows = 4;
  for (limit_book& each : books_) {
    if (!each.known || each.headed) continue;
    const limit_events events = events_of(log_, each.is.of, each.number, quiet(), now, rows);
    limit from = each.is;
    from.size = each.size;
    if (from.kind == limit_kind::aligned) {
      const instant first = events.all.empty() ? now : events.all.front().at;
      from.ends -= (std::ceil((from.ends - first) / from.length) - 1) * from.length;
    }
    from.margin = 0;
    limit end = replay(std::move(from), events, now).end;
    const double one = log_.mean_cost(end.of);
    if (!end.window() && end.size < never && each.stated <= 0) {
      // not too near to it
      const double safe = std::max(one, end.size - 0.5 * one - end.rate * overtaking_);
      end.left = std::min(end.left - (end.size - safe), safe);
      end.size = safe;
    }
    if (end.of == resource::generated) end.left -= log_.expected();
    end.margin = 0.6 * overtaking_;
    each.is = std::move(end);
  }
}

}  // namespace reroute::detail
