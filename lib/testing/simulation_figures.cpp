// The figures of a simulated storm: what the ledger holds, against the ideal.
#include "testing/percentile.hpp"
#include "testing/storm_ledger.hpp"

#include <cstdio>
#include <ostream>

namespace reroute::testing {
namespace {

constexpr storm_time grace = std::chrono::milliseconds(500);

double seconds(storm_time value) { return std::chrono::duration<double>(value).count(); }

// 1 where there is nothing to compare with
double ratio(double value, double of) { return of > 0 ? value / of : 1; }

}  // namespace

simulation_result storm_ledger::result(const schedule& best) const {
  simulation_result made;
  made.scenario = storm_.name;
  made.seed = storm_.seed;
  made.calls = storm_.calls;
  std::vector<double> latencies;
  storm_time last{0};
  std::size_t in_time = 0;
  for (const call_record& each : calls_) {
    made.answered_at.push_back(each.answered);
    if (each.admitted_on.size() > 1) ++made.billed_twice;
    if (!each.answered) continue;
    ++made.answers;
    if (*each.answered <= best.drain + grace) ++in_time;
    last = std::max(last, *each.answered);
    latencies.push_back(seconds(*each.answered - *each.begun));
  }
  made.goodput = ratio(static_cast<double>(in_time), static_cast<double>(best.answered));
  made.drain_s = seconds(last);
  made.ideal_drain_s = seconds(best.drain);
  made.drain = ratio(made.drain_s, made.ideal_drain_s);
  made.wasted = static_cast<double>(wasted_);
  if (made.answers > 0) made.wasted /= static_cast<double>(made.answers);
  made.lost = best.answered > made.answers ? best.answered - made.answers : 0;
  made.p50_s = percentile(latencies, 0.5);
  made.p99_s = percentile(latencies, 0.99);
  made.ideal_p99_s = best.p99_s;
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
