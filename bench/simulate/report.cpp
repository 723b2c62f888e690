// What the simulator prints.
#include "bench/simulate/report.hpp"

#include "bench/support/figure_row.hpp"
#include "bench/support/median.hpp"

#include <boost/json/array.hpp>
#include <boost/json/serialize.hpp>

#include <algorithm>
#include <cstdio>
#include <fstream>
#include <numeric>
#include <stdexcept>
#include <utility>

namespace bench {
namespace {

using reroute::testing::scenario;
using reroute::testing::scenario_event;
using reroute::testing::scenario_route;
using reroute::testing::simulation_result;

constexpr const char* form_names[] = {"seconds", "http_date", "milliseconds", "text_only", "none"};
constexpr const char* event_names[] = {"quota", "fault", "silence", "neighbour"};

double seconds(std::chrono::milliseconds time) { return static_cast<double>(time.count()) / 1000; }

double middle(const simulated& of, double simulation_result::*figure) {
  std::vector<double> values;
  for (const simulation_result& each : of.results)
    values.push_back(each.*figure);
  return median(std::move(values));
}

std::size_t sum(const simulated& of, std::size_t simulation_result::*figure) {
  return std::accumulate(
      of.results.begin(), of.results.end(), std::size_t(0),
      [&](std::size_t so_far, const auto& each) { return so_far + each.*figure; });
}

}  // namespace

void print_scenario(const scenario& what) {
  std::printf("%s, seed %llu: %zu calls, %.1f per second, plan %s, tokens %zu in, %zu of %zu out\n",
              what.name.c_str(), static_cast<unsigned long long>(what.seed), what.calls,
              what.arrivals, what.plan.c_str(), what.input_tokens, what.output_tokens,
              what.max_tokens);
  for (const scenario_route& route : what.routes) {
    std::printf("  %s: %.1f/s burst %.0f", route.name.c_str(), route.rate, route.burst);
    if (route.window_requests > 0)
      std::printf(", %zu per %.1f s", route.window_requests, seconds(route.window));
    if (route.input_tokens > 0) std::printf(", input tokens %.0f/s", route.input_tokens);
    if (route.output_tokens > 0) std::printf(", output tokens %.0f/s", route.output_tokens);
    std::printf(", latency %.3f s sigma %.2f tail %.3f x %.1f%s%s, form", seconds(route.latency),
                route.latency_sigma, route.tail_share, route.tail_factor,
                route.limit_headers ? ", headers" : "", route.stated ? ", stated" : "");
    for (const auto form : route.forms)
      std::printf(" %s", form_names[static_cast<std::size_t>(form)]);
    std::printf("\n");
    for (const scenario_event& event : route.events)
      std::printf("    at %.1f s: %s for %.1f s, factor %.2f, status %d, hint %.1f s\n",
                  seconds(event.at), event_names[static_cast<std::size_t>(event.what)],
                  seconds(event.time), event.factor, event.status, seconds(event.hint));
  }
}

void print_head() {
  std::printf("%-26s %8s %7s %8s %7s %6s %6s %6s %8s %8s %8s %6s %6s\n", "scenario", "goodput",
              "drain", "ideal s", "wasted", "most", "lost", "viol.", "p50 s", "p99 s", "ideal",
              "2x", "broken");
}

void print_line(const simulated& what) {
  using result = simulation_result;
  double most_wasted = 0;
  std::size_t broken = 0;
  for (const result& each : what.results) {
    broken += each.broken.size();
    most_wasted = std::max(most_wasted, each.wasted);
  }
  std::printf("%-26s %8.4f %7.4f %8.2f %7.4f %6.3f %6zu %6zu %8.3f %8.3f %8.3f %6zu %6zu\n",
              what.scenario.substr(0, 26).c_str(), middle(what, &result::goodput),
              middle(what, &result::drain), middle(what, &result::ideal_drain_s),
              middle(what, &result::wasted), most_wasted, sum(what, &result::lost),
              sum(what, &result::violations), middle(what, &result::p50_s),
              middle(what, &result::p99_s), middle(what, &result::ideal_p99_s),
              sum(what, &result::billed_twice), broken);
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
      rows.push_back(figure_row(what.scenario, "reroute", each));
  std::ofstream file(path);
  file << boost::json::serialize(rows) << '\n';
  file.close();
  if (!file) throw std::runtime_error("cannot write " + path);
}

}  // namespace bench
