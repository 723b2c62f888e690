// Rows for people and for programs.
#include "bench/storm/table.hpp"

#include "bench/support/figure_row.hpp"

#include <cstdio>

namespace storm {

void print_header() {
  std::printf("\n%-30s %-12s %5s %8s %7s %8s %6s %10s %8s %8s %10s %6s\n", "scenario", "client",
              "seeds", "goodput", "drain", "wasted", "lost", "violations", "p50 s", "p99 s",
              "ideal p99", "twice");
}

void print_row(const row& median, std::size_t seeds, bool first) {
  std::printf("%-30s %-12s %5zu %8.3f %7.2f %8.3f %6zu %10zu %8.2f %8.2f %10.2f %6zu\n",
              first ? median.scenario.c_str() : "", median.client.c_str(), seeds, median.goodput,
              median.drain, median.wasted, median.lost, median.violations, median.p50_s,
              median.p99_s, median.ideal_p99_s, median.billed_twice);
}

boost::json::array to_json(const std::vector<row>& rows) {
  boost::json::array made;
  for (const row& each : rows)
    made.push_back(bench::figure_row(each.scenario, each.client, each));
  return made;
}

}  // namespace storm
