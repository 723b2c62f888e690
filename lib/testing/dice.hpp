// Random numbers for scenarios: by a seed, and the same on every machine. Pure.
#pragma once

#include <chrono>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <random>

namespace reroute::testing {

class dice {
 public:
  explicit dice(std::uint64_t seed) : generator_(seed * 0x9e3779b97f4a7c15 + 1) {}

  double unit() { return static_cast<double>(generator_() >> 11) * 0x1.0p-53; }
  double between(double low, double high) { return low + (high - low) * unit(); }
  /// As many between 1 and 10 as between 10 and 100.
  double by_magnitude(double low, double high) {
    return low * std::exp(unit() * std::log(high / low));
  }
  bool chance(double share) { return unit() < share; }
  std::size_t below(std::size_t count) { return static_cast<std::size_t>(generator_() % count); }
  std::chrono::milliseconds time(double low_s, double high_s) {
    return std::chrono::milliseconds(std::llround(between(low_s, high_s) * 1000));
  }
  template <class Value, std::size_t count>
  const Value& one_of(const Value (&all)[count]) {
    return all[below(count)];
  }

 private:
  std::mt19937_64 generator_;
};

}  // namespace reroute::testing
