// The all-knowing first-come scheduler.
#include <reroute/testing/simulation.hpp>

#include "testing/percentile.hpp"
#include "testing/simulated_server.hpp"

#include <algorithm>

namespace reroute::testing {
namespace {

// what is longer than that may be probed
constexpr storm_time longest_kept = std::chrono::seconds(30);

// It knows every limit and when it lets the next one through, but not how long a fault lasts: it asks,
// and keeps to the hint. What was refused goes elsewhere at once.
class scheduler {
 public:
  explicit scheduler(const scenario& storm)
      : storm_(storm), told_until_(storm.routes.size(), storm_time(0)) {
    for (std::size_t route = 0; route < storm.routes.size(); ++route)
      servers_.emplace_back(storm, route);
  }

  ideal_call next(std::size_t call) {
    ideal_call made;
    made.arrived = arrival_of(storm_, call);
    now_ = std::max(now_, made.arrived);
    const storm_time latest = made.arrived + storm_.deadline;
    for (;;) {
      if (try_now(call, latest, made)) return made;
      storm_time change = storm_time::max();
      for (const simulated_server& each : servers_)
        change = std::min(change, each.next_change());
      for (const storm_time told : told_until_)
        if (told > now_) change = std::min(change, told);
      if (change >= latest) return made;
      now_ = change;
    }
  }

 private:
  bool try_now(std::size_t call, storm_time latest, ideal_call& made) {
    for (std::size_t route = 0; route < servers_.size(); ++route) {
      simulated_server& at = servers_[route];
      at.advance(now_);
      if (made.answered || now_ < told_until_[route]) continue;
      if (const scenario_event* bad = at.mishap()) {
        told_until_[route] = now_ + hint_of(*bad, route);
        continue;
      }
      if (at.wait().count() > 0) continue;
      const storm_time end = now_ + latency_of(storm_, route, call);
      if (end > latest) continue;
      at.admit(end);
      made = {made.arrived, now_, end, route, true};
    }
    return made.answered;
  }

  storm_time hint_of(const scenario_event& bad, std::size_t route) const {
    const std::vector<refusal_form>& forms = storm_.routes[route].forms;
    const bool said = bad.what == scenario_event::kind::fault && bad.hint <= longest_kept &&
                      std::find(forms.begin(), forms.end(), refusal_form::none) == forms.end();
    return said ? storm_time(bad.hint) : storm_time(0);
  }

  const scenario& storm_;
  std::vector<storm_time> told_until_;  // by route
  std::vector<simulated_server> servers_;
  storm_time now_{0};
};

}  // namespace

schedule ideal(const scenario& what) {
  check(what);
  scheduler all(what);
  schedule made;
  std::vector<double> latencies;
  for (std::size_t call = 0; call < what.calls; ++call) {
    made.calls.push_back(all.next(call));
    const ideal_call& done = made.calls.back();
    if (!done.answered) continue;
    ++made.answered;
    made.drain = std::max(made.drain, done.finished);
    latencies.push_back(std::chrono::duration<double>(done.finished - done.arrived).count());
  }
  made.p50_s = percentile(latencies, 0.5);
  made.p99_s = percentile(latencies, 0.99);
  return made;
}

}  // namespace reroute::testing
