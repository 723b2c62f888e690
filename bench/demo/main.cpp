// The demo: one storm, three clients. Offline, against two fake routes on this machine.
#include "bench/demo/storm.hpp"

#include <cstdio>
#include <string>
#include <vector>

int main() {
  const demo::storm storm;
  std::printf("%zu calls at once, two fake routes on this machine (HTTPS on 127.0.0.1):\n",
              storm.calls);
  std::printf(
      "  anthropic   %3.0f calls/s, bursts of %3.0f, answers 429 with retry-after in seconds\n",
      storm.direct_rate, storm.direct_rate);
  std::printf(
      "  azure       %3.0f calls/s, bursts of %3.0f, answers 429 with Retry-After as a date\n\n",
      storm.azure_rate, storm.azure_rate);

  std::vector<demo::result> results;
  results.push_back(demo::run_before(storm));
  results.push_back(demo::run_after(storm));
  results.push_back(demo::run_reroute(storm));

  std::printf("\n%-8s %9s %7s %22s %9s %22s\n", "client", "answered", "lost",
              "wasted 429s per answer", "time", "time against the ideal");
  for (const demo::result& each : results) {
    const double wasted =
        each.answered == 0 ? 0
                           : static_cast<double>(each.refused) / static_cast<double>(each.answered);
    const double ideal = storm.ideal_seconds(each.answered, each.routes);
    std::printf("%-8s %9zu %7zu %22.2f %7.1f s %15.2f x %4.1f s\n", each.client.c_str(),
                each.answered, storm.calls - each.answered, wasted, each.seconds,
                each.seconds / ideal, ideal);
  }
  std::printf(
      "\nideal: what an all-knowing scheduler needs for as many answers over the same routes.\n");
  return results.back().answered == storm.calls ? 0 : 1;
}
