// Figures of a run.
#include "bench/storm/figures.hpp"

#include "bench/support/median.hpp"
#include "testing/storm_figures.hpp"

namespace storm {
namespace {

template <class Value>
Value middle(const std::vector<row>& rows, Value row::*of) {
  std::vector<Value> values;
  for (const row& each : rows)
    values.push_back(each.*of);
  return bench::median(std::move(values));
}

std::chrono::nanoseconds since_begin(double seconds) {
  return std::chrono::round<std::chrono::nanoseconds>(std::chrono::duration<double>(seconds));
}

}  // namespace

row figures_of(const reroute::testing::scenario& what, const std::string& client,
               const reroute::testing::schedule& ideal, const run_result& seen) {
  row made;
  made.scenario = what.name;
  made.client = client;
  made.seed = what.seed;
  std::vector<reroute::testing::answered_call> answers;
  for (std::size_t i = 0; i < seen.client.answered.size(); ++i)
    if (const auto& when = seen.client.answered[i])
      answers.push_back({since_begin(seen.client.arrived[i]), since_begin(*when)});
  std::size_t refused = 0;
  for (const route_report& each : seen.server.routes) {
    refused += each.refused;
    made.violations += each.violations;
  }
  const auto figures = reroute::testing::figures_of(answers, refused, ideal);
  made.goodput = figures.goodput;
  made.drain = figures.drain;
  made.wasted = figures.wasted;
  made.lost = figures.lost;
  made.p50_s = figures.p50_s;
  made.p99_s = figures.p99_s;
  made.ideal_p99_s = figures.ideal_p99_s;
  made.billed_twice = seen.server.admitted_twice;
  return made;
}

row median(const std::vector<row>& rows) {
  row made = rows.front();
  made.goodput = middle(rows, &row::goodput);
  made.drain = middle(rows, &row::drain);
  made.wasted = middle(rows, &row::wasted);
  made.lost = middle(rows, &row::lost);
  made.violations = middle(rows, &row::violations);
  made.p50_s = middle(rows, &row::p50_s);
  made.p99_s = middle(rows, &row::p99_s);
  made.ideal_p99_s = middle(rows, &row::ideal_p99_s);
  made.billed_twice = middle(rows, &row::billed_twice);
  return made;
}

}  // namespace storm
