// What a simulated route says: answers, refusals, and the headers that both have. Pure.
#pragma once

#include <reroute/testing/scenario.hpp>

#include "testing/fake_answers.hpp"
#include "testing/limiter.hpp"
#include "testing/storm_time.hpp"

#include <chrono>
#include <cstddef>

namespace reroute::testing {

/// What all responses of a route are made with.
struct simulated_voice {
  const scenario& storm;
  const scenario_route& route;
  const limiter& limits;
  std::chrono::system_clock::time_point wall;  ///< of the route's clock
};

[[nodiscard]] http::response simulated_answer(const simulated_voice& voice);
/// The `turn`-th refusal of the route, which asks to wait.
[[nodiscard]] announced simulated_refusal(const simulated_voice& voice, int status, storm_time wait,
                                          std::size_t turn);

}  // namespace reroute::testing
