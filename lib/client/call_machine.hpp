// One call: what next after this event?
#pragma once

#include <reroute/client/outcome.hpp>
#include <reroute/policy/backoff.hpp>
#include <reroute/policy/plan.hpp>
#include <reroute/policy/policy.hpp>
#include <reroute/policy/retry_budget.hpp>

#include "traffic/effect.hpp"
#include "traffic/waiter.hpp"

#include <chrono>
#include <cstdint>
#include <memory>

namespace reroute::detail {

/// What a call's decisions depend on besides the events: the client's settings and shared budget.
struct call_rules {
  policy decide;
  backoff waits;
  double hint_jitter = 0.0;
  bool retry_lost_answers = true;
  retry_budget budget;
};

/// The state machine of one call. Pure: time and randomness are arguments.
///
/// It says which routes the call may use and until when it waits; the dispatcher picks one of them,
/// the engine sends, and tells what was heard.
class call_machine {
 public:
  using time_point = std::chrono::steady_clock::time_point;
  using nanoseconds = std::chrono::nanoseconds;

  /// What should be done next?
  struct step {
    bool finished = false;
    route_set routes = 0;                      ///< may go to one of these now
    time_point due = time_point::max();        ///< and if it has not gone by then, ask `due`
    reroute::stopped why = stopped::answered;  ///< if finished
    nanoseconds wait{0};  ///< after `heard`: how long the failed route is out of the question
  };

  /// `routes` is the number of routes, 1 to 32; a `deadline` of `time_point::max()` is none.
  call_machine(plan how, int routes, time_point began, time_point deadline)
      : plan_(how), count_(static_cast<std::int8_t>(routes)), began_(began), deadline_(deadline) {}

  [[nodiscard]] step start() { return next(began_); }
  /// An attempt on `route` has ended in `error`. A policy that throws decides to stop; `error` then says what it threw.
  /// `probe`: it found out whether a closed route is back.
  [[nodiscard]] step heard(int route, normalized_error& error, call_rules& rules, time_point now,
                           double random, bool probe = false);
  /// None of `routes` opens in time for this call, or at all.
  [[nodiscard]] step closed(route_set routes, time_point now);
  /// The time that the last step named has come.
  [[nodiscard]] step due(time_point now) { return next(now); }

  /// The routes that another attempt could go to now, whatever the plan's order.
  [[nodiscard]] route_set usable(time_point now) const;

  [[nodiscard]] const plan& how() const { return plan_; }
  [[nodiscard]] time_point deadline() const { return deadline_; }
  [[nodiscard]] time_point began() const { return began_; }

 private:
  struct route_progress {
    time_point not_before = time_point::min();
    int attempts = 0;
    int failures = 0;  // in a row, of any kind
    bool out = false;
  };
  [[nodiscard]] step next(time_point now) const;
  [[nodiscard]] static step finish(reroute::stopped why);
  [[nodiscard]] bool none_left() const;
  void remember();
  [[nodiscard]] const route_progress* progress_of(int route) const;

  plan plan_;
  std::int8_t count_;
  std::int8_t pinned_ = -1;  // an error that is worth no other route
  int attempts_ = 0;
  time_point began_, deadline_;
  std::unique_ptr<route_progress[]> progress_;  // null until something failed
};

}  // namespace reroute::detail
