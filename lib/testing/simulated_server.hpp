// One simulated route without its wire: limits, neighbours, and what happens to it in time. Pure.
#pragma once

#include <reroute/testing/scenario.hpp>

#include "testing/limiter.hpp"
#include "testing/storm_draws.hpp"
#include "testing/storm_time.hpp"

#include <cstddef>
#include <map>
#include <optional>
#include <random>
#include <vector>

namespace reroute::testing {

/// A bad moment of a route.
struct mishap {
  const scenario_event* what = nullptr;
  storm_time until{0};
};

/// Used by the simulation and by the ideal alike. The scenario must outlive it.
class simulated_server {
 public:
  /// `pay_ahead`: see `limiter`.
  simulated_server(const scenario& storm, std::size_t route, bool pay_ahead = false);

  /// All that happens up to `now`, which never goes back.
  void advance(storm_time now);
  /// What goes wrong now with a request that has thrown this (from 0 to 1): 1 meets only what hits everybody.
  [[nodiscard]] std::optional<mishap> goes_wrong(double dice = 1) const;
  /// Zero: this call would be admitted. Else how long until then, if nobody else came.
  [[nodiscard]] storm_time wait(std::size_t call) const { return limits_.wait(cost(call)); }
  /// Whether it would let a typical call through now.
  [[nodiscard]] bool open() const;
  /// The limit that keeps this call longest.
  [[nodiscard]] const limit* binding(std::size_t call) const { return limits_.binding(cost(call)); }
  /// Admits a call whose answer is made at `answer_at`.
  void admit(std::size_t call, storm_time answer_at);
  /// The earliest time after now at which anything may be different for this call.
  [[nodiscard]] storm_time next_change(std::size_t call) const;

  [[nodiscard]] const limiter& limits() const { return limits_; }
  /// The limits that headers tell of.
  [[nodiscard]] const limiter& told() const { return told_ ? *told_ : limits_; }

 private:
  struct happening {
    const scenario_event* what;
    bool ends;
    double before;  // the factor that comes back at the end
  };
  [[nodiscard]] const request_cost& cost(std::size_t call) const {
    return costs_[mix_of(*storm_, call)];
  }
  template <class Change>
  void change(Change what);
  void step_to(storm_time when);
  void begin(const scenario_event& event);
  void set(const scenario_event& event, double factor);
  void schedule_neighbour();
  [[nodiscard]] storm_time next_step() const;

  const scenario* storm_;
  std::vector<request_cost> costs_;
  request_cost typical_;
  limiter limits_;
  std::optional<limiter> told_;
  std::mt19937_64 generator_;
  storm_time now_{0};
  std::multimap<storm_time, happening> coming_;
  std::vector<mishap> lasting_;  // in the order of their beginnings
  double quota_ = 1, neighbours_ = 0;
  storm_time next_neighbour_ = storm_time::max();
  std::multimap<storm_time, admission> settlements_;
};

}  // namespace reroute::testing
