// One route's limit for one model, where it is learned by replaying the log of all attempts.
#include "traffic/gate.hpp"

#include <algorithm>
#include <chrono>
#include <cmath>

namespace reroute::detail {
namespace {

// a hint up to this is believed to the letter: the windows of providers last a minute. What is longer is a mistake, or a
// quota of days
constexpr std::chrono::milliseconds plausible = std::chrono::minutes(2);
constexpr int beyond_plausible_part = 3;

double in_seconds(std::chrono::nanoseconds time) {
  return std::chrono::duration<double>(time).count();
}

}  // namespace

instant gate::seconds(time_point now) {
  if (began_ == time_point{}) began_ = now;
  latest_ = std::max(latest_, now);
  return in_seconds(latest_ - began_);
}

gate::time_point gate::earliest_replayed(time_point now, const cost& need, const demand& of) {
  const instant at = seconds(now);
  const instant when = replayed_->earliest(need, {of.waiting, in_flight()}, at);
  if (when <= at) return now;
  // nobody is waited for who will not be heard, and nothing that headers or refusals taught for ever
  const time_point latest = std::max(now, last_granted_) + plausible;
  if (when == never) return in_flight() > 0 ? when_heard : now;
  if (when - at > in_seconds(plausible)) return latest;
  return std::max(now + std::chrono::microseconds(1),
                  began_ + std::chrono::ceil<nanoseconds>(std::chrono::duration<double>(when)));
}

void gate::read_replayed(const permit& held, bool refused, time_point now) {
  if (limits_of_ == held.number) replayed_->read(held.number, limits_, refused, seconds(now));
}

void gate::refused_replayed(const permit& held, const normalized_error& error, time_point now,
                            double random) {
  read_replayed(held, true, now);
  const nanoseconds hint = std::clamp(error.retry_after.value_or(std::chrono::milliseconds(0)),
                                      std::chrono::milliseconds(0), http::longest_wait);
  heard_refusal what;
  if (error.retry_after && hint <= plausible) what.hint = in_seconds(hint);
  what.exact = error.retry_after_source == http::hint_source::retry_after_ms;
  what.rate_limit = error.category == category::rate_limit;
  what.named = find_named_limit(error.message);
  if (limits_of_ == held.number && limits_.concurrency)
    what.named = named_limit{limited::at_once, 0, 0};
  replayed_->refused(held.number, what, seconds(now));
  if (hint > plausible) {
    if (stale(held)) return;
    announced_ = now + hint;
    failed_replayed(now);
    return close(now + probe_interval(now, random, beyond_plausible_part), true, false);
  }
  time_point until = began_ + std::chrono::ceil<nanoseconds>(
                                  std::chrono::duration<double>(replayed_->closed_until()));
  if (what.hint && !what.named) {
    const double jitter = options_.hint_jitter * std::clamp(random, 0.0, 1.0);
    until += std::min<nanoseconds>(std::chrono::milliseconds(250),
                                   std::chrono::duration_cast<nanoseconds>(hint * jitter));
  }
  if (until <= now) return;
  if (stale(held) && shut_) {
    closed_until_ = std::max(closed_until_, until);
    return;
  }
  announced_.reset();
  close(until, false, false);
}

void gate::failed_replayed(time_point now) {
  if (replayed_) replayed_->route_failed(seconds(now));
}

void gate::status_replayed(gate_status& told) const {
  told.evidence = replayed_->evidence();
  told.in_flight_limit = replayed_->at_once();
  const limit_book* const requests = replayed_->requests();
  if (!requests) return;
  told.rate = requests->is.per_second();
  told.burst = requests->size < never ? requests->size : 0;
}

}  // namespace reroute::detail
