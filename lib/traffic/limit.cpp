// A limit as a value, and where it stands.
#include "traffic/limit.hpp"

#include <algorithm>
#include <cmath>

namespace reroute::detail {
namespace {

constexpr double soonest = 0.001;     // seconds: what is not there now is there later than now
constexpr double same_amount = 1e-9;  // of a cost: what rounding may lose
constexpr double same_moment = 0.05;  // a part of a sliding window, and the call that took it

}  // namespace

void limit::advance(instant now) {
  switch (kind) {
    case limit_kind::bucket:
      if (now <= at) return;
      left = std::min(size, left + (now - at) * rate);
      at = now;
      return;
    case limit_kind::first:
      if (now >= ends) left = size;
      return;
    case limit_kind::aligned:
      if (now < ends) return;
      left = size;
      ends += (std::floor((now - ends) / length) + 1) * length;
      return;
    case limit_kind::sliding:
      while (!parts.empty() && parts.front().first + length <= now) {
        left += parts.front().second;
        parts.pop_front();
      }
      if (parts.empty()) left = size;
      return;
  }
}

double limit::wait(double cost, instant now) const {
  double lack = std::min(cost, size) - left;
  if (lack <= same_amount * std::max(1.0, cost)) return 0;
  switch (kind) {
    case limit_kind::bucket:
      return rate > 0 ? lack / rate : never;
    case limit_kind::first:
    case limit_kind::aligned:
      return std::max(soonest, ends - now);
    case limit_kind::sliding:
      for (const auto& [when, taken] : parts)
        if ((lack -= taken) <= 1e-9) return std::max(soonest, when + length - now);
      return length;
  }
  return 0;
}

void limit::take(double cost, instant now) {
  if (kind == limit_kind::first && now >= ends) ends = now + length;
  if (kind == limit_kind::sliding) parts.emplace_back(now, cost);
  if (kind == limit_kind::bucket) left = std::min(left, std::max(size - margin * rate, 0.0));
  left -= cost;
}

void limit::give_back(double cost, instant sent) {
  if (kind == limit_kind::sliding) {
    const auto taken = std::lower_bound(parts.begin(), parts.end(), std::pair(sent - 1e-9, -never));
    if (taken == parts.end() || taken->first > sent + same_moment) return;
    taken->second -= cost;
  } else if (window() && sent < ends - length - overtaking) {
    return;  // into a window that has ended
  }
  left = std::min(size, left + cost);
}

}  // namespace reroute::detail
