// The retry budget: a token bucket that may be overdrawn against the future.
#include <reroute/http/retry_after.hpp>
#include <reroute/policy/retry_budget.hpp>

#include <algorithm>
#include <stdexcept>

namespace reroute {

retry_budget::retry_budget(retry_budget_options options)
    : options_(options), balance_(options.burst) {
  // written so that NaN is refused too
  if (!(options.per_call >= 0 && options.per_call <= 10))
    throw std::invalid_argument("retry_budget.per_call must be from 0 to 10");
  if (!(options.per_second >= 0 && options.per_second <= 1e6))
    throw std::invalid_argument("retry_budget.per_second must be from 0 to 1000000");
  if (!(options.burst >= 1 && options.burst <= 1e9))
    throw std::invalid_argument("retry_budget.burst must be from 1 to 1000000000");
}

void retry_budget::earn() noexcept {
  balance_ = std::min(options_.burst, balance_ + options_.per_call);
}

void retry_budget::refill(time_point now) noexcept {
  balance_ = balance(now);
  filled_at_ = std::max(filled_at_, now);
}

double retry_budget::balance(time_point now) const noexcept {
  if (filled_at_ == time_point::min() || now <= filled_at_) return balance_;
  const std::chrono::duration<double> passed = now - filled_at_;
  return std::min(options_.burst, balance_ + passed.count() * options_.per_second);
}

retry_budget::time_point retry_budget::reserve(time_point now, time_point latest) noexcept {
  refill(now);
  if (now >= latest) return time_point::max();
  if (balance_ >= 1) {
    balance_ -= 1;
    return now;
  }
  if (options_.per_second <= 0) return time_point::max();
  const std::chrono::duration<double> wait((1 - balance_) / options_.per_second);
  if (wait >= std::chrono::duration<double>(latest - now) || wait > http::longest_wait)
    return time_point::max();
  const time_point slot = now + std::chrono::ceil<std::chrono::milliseconds>(wait);
  if (slot >= latest) return time_point::max();
  balance_ -= 1;
  return slot;
}

}  // namespace reroute
