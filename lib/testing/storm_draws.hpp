// What is drawn for a storm: by its seed, and the same whoever asks. Pure.
#pragma once

#include <reroute/testing/scenario.hpp>

#include "testing/limiter.hpp"
#include "testing/storm_time.hpp"

#include <cstddef>
#include <cstdint>
#include <vector>

namespace reroute::testing {

/// A mixer of bits, so that every (seed, route, call) has random numbers of its own (splitmix64).
[[nodiscard]] std::uint64_t mixed_bits(std::uint64_t value);

/// When each call arrives; with workers all that is known is that the first ones come at once.
[[nodiscard]] std::vector<storm_time> arrivals_of(const scenario& storm);

/// The sizes of a storm's calls; at least one.
[[nodiscard]] std::vector<scenario_mix> mixes_of(const scenario& storm);
/// Which of them call `call` has.
[[nodiscard]] std::size_t mix_of(const scenario& storm, std::size_t call);
[[nodiscard]] request_cost cost_of(const scenario_mix& mix);
/// What a call costs on the average.
[[nodiscard]] request_cost typical_cost(const scenario& storm);

/// How long route `route` takes to answer call `call`, which it has admitted `before` times before.
[[nodiscard]] storm_time latency_of(const scenario& storm, std::size_t route, std::size_t call,
                                    std::size_t before = 0);

/// What is drawn for the `number`-th request of a route.
struct request_draws {
  storm_time there{0}, back{0};  ///< its ways
  storm_time refusal{0};         ///< how long it would take to refuse it
  double dice = 0;               ///< from 0 to less than 1: whom a share of requests hits
};
[[nodiscard]] request_draws draws_of(const scenario& storm, std::size_t route, std::size_t number);

}  // namespace reroute::testing
