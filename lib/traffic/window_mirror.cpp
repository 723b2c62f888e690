// A limit that admits so many requests per window of time.
#include "traffic/window_mirror.hpp"

#include <algorithm>
#include <utility>

namespace reroute::detail {
namespace {

using nanoseconds = std::chrono::nanoseconds;
using std::chrono::seconds;

constexpr nanoseconds margin = std::chrono::milliseconds(10);   // the way to the server varies
constexpr nanoseconds precise = std::chrono::milliseconds(20);  // no guess can be better
constexpr nanoseconds longest_first = seconds(5);  // after which the first window's age is vague
constexpr nanoseconds short_window = seconds(5);
constexpr double first_patience = 2;    // windows
constexpr double most_patience = 64;    // windows
constexpr double bearable_loss = 0.02;  // of the time, to refusals that asked for more
constexpr double most_of_it = 0.9;      // of what was thought; less, and the limit has shrunk

}  // namespace

// between the bounds, a whole second if there is one. Too early costs a refusal and what its hint is
// rounded by, too late a second: the longest of a long window, the shortest of a short one
nanoseconds window_mirror::length() const {
  if (most_ - least_ <= precise) return most_;
  const nanoseconds shortest = std::chrono::floor<seconds>(least_ + margin) + seconds(1);
  if (shortest >= most_ || most_ == nanoseconds::max()) return std::min(shortest, most_);
  return shortest < short_window ? shortest : std::chrono::floor<seconds>(most_);
}

bool window_mirror::explains(time_point sent, nanoseconds wait) const {
  const time_point from = tentative_ ? begin_before_ : begin_;
  return !begun_ || vague_ || sent + wait + margin >= from + least_;
}

bool window_mirror::over(time_point now) const {
  return begun_ && (ended_ || (known() && now >= begin_ + length() + margin));
}

window_mirror::time_point window_mirror::next_try() const { return begin_ + length() + margin; }

window_mirror::time_point window_mirror::earliest(time_point now) {
  if (!known() || !begun_ || over(now)) return now;
  if (tentative_) return next_ > first_ ? time_point::max() : now;
  // nobody knows in which window one would fall that goes at the moment of its end
  const bool between = taken() > 0 && now >= begin_ + length() - margin;
  if (!sought_ && taken() < allowed() && !between) return now;
  pressed_ = !between || taken() >= allowed();
  return next_try();
}

double window_mirror::taken() const { return static_cast<double>(next_ - first_) - not_taken_; }

double window_mirror::before(std::uint64_t number) const {
  return number > first_ ? std::max(0.0, static_cast<double>(number - first_) - not_taken_) : 0;
}

void window_mirror::adopt(std::uint64_t first, time_point began, std::uint64_t number,
                          double held) {
  const std::uint64_t next = std::max({next_, first, number});
  *this = window_mirror();
  count_ = std::max(1.0, held);
  begun_ = true;
  begin_ = began;
  first_ = first;
  next_ = next;
  not_taken_ = std::max(0.0, static_cast<double>(std::max(number, first) - first) - held);
}

void window_mirror::take(std::uint64_t number, time_point now) {
  if (known() && (!begun_ || over(now))) begin(number, now);
  next_ = number + 1;
  if (tentative_ && number == first_) begin_ = now;
}

void window_mirror::begin(std::uint64_t number, time_point now) {
  if (begun_ && !ended_ && known()) {  // by its length
    if (!sought_) learn_count(taken());
    const nanoseconds aged = now - begin_ - margin;
    const nanoseconds whole = std::chrono::round<seconds>(aged);
    guess_ = std::chrono::abs(aged - whole) <= margin ? whole : aged;
    tentative_ = guess_ < most_ || sought_;
    begin_before_ = begin_;
    if (std::exchange(pressed_, false) && ++full_windows_ >= patience_ && !told_count_) extra_ = 1;
  }
  told_count_ = std::exchange(told_lately_, false);
  begun_ = true;
  ended_ = sought_ = false;
  begin_ = now;
  first_ = number;
  not_taken_ = 0;
}

// more than was thought, without a refusal
void window_mirror::learn_count(double held) {
  if (!told_count_ && held > count_) count_ = held;
}

void window_mirror::confirmed(std::uint64_t number) {
  if (!begun_ || number < first_) return;
  if (tentative_ && number == first_) {
    tentative_ = false;
    if (!std::exchange(vague_, false)) most_ = std::min(most_, guess_);
  }
  if (extra_ <= 0 || number + 1 != next_ || taken() < allowed()) return;
  count_ = taken();  // all that was tried was there
  extra_ = std::min(extra_ * 2, count_ / 4 + 1);
  patience_ = first_patience;
}

void window_mirror::give_back(std::uint64_t number) {
  if (!begun_ || number < first_) return;
  if (tentative_ && number == first_) {  // another shows whether it has begun
    first_ = number + 1;
  } else {
    not_taken_ += 1;
  }
}

void window_mirror::lost(std::uint64_t number) {
  if (tentative_ && number == first_) give_back(number);
}

void window_mirror::bound(nanoseconds least, nanoseconds most) {
  if (least >= most_ || most <= least_) {  // it is another window than was thought
    least_ = least;
    most_ = most;
    return;
  }
  least_ = std::max(least_, least);
  most_ = std::min(most_, most);
}

void window_mirror::refused(std::uint64_t number, time_point sent, nanoseconds wait,
                            nanoseconds grain) {
  if (std::exchange(tentative_, false)) {  // too early: it is still the window before
    begin_ = begin_before_;
    least_ = std::max(least_, guess_);
    bound(std::max(least_, (sent - begin_) + wait - grain), (sent - begin_) + wait);
  } else {
    const nanoseconds end = (sent - begin_) + wait;
    // the first of all windows may have been one of many, if it was not used up at once
    if (most_ != nanoseconds::max() || sent - begin_ <= std::max(2 * wait, longest_first)) {
      if (!vague_) bound(end - grain, end);
    } else {
      bound(wait - grain, end);
    }
    vague_ = false;  // the next one begins when it says
    const double held = std::max(1.0, before(number));
    if (held < most_of_it * count_) {
      patience_ = first_patience;
    } else if (extra_ > 0) {
      // what the hint asks for beyond the window's end is what asking for more costs
      const double lost = static_cast<double>((end - length()).count()) /
                          static_cast<double>(std::max<nanoseconds>(length(), precise).count());
      patience_ = std::clamp(lost / bearable_loss, std::min(patience_ * 2, most_patience), 1e3);
    }
    if (!told_count_) count_ = held;
  }
  ended_ = true;
  sought_ = pressed_ = false;
  extra_ = 0;
  full_windows_ = 0;
}

void window_mirror::refused_blindly(std::uint64_t number, time_point sent) {
  if (!begun_) return;
  const double held = before(number);
  if (least_.count() == 0 && sent - begin_ > longest_first) {
    vague_ = true;
    begin_ = sent;
  }
  if (std::exchange(tentative_, false)) {
    begin_ = begin_before_;
  } else if (!sought_ && held >= 1 && !told_count_) {
    if (held < most_of_it * count_) patience_ = first_patience;
    count_ = held;
  }
  sought_ = true;
  extra_ = 0;
  full_windows_ = 0;
  least_ = std::max<nanoseconds>(least_, sent - begin_);
  if (least_ >= most_) most_ = nanoseconds::max();
}

void window_mirror::told_count(double limit) {
  count_ = limit;
  told_count_ = told_lately_ = true;
  extra_ = 0;
}

void window_mirror::told(double limit, double remaining, nanoseconds reset, nanoseconds grain,
                         time_point now) {
  if (!known()) adopt(next_, now, next_, limit - remaining);
  told_count(limit);
  if (!begun_ || ended_ || tentative_ || vague_) return;
  const nanoseconds end = (now - begin_) + reset;
  if (end - grain - margin > most_) return;  // said by the window before
  bound(end - grain, end);
  not_taken_ = std::min(not_taken_, static_cast<double>(next_ - first_) - (limit - remaining));
}

}  // namespace reroute::detail
