// The tables of bench/README.md.
#include "bench/simulate/report.hpp"
#include "bench/support/median.hpp"

#include <algorithm>
#include <cstdio>
#include <utility>

namespace bench {
namespace {

using result = reroute::testing::simulation_result;

double middle(const simulated& of, double result::*figure) {
  std::vector<double> values;
  for (const result& each : of.results)
    values.push_back(each.*figure);
  return median(std::move(values));
}

std::size_t sum(const simulated& of, std::size_t result::*figure) {
  std::size_t all = 0;
  for (const result& each : of.results)
    all += each.*figure;
  return all;
}

}  // namespace

void print_markdown(const std::vector<simulated>& all) {
  std::printf("| storm | goodput | drain | wasted | lost | into | far | p99 / ideal | idle s |\n");
  std::printf("|---|---|---|---|---|---|---|---|---|\n");
  for (const simulated& each : all) {
    const double ideal = middle(each, &result::ideal_p99_s);
    std::printf(
        "| %s | %.3f | %.3f | %.4f | %zu | %zu | %zu | %.3f | %.1f |\n", each.scenario.c_str(),
        middle(each, &result::goodput), middle(each, &result::drain), middle(each, &result::wasted),
        sum(each, &result::lost), sum(each, &result::violations), sum(each, &result::into_far),
        middle(each, &result::p99_s) / std::max(ideal, 1e-9), middle(each, &result::idle_s));
  }
}

}  // namespace bench
