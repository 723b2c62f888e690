// Closed until a single call has found out whether the route is back.
#include "traffic/shutter.hpp"

#include <algorithm>

namespace reroute::detail {

void shutter::close(time_point until, bool silence_opens, time_point now) {
  if (!shut_ || until_ < now) {
    until_ = until;
    silence_opens_ = silence_opens;
  } else {
    until_ = std::max(until_, until);
    silence_opens_ = silence_opens_ && silence_opens;
  }
  shut_ = true;
  probe_ = 0;
}

void shutter::open() {
  shut_ = false;
  probe_ = 0;
}

void shutter::passed(time_point now) {
  probe_ = 0;
  if (until_ <= now) shut_ = false;
}

shutter::nanoseconds shutter::interval(time_point now, int part_of_outage, double random) {
  if (failures_++ == 0) since_ = now;
  const nanoseconds part = std::max(shortest_, (now - since_) / part_of_outage);
  // the jitter is in the upper quarter, so that the first is not at once
  const double jitter = 0.75 + std::clamp(random, 0.0, 1.0) / 4;
  return std::min(
      longest_,
      nanoseconds(static_cast<nanoseconds::rep>(static_cast<double>(part.count()) * jitter)));
}

shutter::time_point shutter::earliest(time_point now) const {
  if (probe_ == 0) return until_;
  return std::max(now, probed_at_ + longest_);
}

void shutter::probe(std::uint64_t number, time_point now) {
  probe_ = number;
  probed_at_ = now;
}

}  // namespace reroute::detail
