// The result of a simulated storm: what its ledger holds.
#include "detail/fixed_point.hpp"
#include "testing/storm_figures.hpp"
#include "testing/storm_ledger.hpp"

#include <ostream>
#include <string>

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
    made.into_far += each.counts.into_far;
  }
  made.idle_s = std::chrono::duration<double>(idle_.longest()).count();
  made.timeline = timeline_;
  made.broken = broken_;
  return made;
}

std::ostream& operator<<(std::ostream& out, const simulation_result& value) {
  const auto fixed = [](double number, int digits) { return detail::fixed_point(number, digits); };
  std::string text = value.scenario.substr(0, 100);
  text.append(" (seed ").append(std::to_string(value.seed));
  text.append("): goodput ").append(fixed(value.goodput, 4));
  text.append(", drain ").append(fixed(value.drain, 4));
  text.append(" of ").append(fixed(value.ideal_drain_s, 2));
  text.append(" s, wasted ").append(fixed(value.wasted, 4));
  text.append(", lost ").append(std::to_string(value.lost));
  text.append(", violations ").append(std::to_string(value.violations));
  text.append(", p50 ").append(fixed(value.p50_s, 3));
  text.append(" s, p99 ").append(fixed(value.p99_s, 3));
  text.append(" s (ideal ").append(fixed(value.ideal_p99_s, 3));
  text.append(" s), billed twice ").append(std::to_string(value.billed_twice));
  text.append(", broken ").append(std::to_string(value.broken.size()));
  return out << text;
}

}  // namespace reroute::testing
