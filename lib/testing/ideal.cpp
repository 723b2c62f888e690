// The all-knowing first-come scheduler.
#include <reroute/testing/simulation.hpp>

#include "testing/percentile.hpp"
#include "testing/simulated_server.hpp"

#include <algorithm>
#include <functional>
#include <queue>
#include <utility>

namespace reroute::testing {
namespace {

// what is longer than that may be probed
constexpr storm_time longest_kept = std::chrono::seconds(30);

// It knows every limit and when it lets the next one through, but not how long a fault lasts: it asks,
// and keeps to the hint. What was refused goes elsewhere at once.
class scheduler {
 public:
  scheduler(const scenario& storm, bool pay_ahead)
      : storm_(storm), told_until_(storm.routes.size(), storm_time(0)) {
    for (std::size_t route = 0; route < storm.routes.size(); ++route)
      servers_.emplace_back(storm, route, pay_ahead);
  }

  ideal_call next(std::size_t call, storm_time arrived) {
    ideal_call made;
    made.arrived = arrived;
    now_ = std::max(now_, made.arrived);
    const storm_time latest = made.arrived + storm_.deadline;
    for (;;) {
      if (try_now(call, latest, made)) return made;
      storm_time change = storm_time::max();
      for (std::size_t route = 0; route < servers_.size(); ++route) {
        const storm_time there = arrived + storm_.routes[route].way;
        change = std::min(change, there > now_ ? there : servers_[route].next_change(call));
      }
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
      const storm_time way = storm_.routes[route].way;
      at.advance(now_);
      if (made.answered || now_ < told_until_[route] || now_ < made.arrived + way) continue;
      if (const auto bad = at.goes_wrong()) {
        told_until_[route] = now_ + hint_of(*bad->what, route);
        continue;
      }
      if (at.wait(call).count() > 0) continue;
      const storm_time done = now_ + latency_of(storm_, route, call);
      if (done + way > latest) continue;
      at.admit(call, done);
      made = {made.arrived, now_, done + way, route, true};
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

// when callers call who call again when their last call is over
class callers {
 public:
  explicit callers(const scenario& storm) : workers_(storm.workers), at_(arrivals_of(storm)) {}

  storm_time next(std::size_t call) {
    if (workers_ == 0 || call < workers_) return at_[call];
    const storm_time first = free_.top();
    free_.pop();
    return first;
  }
  void over(const ideal_call& of, storm_time deadline) {
    if (workers_ > 0) free_.push(of.answered ? of.finished : of.arrived + deadline);
  }

 private:
  std::size_t workers_;
  std::vector<storm_time> at_;
  std::priority_queue<storm_time, std::vector<storm_time>, std::greater<>> free_;
};

schedule made_by(const scenario& what, bool pay_ahead) {
  scheduler all(what, pay_ahead);
  callers who(what);
  schedule made;
  std::vector<double> latencies;
  for (std::size_t call = 0; call < what.calls; ++call) {
    made.calls.push_back(all.next(call, who.next(call)));
    const ideal_call& done = made.calls.back();
    who.over(done, what.deadline);
    if (!done.answered) continue;
    ++made.answered;
    made.drain = std::max(made.drain, done.finished);
    latencies.push_back(std::chrono::duration<double>(done.finished - done.arrived).count());
  }
  made.p50_s = percentile(latencies, 0.5);
  made.p99_s = percentile(latencies, 0.99);
  return made;
}

bool generates(const scenario& what) {
  for (const scenario_route& route : what.routes)
    for (const limit_rule& each : route.limits)
      if (each.of == limit_unit::output_generated) return true;
  return false;
}

}  // namespace

schedule ideal(const scenario& what) {
  check(what);
  schedule made = made_by(what, false);
  if (!generates(what)) return made;
  // who sends all at once leaves a debt that nobody pays: whoever pays is the measure, if that takes longer
  schedule paid = made_by(what, true);
  return paid.drain > made.drain ? paid : made;
}

}  // namespace reroute::testing
