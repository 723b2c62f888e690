// What the simulator prints.
#include "bench/simulate/report.hpp"

#include "bench/simulate/over_seeds.hpp"
#include "bench/support/figure_row.hpp"

#include <boost/json/array.hpp>
#include <boost/json/serialize.hpp>

#include <algorithm>
#include <cstdio>
#include <fstream>
#include <stdexcept>
#include <utility>

namespace bench {
namespace {

using reroute::testing::scenario;
using reroute::testing::scenario_event;
using reroute::testing::scenario_route;
using reroute::testing::simulation_result;

boost::json::object row_of(const simulated& what, const simulation_result& of) {
  boost::json::object made = figure_row(what.scenario, "reroute", of);
  made["into_far"] = of.into_far;
  made["idle_s"] = of.idle_s;
  boost::json::array tags;
  for (const std::string& each : what.what.tags)
    tags.emplace_back(each);
  made["tags"] = std::move(tags);
  return made;
}

}  // namespace

void print_head() {
  std::printf("%-28s %8s %7s %8s %7s %6s %5s %5s %5s %8s %8s %8s %7s %4s %6s\n", "scenario",
              "goodput", "drain", "ideal s", "wasted", "most", "lost", "into", "far", "p50 s",
              "p99 s", "ideal", "idle s", "2x", "broken");
}

void print_line(const simulated& what) {
  using result = simulation_result;
  double most_wasted = 0;
  std::size_t broken = 0;
  for (const result& each : what.results) {
    broken += each.broken.size();
    most_wasted = std::max(most_wasted, each.wasted);
  }
  std::printf(
      "%-28s %8.4f %7.4f %8.2f %7.4f %6.3f %5zu %5zu %5zu %8.3f %8.3f %8.3f %7.2f %4zu %6zu\n",
      what.scenario.substr(0, 28).c_str(), middle(what, &result::goodput),
      middle(what, &result::drain), middle(what, &result::ideal_drain_s),
      middle(what, &result::wasted), most_wasted, sum(what, &result::lost),
      sum(what, &result::violations), sum(what, &result::into_far), middle(what, &result::p50_s),
      middle(what, &result::p99_s), middle(what, &result::ideal_p99_s),
      middle(what, &result::idle_s), sum(what, &result::billed_twice), broken);
}

void print_broken(const simulated& what) {
  for (const simulation_result& each : what.results)
    for (const std::string& line : each.broken)
      std::printf("  %s (seed %llu): %s\n", what.scenario.c_str(),
                  static_cast<unsigned long long>(each.seed), line.c_str());
}

void print_timeline(const simulation_result& result) {
  std::printf("%8s", "s");
  for (const auto& route : result.routes)
    std::printf(" %18.18s", route.name.c_str());
  std::printf(" %8s %8s\n", "answers", "waiting");
  for (const auto& row : result.timeline) {
    std::printf("%8.1f", static_cast<double>(row.since.count()) / 1000);
    for (std::size_t route = 0; route < result.routes.size(); ++route)
      std::printf(" %8zu -%8zu", row.admitted[route], row.refused[route]);
    std::printf(" %8zu %8zu\n", row.answers, row.waiting);
  }
}

void write_json(const std::string& path, const std::vector<simulated>& all) {
  boost::json::array rows;
  for (const simulated& what : all)
    for (const simulation_result& each : what.results)
      rows.push_back(row_of(what, each));
  std::ofstream file(path);
  file << boost::json::serialize(rows) << '\n';
  file.close();
  if (!file) throw std::runtime_error("cannot write " + path);
}

}  // namespace bench
