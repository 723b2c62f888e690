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
  const scenario_route& route;
  const limiter& told;                         ///< what headers tell of
  std::chrono::system_clock::time_point wall;  ///< of the route's clock
};

[[nodiscard]] http::response simulated_answer(const simulated_voice& voice,
                                              const scenario_mix& asked);

/// The `turn`-th refusal of the route, a 429 by this limit, after which it is `wait` until it would let the same through.
[[nodiscard]] announced limit_refusal(const simulated_voice& voice, const limit_rule& by,
                                      storm_time wait, std::size_t turn);
/// The same by an event.
[[nodiscard]] announced event_refusal(const simulated_voice& voice, const scenario_event& by,
                                      std::size_t turn);

}  // namespace reroute::testing
