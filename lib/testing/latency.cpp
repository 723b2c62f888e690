// Latency distributions as quantile functions.
#include <reroute/testing/latency.hpp>

#include <algorithm>
#include <cmath>
#include <stdexcept>
#include <utility>

namespace reroute::testing::latency {
namespace {

// The quantile of the normal distribution by bisection of its distribution function: some dozens of
// erfc calls, and no table of constants to trust.
double normal_quantile(double share) {
  double low = -8, high = 8;
  for (int step = 0; step < 40; ++step) {
    const double middle = (low + high) / 2;
    (0.5 * std::erfc(-middle / std::sqrt(2.0)) < share ? low : high) = middle;
  }
  return (low + high) / 2;
}

std::chrono::milliseconds rounded(double milliseconds) {
  return std::chrono::milliseconds(std::llround(milliseconds));
}

}  // namespace

distribution fixed(std::chrono::milliseconds time) {
  return [time](double) { return time; };
}

distribution uniform(std::chrono::milliseconds from, std::chrono::milliseconds to) {
  if (to < from) throw std::invalid_argument("latency::uniform: `to` lies before `from`");
  return [from, to](double random) {
    return from + rounded(random * static_cast<double>((to - from).count()));
  };
}

distribution lognormal(std::chrono::milliseconds median, double sigma) {
  if (median.count() < 0 || !(sigma >= 0))
    throw std::invalid_argument("latency::lognormal: median and sigma must not be negative");
  return [median, sigma](double random) {
    const double factor = std::exp(sigma * normal_quantile(std::clamp(random, 1e-9, 1 - 1e-9)));
    return rounded(static_cast<double>(median.count()) * factor);
  };
}

distribution with_tail(distribution usual, double share, std::chrono::milliseconds slow) {
  if (!(share >= 0 && share <= 1))
    throw std::invalid_argument("latency::with_tail: the share must be from 0 to 1");
  return [usual = std::move(usual), share, slow](double random) {
    if (random >= 1 - share) return slow;
    return usual ? usual(random / (1 - share)) : std::chrono::milliseconds(0);
  };
}

}  // namespace reroute::testing::latency
