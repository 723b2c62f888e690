// One route's limits for one model: what answers, refusals, faults and silence do to it.
#include <reroute/http/retry_after.hpp>

#include "traffic/gate.hpp"

#include <algorithm>
#include <utility>

namespace reroute::detail {
namespace {

using std::chrono::milliseconds;
using nanoseconds = std::chrono::nanoseconds;

constexpr nanoseconds after_a_stall = milliseconds(20);
constexpr std::size_t strange_refusals =
    4;  // in a row, of different calls, in words that nobody knows
constexpr nanoseconds most_jitter = milliseconds(250);
constexpr nanoseconds first_far_look = std::chrono::seconds(1);
// a probe goes after this part of an outage: soon where nobody said how long it lasts
constexpr int fault_part = 6;
constexpr int far_hint_part = 3;

}  // namespace

// silence for long enough is admission
void gate::listen(time_point now) {
  limits_.settle(seconds(now));
  for (const std::uint64_t number : limits_.silent()) {
    if (!mute_) faults_.passed(number);
    alone_.passed(number);
    if (shutter_.probed_by(number) && shutter_.silence_opens()) shutter_.passed(now);
    let_through(number, now);
  }
  limits_.silent().clear();
}

void gate::let_through(std::uint64_t number, time_point now) {
  if (number == look_) {  // the hint was too long
    look_ = 0;
    look_at_ = time_point::max();
    limits_.reopen(seconds(now));
  }
  if (!for_faults_ || faults_.down(for_refusals_ ? 1 : least_faults())) return;
  for_faults_ = false;
  shutter_.open();  // it fails for some, not for all
}

void gate::admitted(const permit& held, time_point now) {
  take_back(held);
  if (headers_of_ == held.number) limits_.read(held.number, headers_, false, seconds(now));
  limits_.admitted(held.number, seconds(now));
  faults_.passed(held.number);
  alone_.passed(held.number);
  if (!stale(held)) {
    mute_ = false;
    shutter_.end_row();
  }
  // a late answer to a probe that was given up for lost opens, too
  if (shutter_.shut() && held.probe && !stale(held)) {
    shutter_.passed(now);
    announced_.reset();
    reason_.reset();
  }
  listen(now);
  let_through(held.number, now);
}

void gate::refused(const permit& held, const normalized_error& error, time_point now,
                   double random) {
  take_back(held);
  const nanoseconds hint =
      std::clamp(error.retry_after.value_or(milliseconds(0)), milliseconds(0), http::longest_wait);
  if (error.category == category::rate_limit) return limited(held, error, hint, now, random);
  overloaded(held, hint, now, random);
}

void gate::limited(const permit& held, const normalized_error& error, nanoseconds hint,
                   time_point now, double random) {
  const instant at = seconds(now);
  const bool headed = headers_of_ == held.number;
  if (headed) limits_.read(held.number, headers_, true, at);
  heard_refusal what;
  if (error.retry_after && hint <= options_.plausible) what.hint = in_seconds(hint);
  what.exact = error.retry_after_source == http::hint_source::retry_after_ms;
  what.random = random;
  what.named = find_named_limit(error.message);
  if (headed && headers_.concurrency) what.named = named_limit{limited::at_once, 0, 0};
  limits_.refused(held.number, what, at);
  faults_.passed(held.number);  // it answers
  const bool looked = held.number == look_;
  if (looked) look_ = 0;
  if (shutter_.probed_by(held.number)) shutter_.open();
  if (hint > options_.plausible) {
    if (stale(held) && shutter_.shut()) return;
    announced_ = now + hint;
    return close(now + std::max(first_far_look, shutter_.interval(now, far_hint_part, random)),
                 true, now);
  }
  announced_.reset();
  reason_.reset();
  if (what.hint && !what.named)  // not all clients of an account at once
    limits_.close_for_longer(in_seconds(std::min<nanoseconds>(
        most_jitter,
        std::chrono::duration_cast<nanoseconds>(hint * options_.hint_jitter * random))));
  if (hint <= options_.cap || (what.named && in_seconds(hint) <= what.named->seconds)) return;
  announced_ = now + hint;
  look_at_ =
      looked || look_at_ <= now || look_at_ == time_point::max() ? now + options_.cap : look_at_;
}

void gate::refused_alone(const permit& held, const normalized_error& error, time_point now,
                         double random) {
  if (held.call != 0 && std::exchange(last_alone_, held.call) != held.call)
    alone_.failed(held.number);
  if (alone_.down(strange_refusals)) {
    alone_.begin_after(held.number);
    return refused(held, error, now, random);
  }
  if (shutter_.probed_by(held.number)) return admitted(held, now);  // the route answers
  take_back(held);
  limits_.faulted(held.number, true, seconds(now));
}

void gate::overloaded(const permit& held, nanoseconds hint, time_point now, double random) {
  limits_.faulted(held.number, true, seconds(now));
  faults_.failed(held.number);
  const bool probe = shutter_.probed_by(held.number);
  const bool far = hint > options_.plausible;
  if (stale(held) && shutter_.shut() && !far)
    shutter_.keep_closed(now + std::min<nanoseconds>(hint, options_.cap));
  if (!probe && (stale(held) || !faults_.down(1))) return;
  if (hint > options_.cap) announced_ = now + hint;
  const nanoseconds row = shutter_.interval(now, far ? far_hint_part : fault_part, random);
  const nanoseconds wait = far     ? std::max(first_far_look, row)
                           : probe ? std::max(row, std::min<nanoseconds>(hint, options_.cap))
                                   : std::min<nanoseconds>(hint, options_.cap);
  close(now + wait, true, now);
  for_faults_ = for_refusals_ = !probe;
}

void gate::faulted(const permit& held, bool answered, time_point now, double random) {
  const bool probe = shutter_.probed_by(held.number) || (held.probe && held.given_back);
  take_back(held);
  limits_.faulted(held.number, answered, seconds(now));
  faults_.failed(held.number);
  mute_ |= !answered;
  if (!probe && (stale(held) || !faults_.down(least_faults()))) return;
  close(now + shutter_.interval(now, fault_part, random), !mute_, now);
  for_faults_ = !probe;
  for_refusals_ = false;
}

void gate::quarantined(const permit& held, const normalized_error& error, time_point now,
                       std::optional<nanoseconds> opens_in) {
  take_back(held);
  limits_.faulted(held.number, true, seconds(now));
  if (stale(held) && reason_) return;
  close(now + options_.quarantine, false, now);
  reason_ = std::make_shared<const normalized_error>(error);
  if (opens_in) announced_ = now + *opens_in;
}

void gate::released(const permit& held, time_point now) {
  take_back(held);
  if (shutter_.probed_by(held.number)) shutter_.probe_lost();
  if (held.number == look_) {
    look_ = 0;
    look_at_ = now;
  }
  limits_.released(held.number, seconds(now));
}

void gate::close(time_point until, bool silence_opens, time_point now) {
  shutter_.close(until, silence_opens, now);
  limits_.route_failed(seconds(now));
  closed_after_ = last_number_;
  for_faults_ = false;
  reason_.reset();
}

void gate::stalled(time_point now) {
  // a loop that is always late must not wait for a better day
  if (std::exchange(stalled_after_, last_number_) == last_number_) return;
  limits_.stalled(seconds(now));
  hold_until_ = now + after_a_stall;
}

void gate::take_back(const permit& held) {
  if (!held.given_back) --in_flight_;
}

}  // namespace reroute::detail
