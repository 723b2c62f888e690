// The parts that random scenarios are drawn from; each adds what it has drawn to the storm's tags. Pure.
#pragma once

#include <reroute/testing/scenario.hpp>

#include "testing/dice.hpp"

namespace reroute::testing {

/// Sizes of prompts and answers.
void draw_sizes(scenario& storm, dice& random);
/// Limits of one route, for calls of the storm's sizes, and how long its answers take.
void draw_limits(scenario& storm, scenario_route& route, dice& random);
/// How it refuses, and what its headers say.
void draw_voice(scenario& storm, scenario_route& route, dice& random);
/// What is used up at the start, neighbours, changes, bad moments.
void draw_mishaps(scenario& storm, scenario_route& route, dice& random);

/// Calls per second that a route lets through in the long run.
[[nodiscard]] double capacity_of(const scenario& storm, const scenario_route& route);

/// Adds a tag, once.
void tag(scenario& storm, std::string text);

}  // namespace reroute::testing
