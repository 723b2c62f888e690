// The figures of a storm, against the ideal.
#include "testing/storm_figures.hpp"

#include "testing/percentile.hpp"

#include <algorithm>

namespace reroute::testing {
namespace {

// what nobody can know who is not all-knowing: the last window's beginning, to the last part of a second
std::chrono::nanoseconds in_time_until(std::chrono::nanoseconds drain) {
  return drain + drain / 50 + std::chrono::milliseconds(500);
}

double seconds(std::chrono::nanoseconds value) {
  return std::chrono::duration<double>(value).count();
}

// 1 where there is nothing to compare with
double ratio(double value, double of) { return of > 0 ? value / of : 1; }

}  // namespace

storm_figures figures_of(const std::vector<answered_call>& answers, std::size_t refused,
                         const schedule& best) {
  storm_figures made;
  std::vector<double> latencies;
  std::chrono::nanoseconds last{0};
  std::size_t in_time = 0;
  for (const answered_call& each : answers) {
    if (each.answered <= in_time_until(best.drain)) ++in_time;
    last = std::max(last, each.answered);
    latencies.push_back(seconds(each.answered - each.arrived));
  }
  made.goodput = ratio(static_cast<double>(in_time), static_cast<double>(best.answered));
  made.drain_s = seconds(last);
  made.ideal_drain_s = seconds(best.drain);
  made.drain = ratio(made.drain_s, made.ideal_drain_s);
  made.wasted =
      static_cast<double>(refused) / static_cast<double>(std::max<std::size_t>(1, answers.size()));
  made.lost = best.answered > answers.size() ? best.answered - answers.size() : 0;
  made.p50_s = percentile(latencies, 0.5);
  made.p99_s = percentile(latencies, 0.99);
  made.ideal_p99_s = best.p99_s;
  return made;
}

}  // namespace reroute::testing
