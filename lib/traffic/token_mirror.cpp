// The client's copy of a route's token limit.
#include "traffic/token_mirror.hpp"

#include "traffic/refill.hpp"

#include <algorithm>

namespace reroute::detail {

using seconds = std::chrono::duration<double>;

void token_mirror::state(double per_minute) {
  if (per_minute <= 0) return;
  limit_ = level_ = per_minute;
  rate_ = per_minute / 60;
}

void token_mirror::refill(time_point now) {
  if (at_ == time_point{}) at_ = now;
  if (now <= at_) return;
  level_ = std::min(limit_, level_ + seconds(now - at_).count() * rate_);
  at_ = now;
}

void token_mirror::heard(double limit, double remaining, nanoseconds reset,
                         const limit_reading& told, time_point now) {
  if (limit <= 0) return;
  refill(now);
  if (limit != limit_) rate_ = 0;
  limit_ = limit;
  rate_ = std::max(rate_, told_rate(limit, remaining, reset));
  level_ = judge_.corrected(level_, remaining, told, limit, rate_);
}

token_mirror::time_point token_mirror::earliest(double tokens, time_point now) {
  if (limit_ <= 0) return now;
  refill(now);
  const double missing = std::min(tokens, limit_) - level_;
  if (missing <= limit_ * 1e-9) return now;
  return now + time_to_fill(missing, rate_);
}

void token_mirror::give_back(double tokens) { level_ = std::min(limit_, level_ + tokens); }

}  // namespace reroute::detail
