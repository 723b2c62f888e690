// What the simulator prints: a table, a timeline, and rows of JSON.
#pragma once

#include <reroute/testing/simulation.hpp>

#include <string>
#include <vector>

namespace bench {

/// One scenario with as many seeds as were asked for; at least one result.
struct simulated {
  std::string scenario;
  reroute::testing::scenario what;
  std::vector<reroute::testing::simulation_result> results;
};

/// What a scenario consists of, a line per route and event.
void print_scenario(const reroute::testing::scenario& what);
void print_head();
/// One line: the medians over the seeds (sums of lost calls, violations and broken invariants).
void print_line(const simulated& what);
/// All of them as the tables of bench/README.md have them.
void print_markdown(const std::vector<simulated>& all);
/// The first broken invariants of each result.
void print_broken(const simulated& what);
/// A row per 100 ms of one result.
void print_timeline(const reroute::testing::simulation_result& result);
/// {scenario, client, seed, goodput, drain, wasted, lost, violations, into_far, p50_s, p99_s, ideal_p99_s, idle_s,
/// billed_twice, tags}, a row per result. Throws `std::runtime_error` if it cannot be written.
void write_json(const std::string& path, const std::vector<simulated>& all);

}  // namespace bench
