// The client's copy of a route's token limit.
#include "traffic/token_mirror.hpp"

#include "traffic/refill.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

namespace reroute::detail {

namespace {

using seconds = std::chrono::duration<double>;

constexpr std::chrono::nanoseconds reset_grain = std::chrono::seconds(2);
constexpr seconds shortest_measure{0.1};
constexpr seconds silent{1};  // no reading for so long
constexpr double growth_step = 0.04, growth_speed = 2, most_growth = 15;
constexpr double step_down = 0.9;
constexpr double first_patience = 1, longest_patience = 30;  // seconds

}  // namespace

void token_mirror::state(double per_minute) {
  if (per_minute <= 0) return;
  stated_ = limit_ = level_ = per_minute;
  rate_ = per_minute / 60;
}

void token_mirror::forget() {
  const double stated = stated_;
  *this = token_mirror();
  state(stated);
}

token_mirror::nanoseconds token_mirror::stated_for(double tokens) const {
  return stated_ > 0 ? time_to_fill(std::min(tokens, stated_), stated_ / 60) : nanoseconds(0);
}

void token_mirror::refill(time_point now) {
  if (at_ == time_point{}) at_ = now;
  if (now <= at_) return;
  const seconds passed = now - at_;
  if (std::exchange(pressed_, false) && before_ && now - told_at_ > silent) calm_ += passed;
  add(passed.count() * rate());
  at_ = now;
}

double token_mirror::bounded(double rate) const {
  return std::clamp(rate, shape_.rate(), shape_.most_rate());
}

// answers may take half a minute: until they tell more is tried, as for requests
double token_mirror::rate() const {
  const double grown_for = calm_.count() - patience_;
  if (grown_for <= 0) return rate_;
  const double growth = growth_step * (std::exp2(growth_speed * grown_for) - 1);
  return bounded(rate_ * (1 + std::min(growth, most_growth)));
}

// what has come between two readings is what was taken, and is left: all of it if it stood empty, or
// at least so much if it was full in between
void token_mirror::measure(const sample& next) {
  const sample before = std::exchange(before_, next).value_or(sample{begun_, limit_, 0, false});
  const seconds passed = next.at - before.at;
  if (passed < shortest_measure) {
    if (before_) before_ = before;
    return;
  }
  const double come = next.remaining - before.remaining + next.taken - before.taken;
  const double measured = come / passed.count();
  const bool spilled = std::exchange(full_, false);
  const bool exact = before.empty && next.empty && !spilled;
  // empty before we thought so: it is less, but nobody knows how much
  const double least = before.empty && next.empty ? step_down * rate_ : rate_;
  const double last = rate_;
  rate_ = bounded(exact ? measured : std::max(least, measured));
  if (!next.empty) return;
  patience_ = std::abs(rate_ - last) < 0.1 * last ? std::min(patience_ * 3, longest_patience)
                                                  : first_patience;
  calm_ = seconds(0);
}

void token_mirror::heard(double limit, double remaining, nanoseconds reset, limit_reading told,
                         time_point now) {
  if (limit <= 0) return;
  refill(now);
  if (limit != limit_) {
    rate_ = 0;
    before_.reset();
    if (limit_ > 0) begun_ = now;
    shape_ = limit_shape(limit);
  }
  if (limit != limit_) established_ = false;
  told.established = established_;
  established_ = established_ || reading_judge::fresh(told);
  limit_ = limit;
  told_at_ = now;
  shape_.heard(remaining, reset, reset_grain, told.age);
  rate_ = bounded(rate_);
  heard_number_ = told.number;
  heard_ = {now - told.age, remaining, told.taken - told.own, remaining < told.own};
  measurable_ = told.own > 0;
  level_ = judge_.corrected(level_, remaining, told, limit, rate());
  included_ = judge_.written_then(told) ? 0 : told.number;
}

token_mirror::time_point token_mirror::earliest(double tokens, time_point now) {
  if (begun_ == time_point{}) begun_ = now;
  if (limit_ <= 0) return now;
  refill(now);
  const double missing = std::min(tokens, limit_) - level_;
  if (missing <= limit_ * 1e-9) return now;
  pressed_ = true;
  return now + time_to_fill(missing, rate());
}

void token_mirror::refused(std::uint64_t number, double tokens) {
  if (number != heard_number_) return give_back(tokens);
  if (measurable_) measure(heard_);  // and what is left was said without them
}

void token_mirror::came_back(std::uint64_t number, double tokens) {
  gives_back_ = gives_back_ || (known() && tokens > 0);
  if (number == 0 || number != included_) give_back(tokens);
}

void token_mirror::give_back(double tokens) { add(tokens); }

void token_mirror::add(double tokens) {
  full_ = full_ || (gives_back_ && level_ + tokens > limit_);
  level_ = std::min(limit_, level_ + tokens);
}

}  // namespace reroute::detail
