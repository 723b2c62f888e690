// Scenarios that tests begin with.
#pragma once

#include <reroute/testing/simulation.hpp>

#include <string>
#include <utility>
#include <vector>

namespace tests {

inline reroute::testing::scenario_route bucket(std::string name, double rate) {
  reroute::testing::scenario_route made;
  made.name = std::move(name);
  made.rate = made.burst = rate;
  return made;
}

inline reroute::testing::scenario_route window(std::string name, std::size_t requests,
                                               std::chrono::milliseconds length) {
  reroute::testing::scenario_route made;
  made.name = std::move(name);
  made.window_requests = requests;
  made.window = length;
  return made;
}

inline reroute::testing::scenario storm(std::vector<reroute::testing::scenario_route> routes,
                                        std::size_t calls = 1000) {
  reroute::testing::scenario made;
  made.name = "test";
  made.calls = calls;
  made.routes = std::move(routes);
  return made;
}

inline double seconds(std::chrono::nanoseconds time) {
  return std::chrono::duration<double>(time).count();
}

/// "" if all invariants held, else what the first of them says.
inline std::string first_broken(const reroute::testing::simulation_result& result) {
  return result.broken.empty() ? std::string() : result.broken.front();
}

}  // namespace tests
