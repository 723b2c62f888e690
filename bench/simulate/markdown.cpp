// The tables of bench/README.md.
#include "bench/simulate/over_seeds.hpp"

#include <algorithm>
#include <cstdio>

namespace bench {
namespace {

using result = reroute::testing::simulation_result;

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
