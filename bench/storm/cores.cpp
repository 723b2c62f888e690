// Pinning, by the set of cores that was allowed at first.
#include "bench/storm/cores.hpp"

#include <sched.h>

namespace storm {

void pin_to(core which) {
  static const cpu_set_t allowed = [] {
    cpu_set_t set;
    CPU_ZERO(&set);
    (void)sched_getaffinity(0, sizeof set, &set);
    return set;
  }();
  if (CPU_COUNT(&allowed) < 2) return;
  int chosen = -1;
  for (int at = 0; at < CPU_SETSIZE; ++at) {
    if (!CPU_ISSET(at, &allowed)) continue;
    chosen = at;
    if (which == core::first) break;
  }
  cpu_set_t one;
  CPU_ZERO(&one);
  CPU_SET(chosen, &one);
  (void)sched_setaffinity(0, sizeof one, &one);
}

}  // namespace storm
