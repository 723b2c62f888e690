// How much a log contradicts a limit: the limit plays it along.
#include "traffic/limit_replay.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

namespace reroute::detail {
namespace {

constexpr double remembered = 0.85;      // of what contradicted before, after a full cycle
constexpr double most_remembered = 1.5;  // so that a changed quota wins soon
constexpr double phase_error =
    1.1;  // seconds by which an aligned window may be off: hints are rounded up
constexpr double hint_error = 0.1;
constexpr int unknown_parts =
    8;  // what a sliding window held without our doing comes back in so many
constexpr double excused = 0.7;  // of what is too early by no more than calls overtake each other
constexpr double full_refused = 2;  // calls: a full bucket that refuses is at least so wrong

using kind = limit_event::kind;

class player {
 public:
  player(limit&& from, const limit_events& events, double early)
      : l_(std::move(from)), whole_(events.from_the_start), early_(early) {
    l_.left = l_.size;
    l_.parts.clear();
    if (!events.all.empty()) l_.at = events.all.front().at;
    if (l_.kind == limit_kind::first) l_.ends = -never;
    if (l_.kind == limit_kind::bucket && !whole_) l_.left = 0;
  }
  void play(const limit_event& e) {
    const double unclipped =
        l_.kind == limit_kind::bucket ? l_.left + std::max(0.0, e.at - l_.at) * l_.rate : 0;
    l_.advance(e.at);
    switch (e.what) {
      case kind::given:
        return l_.give_back(e.cost, e.sent);
      case kind::refused:
        return refused(e, unclipped);
      case kind::taken:
      case kind::perhaps:
        return taken(e);
    }
  }
  replayed end(instant now) {
    close_row();
    l_.advance(now);
    return {sum_, std::move(l_)};
  }

 private:
  // a row: refusals without a closing of the gate between them. Only its first one is evidence
  void refused(const limit_event& e, double unclipped) {
    unit_ = std::max(e.cost, 1e-9);
    const double low = low_, high = high_;
    const bool first = !std::exchange(row_, true);
    if (first) row_cycle_ = e.cycle;
    if (l_.window()) {
      window_refused(e);
    } else {
      bucket_refused(e, unclipped);
    }
    if (first) return;
    low_ = low;
    high_ = high;
  }
  void bucket_refused(const limit_event& e, double unclipped) {
    double most = std::min(e.cost, l_.size) * (1 - 1e-6);
    if (e.least > 0) most = std::min(most, e.cost - l_.rate * e.least);
    if (most < 0) {  // no bucket of that rate takes so long, from empty
      high_ = std::max(high_, -most);
      most = 0;
    }
    const double least = std::min(most, e.most < never ? e.cost - l_.rate * e.most : -never);
    if (l_.left > most - 1e-9) {
      const double early = std::min(unclipped - most, std::max(l_.size, l_.rate));
      const bool full = unclipped > l_.size + l_.rate * 2 * overtaking;
      const double jitter = std::max(std::min(l_.rate * overtaking, l_.size), 1e-9);
      high_ = std::max(
          high_, std::max(early - jitter, (1 - excused) * e.cost * std::min(early / jitter, 1.0)) +
                     (full ? full_refused * e.cost : 0));
      l_.left = most;
    }
    if (l_.left < least) {
      low_ = std::max(low_, least - l_.left);
      l_.left = least;
    }
    if (l_.of != resource::generated) l_.left = std::max(l_.left, 0.0);
  }
  void window_refused(const limit_event& e) {
    if (l_.left >= e.cost) {
      high_ = std::max(high_, l_.left - e.cost + unit_);
      if (l_.kind == limit_kind::sliding) others_took(e);
      l_.left = 0;
    }
    if (e.most >= never) {
      if (l_.kind == limit_kind::first && l_.ends <= e.at) l_.ends = e.at + l_.length;
      return;
    }
    const double wait =
        l_.kind == limit_kind::sliding || l_.ends > e.at ? l_.wait(e.cost, e.at) : 0;
    const double wrong = std::max({0.0, e.least - wait, wait - e.most});
    if (l_.kind != limit_kind::sliding && wrong > 0)
      l_.ends =
          e.at + (wait > e.most || l_.kind == limit_kind::first ? e.most : std::max(e.least, 0.0));
    const double allowed = l_.kind == limit_kind::aligned ? phase_error
                           : l_.kind == limit_kind::first ? never
                                                          : hint_error;
    if (wrong > allowed) high_ = std::max(high_, unit_ * wrong);
    if (e.least > l_.length) high_ = std::max(high_, unit_ * (e.least - l_.length));
  }
  void others_took(const limit_event& e) {
    l_.parts.emplace_back(e.most < never ? e.at + e.most - l_.length : e.at,
                          std::min(e.cost, l_.left));
    for (int part = 1; part <= unknown_parts && l_.left > e.cost; ++part)
      l_.parts.emplace_back(e.at - l_.length * (1 - static_cast<double>(part) / unknown_parts),
                            (l_.left - e.cost) / unknown_parts);
    std::sort(l_.parts.begin(), l_.parts.end());
  }
  void taken(const limit_event& e) {
    if (row_ && e.cycle > row_cycle_) close_row();
    calls_ += l_.of == resource::requests ? e.cost : 2;
    double tolerance = std::min(l_.rate * overtaking, e.cost) + 0.02 * e.cost;
    if (l_.window()) tolerance = e.cost / 2;
    if (l_.of == resource::generated) tolerance = l_.per_second() * 2 * overtaking;
    l_.take(e.cost, e.at);
    if (e.what != kind::taken || l_.left >= -tolerance) return;
    const double excess = -tolerance - l_.left;
    low_ += excess;
    l_.give_back(excess, e.at);
  }
  void close_row() {
    const double weight = first_row_ && !whole_ ? 0 : early_;  // nobody knows where it stood before
    const double part = std::min(1.0, calls_ / calls_of_a_full_row);
    sum_ = std::min(most_remembered, sum_ * (1 - (1 - remembered) * part)) +
           part * (std::log1p(low_ / unit_) + weight * std::log1p(high_ / unit_));
    low_ = high_ = calls_ = 0;
    row_ = first_row_ = false;
  }

  limit l_;
  bool whole_;
  double early_;
  double sum_ = 0, low_ = 0, high_ = 0, unit_ = 1, calls_ = 0;
  bool row_ = false, first_row_ = true;
  std::uint32_t row_cycle_ = 0;
};

}  // namespace

replayed replay(limit from, const limit_events& events, instant now, double early) {
  player along(std::move(from), events, early);
  for (const limit_event& each : events.all)
    along.play(each);
  return along.end(now);
}

double backlog(const limit_events& events, double rate) {
  if (events.all.empty()) return 0;
  double level = 0, most = 0;
  instant at = events.all.front().at;
  for (const limit_event& e : events.all) {
    level = std::max(0.0, level - (e.at - at) * rate);
    at = e.at;
    if (e.what == kind::given) level = std::max(0.0, level - e.cost);
    if (e.what == kind::taken) most = std::max(most, level += e.cost);
  }
  return most;
}

}  // namespace reroute::detail
