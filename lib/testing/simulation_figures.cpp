// The result of a simulated storm: what its ledger holds.
#include "testing/storm_figures.hpp"
#include "testing/storm_ledger.hpp"

#include <cstdio>
#include <ostream>

namespace reroute::testing {

simulation_result storm_ledger::result(const schedule& best) const {
  simulation_result made;
  made.scenario = storm_.name;
  made.seed = storm_.seed;
  made.calls = storm_.calls;
  std::vector<answered_call> answers;
  for (const call_record& each : calls_) {
    made.answered_at.push_back(each.answered);
    if (each.admitted_on.size() > 1) ++made.billed_twice;
    if (each.answered) answers.push_back({*each.begun, *each.answered});
  }
  const storm_figures figures = figures_of(answers, wasted_, best);
  made.answers = answers.size();
  made.goodput = figures.goodput;
  made.drain = figures.drain;
  made.drain_s = figures.drain_s;
  made.ideal_drain_s = figures.ideal_drain_s;
  made.wasted = figures.wasted;
  made.lost = figures.lost;
  made.p50_s = figures.p50_s;
  made.p99_s = figures.p99_s;
  made.ideal_p99_s = figures.ideal_p99_s;
  for (const route_record& each : routes_) {
    made.routes.push_back(each.counts);
    made.violations += each.counts.violations;
  }
  made.timeline = timeline_;
  made.broken = broken_;
  return made;
}

std::ostream& operator<<(std::ostream& out, const simulation_result& value) {
  char text[400];
  std::snprintf(text, sizeof text,
                "%s (seed %llu): goodput %.4f, drain %.4f of %.2f s, wasted %.4f, lost %zu, "
                "violations %zu, p50 %.3f s, p99 %.3f s (ideal %.3f s), billed twice %zu, "
                "broken %zu",
                value.scenario.substr(0, 100).c_str(), static_cast<unsigned long long>(value.seed),
                value.goodput, value.drain, value.ideal_drain_s, value.wasted, value.lost,
                value.violations, value.p50_s, value.p99_s, value.ideal_p99_s, value.billed_twice,
                value.broken.size());
  return out << text;
}

}  // namespace reroute::testing
