// A step with few waiting against the same step with many.
#pragma once

#include "bench/support/median.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>

#include <array>
#include <cstddef>
#include <cstdio>
#include <initializer_list>
#include <vector>

namespace bench {

/// Deadlines of those that wait: in the order of their coming, as with a client's own time limit, or
/// in no order, which costs most.
enum class time_limits { equal, any };

/// A measured step and its name.
template <class Costs>
struct step {
  const char* name;
  double Costs::*of;
};

/// Measures with 10,000 and with `many` waiting. Both take turns, so that what else the machine does
/// hits both; medians of nine.
template <class Room, class Costs>
void compare(const char* level, std::size_t many, time_limits limits,
             std::initializer_list<step<Costs>> steps, boost::json::array& rows) {
  constexpr int repetitions = 9, warm_up = 2;
  Room small(10'000, limits), large(many, limits);
  std::array<std::vector<Costs>, 2> measured;
  for (int i = 0; i < warm_up + repetitions; ++i) {
    const std::array<Costs, 2> both{small.measure(1'000), large.measure(1'000)};
    if (i < warm_up) continue;
    measured[0].push_back(both[0]);
    measured[1].push_back(both[1]);
  }
  std::printf("  %s\n", level);
  for (const step<Costs>& each : steps) {
    std::array<double, 2> middle{};
    for (std::size_t size = 0; size < 2; ++size) {
      std::vector<double> values;
      for (const Costs& one : measured[size])
        values.push_back(one.*each.of);
      middle[size] = median(values);
    }
    std::printf("    %-7s %7.0f ns %7.0f ns  %5.2f times\n", each.name, middle[0], middle[1],
                middle[1] / middle[0]);
    rows.push_back({{"level", level},
                    {"step", each.name},
                    {"few_ns", middle[0]},
                    {"many", many},
                    {"many_ns", middle[1]}});
  }
}

}  // namespace bench
