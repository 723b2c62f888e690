// How fast one route admits.
#include "traffic/pace.hpp"

#include "traffic/refill.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

namespace reroute::detail {
namespace {

using seconds = std::chrono::duration<double>;

constexpr double slowest = 1.0 / 600;      // one in ten minutes
constexpr double fastest = 1e6;            // per second
constexpr double enough_evidence = 4;      // admissions that a measurement needs
constexpr double coarse = 2;               // admissions
constexpr double plenty_of_evidence = 50;  // after which the next measurement begins anew
constexpr double step_down = 0.97;         // what is left of a rate that was refused
constexpr double leap_down = 0.7;          // the same, without a measurement
constexpr double first_patience = 0.5;     // seconds, and
constexpr double first_admissions = 36;    // at a slow limit
constexpr double confirmed = 3;            // times the patience, when a refusal confirms the rate
constexpr double worth_growing = 5;    // seconds of the rate: fewer calls wait, and it is not tried
constexpr double blind_patience = 2;   // the same, without a measurement
constexpr double told_patience = 4;    // the same, after headers that do not come any more
constexpr double shrunk_doubt = 0.25;  // more of it each time that it was looked for in vain
constexpr double shrunk_patience = 1;  // seconds
constexpr seconds shrunk_for{30};
constexpr double nearly = 0.8;           // of the rate before
constexpr double longest_patience = 60;  // seconds
constexpr double probe_every = 400;      // admissions: a probe costs one or two refusals
constexpr double probe_loss = 100;       // seconds of calm per second that a probe loses
constexpr double growth_step = 0.04;     // in the first quarter of a second
constexpr double growth_doubles = 0.25;  // seconds
constexpr double growth_time = 0.36;     // seconds: the time constant of that
constexpr double most_of_it = 0.7;       // of an opening: less, and the limit has shrunk
constexpr double soon = 1.5;             // seconds
constexpr double first_loss = 15;        // as probe_loss, for the first probes
constexpr int most_contradictions = 4;
constexpr seconds contradicted_for{300};
constexpr int most_bursts_refused = 3;
constexpr double real_growth = 1.3;    // beyond it the limit has moved, or had credits left
constexpr double much_growth = 16;     // times the rate: it stands, and grows on from there
constexpr double quick_refill = 2.5;   // times the rate, for credits that are not proven
constexpr seconds first_doubt{1.3};    // of hints, as long as one refusal is all that is known
constexpr seconds the_way{0.1};        // of a refusal
constexpr double spread = 0.01;        // seconds: a timer's grain
constexpr double first_trust = 0.4;    // of what was admitted before the first refusal
constexpr double lead = 4;             // credits of an opening that are there at once, and
constexpr double lead_share = 0.2;     // this share of the burst; the rest follows
constexpr double slack_share = 0.05;   // of a limit that is left, at least two: it may be faster
constexpr double told_reserve = 0.05;  // of a limit, at most one: headers tell whole numbers
constexpr double reserve = 0.5;        // credits of an opening that are left: counts are coarse
constexpr double almost = 1 - 1e-6;    // a whole credit
constexpr seconds headers_silent{1};  // without news for so long, only refusals say that it is less
constexpr double silent_speed = 0.5;  // of growth, then
constexpr seconds headers_fade{3};    // and for so long, they are no evidence any more

// The rate of a limit that held `credits` and was empty when growth from `base` had come to `tried`:
// what was taken above the rate, while growing past it, is the credits.
double rate_behind(double credits, double base, double tried) {
  double low = base, high = tried;
  for (int step = 0; step < 40; ++step) {
    const double rate = (low + high) / 2;
    const double above =
        (tried - rate) - (rate - base) * std::log((tried - base) / std::max(rate - base, 1e-9));
    (growth_time * above > credits ? low : high) = rate;
  }
  return low;
}

}  // namespace

pace::pace(double first_burst)
    : burst_(first_burst), proven_(first_burst), credit_(first_burst), first_burst_(first_burst) {}

void pace::state(const quota& limits) {
  if (limits.requests_per_minute <= 0) return;
  known_by_ = limit_evidence::stated;
  rate_ = stated_ = limits.requests_per_minute / 60;
  burst_ = limits.burst > 0 ? limits.burst : std::max(1.0, rate_ * 6);
  burst_ = std::max(1.0, burst_);
  proven_ = burst_;
  credit_ = std::max(1.0, burst_ - std::min(1.0, told_reserve * burst_));  // clocks differ
}

void pace::ramp(double per_second) {
  if (known_by_ == limit_evidence::none) rate_ = std::clamp(per_second, slowest, fastest);
}

// short windows: what is saved up while it is closed is not there at its opening
bool pace::smooth() const {
  return bursts_refused_ >= most_bursts_refused && known_by_ != limit_evidence::headers;
}

double pace::growth() const {
  if (known_by_ == limit_evidence::none) return 1;
  const double grown_for = calm_.count() - patience_;
  if (grown_for <= 0) return 1;
  return 1 + std::min(much_growth - 1, growth_step * (std::exp2(grown_for / growth_doubles) - 1));
}

double pace::rate() const {
  const double grown = rate_ * growth();
  if (stated_ > 0) return std::min(grown, std::max(rate_, stated_));
  if (known_by_ == limit_evidence::headers) return std::min(grown, std::max(rate_, told_most_));
  return std::min(grown, fastest);
}

double pace::now_per_second() const { return owed_ > 0 ? quick_refill * rate() : rate(); }

void pace::refill(time_point now) {
  if (!begun_) {
    begun_ = true;
    at_ = opened_ = now;
    return;
  }
  if (now <= at_) return;
  const seconds passed = now - at_;
  at_ = now;
  if (!open_) return;
  if (known_by_ == limit_evidence::headers && now - told_at_ > headers_fade &&
      now - told_at_ > 4 * seconds(burst_ / std::max(rate_, slowest))) {
    known_by_ = limit_evidence::refusals;
    calm_ = seconds(0);
    patience_ = std::max(patience_, told_patience);
  }
  const bool told = known_by_ == limit_evidence::headers;
  if (pressed_ && (slack_ || !told)) calm_ += passed;
  // they do not say whether there is more: slowly, it may cost a refusal
  if (pressed_ && !slack_ && told && now - told_at_ > headers_silent)
    calm_ += silent_speed * passed;
  pressed_ = false;
  if (const double grown = rate_ * growth(); grown >= much_growth * rate_) {
    rate_ = rate();  // it stands, and goes on from there
    calm_ = seconds(patience_);
  } else if (shrunk_from_ > rate_ && grown >= shrunk_from_ && now - shrunk_at_ < shrunk_for) {
    rate_ = std::exchange(shrunk_from_, 0);  // what was taken away has come back: so far, for now
    burst_ = std::max(burst_, shrunk_burst_);
    patience_ = std::max(patience_, blind_patience);
    calm_ = seconds(0);
  } else if (grown > rate() && rate() > rate_) {  // as fast as the user or headers say: no further
    rate_ = rate();
    calm_ = seconds(0);
  }
  const double usual = passed.count() * rate();
  const double repaid = std::min(owed_, usual * (quick_refill - 1));
  owed_ -= repaid;
  const double gained = usual + repaid;
  // nothing is known: no burst but the first
  const double most = known_by_ == limit_evidence::none ? std::max(1.0, rate_ * spread) : burst_;
  const double before = credit_;
  credit_ = std::min(std::max({credit_, 1.0, most}), credit_ + gained);
  if (usual > 0) spilled_ += passed * std::max(0.0, (before + gained - credit_) / gained);
}

pace::time_point pace::earliest(time_point now, const demand& of) {
  refill(now);
  if (credit_ >= almost) return now;
  // a refusal closes the route for a second: one route at a time, but what was taken away is looked for
  const bool may_try =
      of.alone || known_by_ == limit_evidence::headers || now - shrunk_at_ < shrunk_for;
  pressed_ = may_try && static_cast<double>(of.waiting) > worth_growing * rate_;
  if (pressed_) pressed_at_ = now;
  return now + time_to_fill(1 - credit_, std::max(now_per_second(), slowest));
}

void pace::take() { credit_ -= 1; }

void pace::give_back() { credit_ = std::min(credit_ + 1, std::max(1.0, burst_)); }

void pace::heard(double limit, double remaining, double least, double most,
                 const limit_reading& told, time_point now) {
  refill(now);
  if (now - contradicted_at_ > contradicted_for) contradicted_ = 0;
  if (contradicted_ >= most_contradictions) {  // at most it is what they say
    return at_most(remaining - told.unseen, now);
  }
  const bool news = known_by_ != limit_evidence::headers;
  if (news) {
    if (known_by_ == limit_evidence::none)
      rate_ = 0;  // what was learned may lie between the bounds
    known_by_ = limit_evidence::headers;
    calm_ = seconds(0);
    patience_ = first_patience;
  }
  told_before_ = std::exchange(told_at_, now);
  told_least_ = least;
  told_most_ = most;
  // headers show whether more would be let through, without a refusal
  slack_ = remaining - told.unseen > std::max(2.0, slack_share * limit);
  if (!slack_) {
    rate_ = rate();
    calm_ = seconds(0);
  }
  if (limit > 0) burst_ = proven_ = std::max(1.0, limit);
  rate_ = std::clamp(std::clamp(rate_, least, most), slowest, fastest);
  if (open_) {
    const double kept = std::min(1.0, told_reserve * limit);
    limit_reading with_reserve = told;
    if (told.predicted) with_reserve.predicted = *told.predicted + kept;
    const double left = std::min(
        judge_.corrected(credit_ + owed_ + kept, remaining, with_reserve, limit, rate()) - kept,
        std::max(1.0, burst_));
    credit_ = owed_ > 0 ? std::min(credit_, left) : left;
    owed_ = left - credit_;
  } else {
    judge_.weigh(remaining, told, limit, rate());
  }
}

void pace::at_most(double left, time_point now) {
  refill(now);
  if (open_) credit_ = std::min(credit_, std::max(1.0, left));
}

void pace::refused(time_point sent, double admitted, time_point now, time_point opens,
                   nanoseconds grain) {
  refill(now);
  const double open_for = std::max(0.0, seconds(sent - opened_).count());
  const seconds closed_for = opens - now;
  // what is refused in a burst that was stated much too large says nothing of the rate
  const bool misled = known_by_ == limit_evidence::stated && !measured_ && open_for < soon &&
                      admitted < most_of_it * burst_;
  const bool first = known_by_ == limit_evidence::none || misled;
  if (first) {
    learn_first(admitted, open_for, closed_for.count());
  } else {
    if (sent - contradicted_at_ > contradicted_for) contradicted_ = 0;
    contradicted_at_ = sent;
    const bool foreseen = growth() > 1 || sent - told_before_ > headers_silent;
    if (known_by_ == limit_evidence::headers && !foreseen &&
        ++contradicted_ >= most_contradictions) {
      known_by_ = limit_evidence::refusals;
      burst_ = proven_ = std::max(1.0, admitted);
    }
    learn(admitted, open_for, sent);
    if (known_by_ == limit_evidence::headers) {
      // it was full at first, and holds what they say: the rest came meanwhile
      if (!measured_) rate_ = std::max(rate_, (admitted - burst_ - 1) / std::max(open_for, 1e-3));
      rate_ = std::clamp(rate_, told_least_, std::max(told_most_, told_least_));
    }
  }
  measured_ = true;
  // a bucket has the next credit after 1/rate; who asks for more has a window, full at its opening
  const seconds doubt = first ? first_doubt : seconds(0);
  windowed_ =
      too_long_for_a_bucket(opens - now - std::chrono::duration_cast<nanoseconds>(doubt), grain);
  if (first && !windowed_) proven_ = std::max(1.0, first_trust * burst_);
  if (windowed_ && admitted > burst_)
    burst_ =
        open_for <= closed_for.count() ? admitted : std::max(burst_, rate_ * closed_for.count());
  if (!windowed_) {
    // what a full bucket lets fall while the gate is closed is the price of the next probe
    lost_ = std::max(0.0, closed_for.count() - burst_ / std::max(rate_, slowest));
    const double bound = std::max(probe_every / std::max(rate_, slowest), probe_loss * lost_);
    patience_ = std::clamp(patience_, first_patience,
                           std::min(longest_patience, std::max(bound, first_patience)));
  }
  const bool in_burst = admitted <= opening_ + 1;
  bursts_refused_ = in_burst && !windowed_ && !first ? bursts_refused_ + 1
                    : smooth()                       ? bursts_refused_
                                                     : 0;
  empty_ = sent;
  if (!emptied_) {
    emptied_ = true;
    anchor_ = sent;
    since_anchor_ = 0;
    spilled_before_ = seconds(0);
  }
  open_ = false;
  credit_ = owed_ = 0;
}

bool pace::too_long_for_a_bucket(nanoseconds wait, nanoseconds grain) const {
  return grain != nanoseconds::max() &&
         wait - grain > seconds(1.5 / std::max(rate_, slowest)) + the_way;
}

void pace::windowed(double count, nanoseconds length, limit_evidence by, time_point now) {
  refill(now);
  known_by_ = by;
  if (by == limit_evidence::headers) told_at_ = now;
  windowed_ = true;
  burst_ = proven_ = std::max(1.0, count);
  rate_ = std::clamp(count / std::max(seconds(length).count(), 1e-3), slowest, fastest);
  bursts_refused_ = 0;
  calm_ = seconds(0);
}

void pace::window_began(time_point now) {
  refill(now);
  opened_ = now;
  opening_ = credit_ = 2 * burst_ + 1;  // the window's count binds, and may be found to be more
  owed_ = 0;
  pressed_ = false;
}

// what a fresh limit took, and when it takes more: the one and only evidence
void pace::learn_first(double admitted, double open_for, double closed_for) {
  const double whole = std::max(open_for + closed_for, 1e-3);
  rate_ = std::clamp(std::max(admitted, 1.0) / whole, slowest, std::max(rate_, slowest));
  burst_ = proven_ = std::max(1.0, admitted - rate_ * open_for);
  known_by_ = limit_evidence::refusals;
  guessed_ = true;
  calm_ = seconds(0);
  patience_ = std::max(first_patience, first_admissions / rate_);
}

void pace::learn(double admitted, double open_for, time_point sent) {
  const double before = rate_, tried = rate(), burst_before = burst_;
  const bool guessed = std::exchange(guessed_, false);
  since_anchor_ += admitted;
  const bool in_burst = admitted <= opening_;
  if (in_burst || open_for < 1) proven_ = std::max(1.0, admitted);
  if (in_burst && was_full_ && admitted < burst_) burst_ = std::max(1.0, admitted);

  // at least: everything since the limit was empty. at most: what came beyond the opening's credits
  double least = 0, most = tried * step_down;
  if (emptied_) {
    const double alone = std::max(seconds(sent - empty_ - spilled_).count(), 1e-3);
    const double together =
        std::max(seconds(sent - anchor_ - spilled_before_ - spilled_).count(), 1e-3);
    if (since_anchor_ >= enough_evidence) least = since_anchor_ / together;
    // the limit has changed: only the last period counts
    // (by a few more or less than that: a short period's count is coarse)
    const double expected = least * alone;
    if (admitted >= enough_evidence &&
        std::abs(admitted - expected) > std::min(0.3 * expected, std::sqrt(expected)) + coarse) {
      least = admitted / alone;
      since_anchor_ = plenty_of_evidence;
    }
  }
  if (ramped_ && !emptied_) {
    most = before;
  } else if (growth() > real_growth) {
    most = std::min(most, rate_behind(smooth() ? 0 : burst_, before, tried));
    since_anchor_ = plenty_of_evidence;
  } else if (!in_burst && open_for >= 1 && admitted - opening_ >= enough_evidence) {
    most = std::min(most, (admitted - opening_) / std::max(open_for - spilled_.count(), 1e-3));
  } else if (in_burst && was_full_ && admitted >= most_of_it * opening_ &&
             (windowed_ || least < 0.6 * tried)) {
    most = tried;  // it holds a little less than was thought
  } else {
    most = least > 0 ? least : tried * leap_down;
  }
  // what was taken away has come back
  if (growth() > real_growth && sent - shrunk_at_ < shrunk_for && tried >= nearly * shrunk_from_)
    most = std::max(most, std::min(tried, shrunk_from_));
  rate_ = std::clamp(std::max(least, most), slowest, std::max(tried, slowest));

  if (std::abs(rate_ - before) < 0.1 * before) {
    patience_ = std::min(std::max(patience_ * confirmed, first_loss * lost_), longest_patience);
  } else {
    patience_ = std::max(least > 0 ? first_patience : blind_patience, patience_ / 4);
    if (rate_ < most_of_it * before && !guessed) {
      if (sent - shrunk_at_ >= shrunk_for || shrunk_from_ <= 0) shrunk_burst_ = shrunk_from_ = 0;
      shrunk_from_ = std::max(shrunk_from_, before);
      shrunk_burst_ = std::max(shrunk_burst_, burst_before);
      shrunk_at_ = sent;
      looked_for_ = 0;
    }
  }
  // what was taken away may come back: look for it more often for a while
  if (sent - shrunk_at_ < shrunk_for)
    patience_ = std::min(patience_, shrunk_patience * (1 + shrunk_doubt * looked_for_++));
  // it must have held so much when it opened
  const double held = admitted - rate_ * open_for;
  const bool told = known_by_ == limit_evidence::headers;
  if (!told && !in_burst && open_for < soon && held > 1.25 * burst_ + 2) burst_ = held;
  calm_ = seconds(0);
  spilled_before_ += spilled_;
  if (since_anchor_ >= plenty_of_evidence) {
    anchor_ = sent;
    since_anchor_ = 0;
    spilled_before_ = seconds(0);
  }
}

void pace::interrupted(time_point now) {
  refill(now);
  calm_ -= the_way;
  rate_ = rate();  // nothing was said against it, but to the latest
  if (std::exchange(open_, false)) interrupted_ = now;
  emptied_ = false;  // it was not empty: what comes next measures nothing
  windowed_ = false;
  owed_ = 0;
  calm_ = seconds(0);
}

void pace::opened(time_point now, bool ramped, double slipped) {
  if (open_) return;
  const seconds since = now - (emptied_ ? empty_ : interrupted_);
  if (!emptied_) slipped = 0;
  since_anchor_ += slipped;
  double there =
      windowed_ ? burst_ + 1 : std::min(burst_, credit_ + since.count() * rate_ - slipped);
  if (known_by_ == limit_evidence::none) there = first_burst_;
  if (smooth() && !windowed_) there = std::min(there, rate_ * spread);
  there = std::max(there, 1.0);
  was_full_ = windowed_ || there >= burst_;
  open_ = true;
  ramped_ = ramped;
  begun_ = true;
  spilled_ = seconds(0);
  at_ = opened_ = now;
  opening_ = there;
  credit_ =
      windowed_ ? there : std::max(1.0, std::min({there, proven_, lead + lead_share * burst_}));
  owed_ = std::max(0.0, there - credit_ - reserve);
  pressed_ = false;
}

}  // namespace reroute::detail
