// Figures of a run.
#include "bench/storm/figures.hpp"

#include "testing/percentile.hpp"

#include <algorithm>

namespace storm {
namespace {

constexpr double grace = 0.5;

// 1 where there is nothing to compare with
double ratio(double value, double of) { return of > 0 ? value / of : 1; }

template <class Value>
Value middle(const std::vector<row>& rows, Value row::*of) {
  std::vector<Value> values;
  for (const row& each : rows)
    values.push_back(each.*of);
  std::sort(values.begin(), values.end());
  const std::size_t at = values.size() / 2;
  return values.size() % 2 == 1 ? values[at] : (values[at - 1] + values[at]) / 2;
}

}  // namespace

row figures_of(const reroute::testing::scenario& what, const std::string& client,
               const reroute::testing::schedule& ideal, const run_result& seen) {
  row made;
  made.scenario = what.name;
  made.client = client;
  made.seed = what.seed;
  const double ideal_drain = std::chrono::duration<double>(ideal.drain).count();
  std::vector<double> latencies;
  std::size_t in_time = 0, refused = 0;
  double last = 0;
  for (std::size_t i = 0; i < seen.client.answered.size(); ++i) {
    const auto& when = seen.client.answered[i];
    if (!when) continue;
    latencies.push_back(*when - seen.client.arrived[i]);
    in_time += *when <= ideal_drain + grace ? 1 : 0;
    last = std::max(last, *when);
  }
  for (const route_report& each : seen.server.routes) {
    refused += each.refused;
    made.violations += each.violations;
  }
  made.goodput = ratio(static_cast<double>(in_time), static_cast<double>(ideal.answered));
  made.drain = ratio(last, ideal_drain);
  made.wasted = static_cast<double>(refused) /
                static_cast<double>(std::max<std::size_t>(1, latencies.size()));
  made.lost = ideal.answered > latencies.size() ? ideal.answered - latencies.size() : 0;
  made.p50_s = reroute::testing::percentile(latencies, 0.5);
  made.p99_s = reroute::testing::percentile(latencies, 0.99);
  made.ideal_p99_s = ideal.p99_s;
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
