// Storms in virtual time from the command line: what would become of these calls on those quotas?
#include "bench/simulate/builtin.hpp"
#include "bench/simulate/report.hpp"
#include "bench/simulate/summary.hpp"

#include <CLI/CLI.hpp>

#include <algorithm>
#include <cstdio>
#include <exception>
#include <stdexcept>

namespace {

using reroute::testing::scenario;
using reroute::testing::simulation_result;

struct wishes {
  std::vector<std::string> files;
  std::size_t random = 0, seeds = 1, worst = 5;
  std::uint64_t first = 1;
  std::string json;
  bool timeline = false, describe = false, classic = false, markdown = false;
};

bench::simulated run(const scenario& what, const std::string& name, std::size_t seeds) {
  bench::simulated made{name, what, {}};
  scenario with = what;
  for (std::size_t i = 0; i < seeds; ++i) {
    with.seed = what.seed + i;
    made.results.push_back(reroute::testing::simulate(with));
  }
  return made;
}

std::vector<bench::simulated> run_random(const wishes& of) {
  std::vector<bench::simulated> all;
  for (std::uint64_t seed = of.first; seed < of.first + of.random; ++seed)
    all.push_back(run(of.classic ? reroute::testing::classic_random_scenario(seed)
                                 : reroute::testing::random_scenario(seed),
                      "random " + std::to_string(seed), 1));
  // the worst first
  std::sort(all.begin(), all.end(), [](const auto& a, const auto& b) {
    const simulation_result &first = a.results[0], &second = b.results[0];
    return first.goodput != second.goodput ? first.goodput < second.goodput
                                           : first.seed < second.seed;
  });
  return all;
}

std::vector<bench::simulated> run_all(const wishes& of) {
  if (of.random > 0) return run_random(of);
  std::vector<bench::simulated> all;
  for (const scenario& each : bench::scenarios_of(of.files)) {
    try {
      all.push_back(run(each, each.name, of.seeds));
    } catch (const std::invalid_argument& problem) {
      std::fprintf(stderr, "left out: %s: %s\n", each.name.c_str(), problem.what());
    }
  }
  return all;
}

// true if nothing was lost and nothing is broken
bool report(const std::vector<bench::simulated>& all, const wishes& of) {
  if (!of.markdown) bench::print_head();
  if (of.markdown) bench::print_markdown(all);
  const std::size_t shown = of.random > 0 ? std::min(of.worst, all.size()) : all.size();
  for (std::size_t at = 0; !of.markdown && at < shown; ++at)
    bench::print_line(all[at]);
  if (shown < all.size()) std::printf("... and %zu with more goodput\n", all.size() - shown);
  if (of.random > 0) bench::print_summary(all);
  bool fine = true;
  for (const bench::simulated& each : all) {
    bench::print_broken(each);
    for (const simulation_result& one : each.results)
      fine = fine && one.broken.empty() && one.lost == 0;
  }
  for (std::size_t at = 0; of.describe && at < shown; ++at)
    bench::print_scenario(all[at].what);
  if (of.timeline && !all.empty()) bench::print_timeline(all.front().results.front());
  if (!of.json.empty()) bench::write_json(of.json, all);
  return fine;
}

}  // namespace

int main(int count, char** words) {
  wishes of;
  CLI::App app("Simulates storms of calls in virtual time, and compares with the ideal.");
  app.add_option("FILE", of.files, "scenario files; without any, a few built-in scenarios");
  app.add_option("--random", of.random, "so many random scenarios instead; the worst are printed");
  app.add_option("--first", of.first, "seed of the first random scenario (1)");
  app.add_flag("--classic", of.classic,
               "random scenarios as they were drawn before there were all kinds of limits");
  app.add_option("--worst", of.worst, "how many of the worst to print (5)");
  app.add_option("--seeds", of.seeds, "seeds per scenario, for medians (1)")
      ->check(CLI::PositiveNumber);
  app.add_option("--json", of.json, "write the figures as rows to this file");
  app.add_flag("--markdown", of.markdown, "print the table as bench/README.md has it");
  app.add_flag("--describe", of.describe, "print what the scenarios consist of");
  app.add_flag("--timeline", of.timeline, "print 100 ms rows of the first (or worst) storm");
  CLI11_PARSE(app, count, words);
  try {
    return report(run_all(of), of) ? 0 : 1;
  } catch (const std::exception& problem) {
    std::fprintf(stderr, "simulate: %s\n", problem.what());
    return 2;
  }
}
