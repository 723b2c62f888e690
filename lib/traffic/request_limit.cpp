// What is known of one route's limit on requests.
#include "traffic/request_limit.hpp"

#include "traffic/refill.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

namespace reroute::detail {
namespace {

using nanoseconds = std::chrono::nanoseconds;
using seconds = std::chrono::duration<double>;

constexpr nanoseconds reset_grain = std::chrono::seconds(2);  // whole seconds, from a Date in such
constexpr double enough_due = 6;         // credits of a bucket since it was empty,
constexpr double near = 0.1;             // what the server may not have seen yet
constexpr double few_of_due = 0.1;       // and so few of them were there: it is none
constexpr double nearly_full = 0.9;      // of a window: a refusal is its end
constexpr double enough_to_compare = 8;  // attempts of a period
constexpr double same = 0.01;            // difference between two counts, besides one
constexpr double longer_by = 0.04;       // of a count: what a bucket would have let through besides
constexpr double longer_by_least = 2;
constexpr double early_in_it = 0.5;  // of a window
constexpr int most_early = 2;
constexpr int longest_search = 15;   // refusals
constexpr std::size_t compared = 3;  // periods
// a period in which the limit was not always used up may have been several windows
constexpr nanoseconds longest_first = std::chrono::seconds(5);

double per_second(double count, nanoseconds time) { return count / seconds(time).count(); }

}  // namespace

double request_limit::count::before(std::uint64_t number) const {
  return number > first ? std::max(0.0, static_cast<double>(number - first) - not_admitted) : 0;
}

void request_limit::count::take(std::uint64_t number, time_point now) {
  if (number == first) began = now;
}

void request_limit::count::give_back(std::uint64_t number) {
  if (number >= first) not_admitted += 1;
}

// a bucket, or a window: what is said of it tells. Where there are both, it may be said of whichever
// has less left
void request_limit::heard(const http::quota_bucket& told, const limit_reading& of, time_point now) {
  if (!told.limit || !told.remaining) return;
  const auto limit = static_cast<double>(*told.limit);
  if (limit <= 0) return;
  const auto remaining = static_cast<double>(*told.remaining);
  const nanoseconds reset = told.reset.value_or(std::chrono::milliseconds(0));
  if (shapes_[0].limit() != limit) std::swap(shapes_[0], shapes_[1]);
  if (shapes_[0].limit() != limit) shapes_[0] = limit_shape(limit);
  limit_shape& shape = shapes_[0];
  shape.heard(remaining, reset, reset_grain, of.age);
  if (shape.window()) {
    if (!window_.known()) adopt_told(limit - remaining, now);
    window_.told(limit, remaining, reset, reset_grain, now);
    const bool bucket_too = shapes_[1].limit() > 0 && !shapes_[1].window();
    if (!bucket_too) mirror_window(limit_evidence::headers, now);
    return;
  }
  if (std::abs(window_.count() - limit) < 1) window_.told_count(limit);
  // of two limits the larger is a window whose length is not known yet, or binds rarely
  const limit_shape& other = shapes_[1];
  if (other.limit() > 0 && !other.window() && other.limit() < limit)
    return pace_.at_most(remaining - of.unseen, now);
  pace_.heard(limit, remaining, shape.rate(), shape.most_rate(), of, now);
}

// a window of which so many are taken: it began with the first attempt of all if those are so many
void request_limit::adopt_told(double taken, time_point now) {
  const bool from_the_start =
      span_.before(next_) > 0 && std::abs(span_.before(next_) - taken) <= 1 + near * taken;
  if (from_the_start) return window_.adopt(span_.first, span_.began, next_, taken);
  window_.adopt(next_, now, next_, taken);
}

void request_limit::mirror_window(limit_evidence by, time_point now) {
  window_only_ = true;
  pace_.windowed(window_.count(), window_.length(), by, now);
}

request_limit::time_point request_limit::earliest(time_point now, const demand& of) {
  if (window_only_ && window_.over(now)) pace_.window_began(now);
  const time_point next = window_.earliest(now);
  return next == time_point::max() ? next : std::max(next, pace_.earliest(now, of));
}

void request_limit::take(std::uint64_t number, time_point now) {
  period_.take(number, now);
  span_.take(number, now);
  pace_.take();
  window_.take(number, now);
  next_ = number + 1;
}

void request_limit::released(std::uint64_t number, bool stale) {
  window_.give_back(number);
  span_.give_back(number);
  if (stale) {
    slipped_ -= 1;
    return;
  }
  period_.give_back(number);
  pace_.give_back();
}

double request_limit::let_through(std::uint64_t number) const { return period_.before(number); }

void request_limit::refused_too(std::uint64_t number) {
  slipped_ -= 1;
  window_.give_back(number);
  span_.give_back(number);
}

void request_limit::interrupted(std::uint64_t number, time_point now) {
  if (number != 0) refused_too(number);
  slipped_ = 0;
  pace_.interrupted(now);
}

void request_limit::forget(time_point now) {
  pace_ = pace(first_burst_);
  pace_.state(stated_);
  window_.forget();
  window_only_ = blind_ = doubtful_ = false;
  shapes_.fill(limit_shape());
  periods_.clear();
  row_ = {};
  slipped_ = 0;
  span_ = period_ = {next_, now, 0};
}

nanoseconds request_limit::stated_for_one() const {
  const double per_minute = stated_.requests_per_minute;
  return per_minute > 0 ? time_to_fill(1, per_minute / 60) : nanoseconds(0);
}

void request_limit::opened(time_point now, bool ramped, std::uint64_t next) {
  pace_.opened(now, ramped, std::max(0.0, std::exchange(slipped_, 0)));
  period_ = {next, now, 0};
  if (std::exchange(new_span_, false)) span_ = period_;
  doubtful_ = false;
}

std::optional<request_limit::time_point> request_limit::refused(const limit_refusal& by,
                                                                time_point now, time_point opens) {
  const period ended{period_.first, by.number, period_.began, by.sent,
                     by.probe ? 0 : let_through(by.number)};
  slipped_ = static_cast<double>(next_ - by.number - 1);
  doubt_shapes(ended);
  std::optional<time_point> better;
  if (by.hint.count() > 0) {
    refused_with_hint(by, ended, now, opens);
  } else {
    better = refused_blindly(by, ended, now, opens);
  }
  span_.give_back(by.number);
  if (ended.let_through < 1) return better;
  row_ = ended;
  if (by.hint.count() <= 0) remember(ended);
  return better;
}

// nobody says when it opens. A bucket would have had some credits by now
std::optional<request_limit::time_point> request_limit::refused_blindly(const limit_refusal& by,
                                                                        const period& ended,
                                                                        time_point now,
                                                                        time_point opens) {
  const bool known = known_by() != limit_evidence::none;
  const double due = seconds(by.sent - row_.ended).count() * rate();
  const bool no_bucket =
      known && row_.number != 0 && due > enough_due && ended.let_through < few_of_due * due;
  if (!window_.known() && no_bucket) {
    // a bucket's refusals end no window: it began before them, if that is not too long ago
    const bool before = known_by() != limit_evidence::headers && span_.first < row_.first &&
                        row_.ended - span_.began <= longest_first && !repeated(row_);
    window_.adopt(before ? span_.first : row_.first, before ? span_.began : row_.began, row_.number,
                  before ? span_.before(row_.number) : row_.let_through);
    window_.refused_blindly(row_.number, row_.ended);
    blind_ = true;
    window_only_ = !before;
  }
  const bool none = ended.let_through < 1 && (window_only_ || sought_ > 0);
  if (window_.known() && (no_bucket || none || window_is_full(by.number))) {
    window_.refused_blindly(by.number, by.sent);
    window_only_ ? mirror_window(limit_evidence::refusals, now) : pace_.interrupted(now);
    // a window that does not end is an outage: our own backoff again
    if (++sought_ > longest_search) return std::nullopt;
    return std::max(now, window_.next_try());
  }
  window_only_ = false;  // there is a bucket, too
  if (std::exchange(blind_, false) && !window_.proven()) window_.forget();
  window_.give_back(by.number);
  if (by.probe) {
    pace_.interrupted(now);
  } else {
    pace_.refused(by.sent, ended.let_through, now, opens, nanoseconds::max());
  }
  return std::nullopt;
}

bool request_limit::window_is_full(std::uint64_t number) const {
  return window_.known() && window_.before(number) >= nearly_full * window_.count();
}

void request_limit::refused_with_hint(const limit_refusal& by, const period& ended, time_point now,
                                      time_point opens) {
  const bool known = known_by() != limit_evidence::none;
  const bool long_wait = known && pace_.too_long_for_a_bucket(by.hint, by.grain);
  const bool explained = window_.known() && window_.explains(by.sent, by.hint);
  if (!explained) window_only_ = false;  // there is a bucket, too
  if (explained && (window_only_ || long_wait || window_is_full(by.number))) {
    window_.refused(by.number, by.sent, by.hint, by.grain);
    return window_only_ ? mirror_window(limit_evidence::refusals, now) : pace_.interrupted(now);
  }
  window_.give_back(by.number);
  if (by.probe) return pace_.interrupted(now);

  const bool beside_a_bucket = long_wait && !pace_.windowed();
  if (beside_a_bucket) {
    pace_.interrupted(now);
  } else {
    pace_.refused(by.sent, ended.let_through, now, opens, by.grain);
  }
  remember(ended);
  new_span_ = new_span_ || long_wait;
  if (window_.known()) return;
  // headers told of that count as if it were a bucket's
  const bool told = beside_a_bucket && known_by() == limit_evidence::headers &&
                    shapes_[1].limit() <= 0 && !shapes_[0].window() &&
                    std::abs(shapes_[0].limit() - ended.let_through) <= 1;
  const bool window_alone = told || (!beside_a_bucket && pace_.windowed());
  const bool by_count = !long_wait && !window_alone && same_count();
  if (!beside_a_bucket && !window_alone && !by_count) return;
  // a bucket's refusals end no window
  const period whole = by_count || repeated(ended) ? ended
                                                   : period{span_.first, by.number, span_.began,
                                                            by.sent, span_.before(by.number)};
  if (whole.ended - whole.began > std::max<nanoseconds>(2 * by.hint, longest_first)) return;
  window_.adopt(whole.first, whole.began, whole.number, whole.let_through);
  window_.refused(by.number, by.sent, by.hint, by.grain);
  doubtful_ = !known;
  if (window_alone) mirror_window(limit_evidence::refusals, now);
  if (by_count) pace_.at_least(per_second(window_.count(), window_.length()));
}

// headers told of a window that is none: an odd reading must not be believed for ever
void request_limit::doubt_shapes(const period& ended) {
  const bool told = shapes_[0].window() || shapes_[1].window();
  early_ = told && ended.let_through < early_in_it * window_.count() ? early_ + 1 : 0;
  if (early_ < most_early) return;
  early_ = 0;
  shapes_.fill(limit_shape());
  window_.forget();
  window_only_ = false;
}

void request_limit::remember(const period& ended) {
  periods_.push_back(ended);
  if (periods_.size() > compared) periods_.pop_front();
}

// as many as in a period before: a window that is used up each time, whatever else there is
bool request_limit::repeated(const period& that) const {
  return that.let_through >= enough_to_compare &&
         std::any_of(periods_.begin(), periods_.end(), [&](const period& each) {
           return each.number != that.number &&
                  std::abs(each.let_through - that.let_through) <= same * that.let_through;
         });
}

// a window lets the same number through however long that takes; a bucket lets more through in a
// longer time
bool request_limit::same_count() const {
  const period& last = periods_.back();
  if (last.let_through < enough_to_compare) return false;
  return std::any_of(periods_.begin(), periods_.end(), [&](const period& each) {
    const seconds longer = (each.ended - each.began) - (last.ended - last.began);
    return std::abs(each.let_through - last.let_through) <= 1 + same * last.let_through &&
           std::abs(longer.count()) * rate() >
               std::max(longer_by_least, longer_by * last.let_through);
  });
}

}  // namespace reroute::detail
