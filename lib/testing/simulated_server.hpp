// One simulated route without its wire: limits, neighbours, and what happens to it in time. Pure.
#pragma once

#include <reroute/testing/scenario.hpp>

#include "testing/limiter.hpp"
#include "testing/storm_time.hpp"

#include <cstddef>
#include <map>
#include <random>
#include <vector>

namespace reroute::testing {

/// When call `call` arrives.
[[nodiscard]] storm_time arrival_of(const scenario& storm, std::size_t call);
/// How long route `route` takes to answer call `call`, which it has admitted `before` times before.
/// The same for the same seed, whoever asks.
[[nodiscard]] storm_time latency_of(const scenario& storm, std::size_t route, std::size_t call,
                                    std::size_t before = 0);

/// Used by the simulation and by the ideal alike. The scenario must outlive it.
class simulated_server {
 public:
  simulated_server(const scenario& storm, std::size_t route);

  /// All that happens up to `now`, which never goes back.
  void advance(storm_time now);
  /// The fault or silence that stands now; null: it works.
  [[nodiscard]] const scenario_event* mishap() const;
  /// Zero: one more call would be admitted.
  [[nodiscard]] storm_time wait() const { return limits_.wait(cost_); }
  /// Admits a call whose answer is made at `answer_at`.
  void admit(storm_time answer_at);
  /// The earliest time after now at which anything may be different.
  [[nodiscard]] storm_time next_change() const;

  [[nodiscard]] const limiter& limits() const { return limits_; }

 private:
  void step_to(storm_time when);
  void schedule_neighbour();
  [[nodiscard]] storm_time next_event() const;
  [[nodiscard]] storm_time next_settlement() const;

  std::vector<scenario_event> events_;  // by time
  request_cost cost_;                   // of a call
  limiter limits_;
  std::mt19937_64 generator_;
  storm_time now_{0};
  std::size_t next_event_ = 0;
  double neighbours_ = 0;  // their share
  storm_time next_neighbour_ = storm_time::max();
  std::multimap<storm_time, admission> settlements_;
};

}  // namespace reroute::testing
