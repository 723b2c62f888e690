// A log as one limit sees it.
#include "traffic/limit_replay.hpp"

#include <algorithm>

namespace reroute::detail {
namespace {

constexpr double one_moment = 0.004;  // seconds: calls so near to each other are one event

// where the last rows begin
std::size_t beginning(const attempt_log& log, int limit, double rows) {
  std::size_t from = log.size();
  double seen = 0, calls = 0;
  for (; from > 0; --from) {
    const logged_attempt& each = log.at(from - 1);
    if (each.is == fate::refused && each.refused_by == limit) {
      seen += std::min(1.0, calls / calls_of_a_full_row);
      calls = 0;
    } else if (!each.took_nothing()) {
      calls += 1;
    }
    if (seen > rows) break;
  }
  return from;
}

}  // namespace

limit_events events_of(const attempt_log& log, resource of, int limit, double quiet, instant now,
                       double rows) {
  using kind = limit_event::kind;
  limit_events made;
  bool given = false;
  std::size_t from = beginning(log, limit, rows);
  made.from_the_start = from == 0 && log.whole();
  for (; from < log.size(); ++from) {
    const logged_attempt& a = log.at(from);
    if (a.is == fate::faulted || (a.is == fate::refused && a.refused_by != limit)) continue;
    const double cost = a.cost_at_first(of);
    if (a.is == fate::refused) {
      made.all.push_back({kind::refused, a.sent, cost, a.wait_least, a.wait_most, 0, a.cycle});
      continue;
    }
    const bool sure = a.is != fate::pending || a.confirmed || a.sent + quiet < now;
    const kind what = sure ? kind::taken : kind::perhaps;
    const double at_once = of == resource::generated ? 0 : cost;
    limit_event* const last = made.all.empty() ? nullptr : &made.all.back();
    if (last && of != resource::reserved && last->what == what && last->cycle == a.cycle &&
        a.sent - last->at < one_moment)
      last->cost += at_once;
    else
      made.all.push_back({what, a.sent, at_once, -1, never, 0, a.cycle});
    if ((of == resource::reserved || of == resource::generated) && a.used_output >= 0 &&
        a.ended <= now) {
      made.all.push_back(
          {kind::given, a.ended, at_once - a.used_output, -1, never, a.sent, a.cycle});
      given = true;
    }
  }
  if (given)
    std::stable_sort(
        made.all.begin(), made.all.end(),
        [](const limit_event& one, const limit_event& other) { return one.at < other.at; });
  return made;
}

}  // namespace reroute::detail
