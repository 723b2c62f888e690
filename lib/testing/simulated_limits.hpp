// The limits of a simulated route: buckets of requests and tokens, and a window. Pure.
#pragma once

#include <reroute/testing/scenario.hpp>

#include <chrono>
#include <cstddef>

namespace reroute::testing {

/// Time since the beginning of a storm.
using storm_time = std::chrono::nanoseconds;

/// A token bucket whose quota may change, and which others may overdraw.
class simulated_bucket {
 public:
  simulated_bucket(double rate, double burst) : rate_(rate), burst_(burst), level_(burst) {}

  [[nodiscard]] bool limits() const { return rate_ > 0; }
  void advance(storm_time now);
  /// Until `cost` is there; to be asked after `advance`.
  [[nodiscard]] storm_time wait(double cost) const;
  [[nodiscard]] storm_time until_full() const { return wait(burst_); }
  void take(double cost) { level_ -= cost; }
  void give_back(double cost);
  void resize(double rate, double burst);
  [[nodiscard]] double level() const { return level_ > 0 ? level_ : 0; }
  [[nodiscard]] double burst() const { return burst_; }

 private:
  double rate_, burst_, level_;
  storm_time filled_{0};
};

/// So many requests per window. A window begins with the first request after the last one ended.
class simulated_window {
 public:
  simulated_window(std::size_t count, storm_time length) : count_(count), length_(length) {}

  [[nodiscard]] bool limits() const { return count_ > 0; }
  void advance(storm_time now);
  [[nodiscard]] storm_time wait() const;
  void take();
  /// What does not fit comes first in the next window.
  void take_or_owe();
  void resize(std::size_t count) { count_ = count; }
  [[nodiscard]] std::size_t left() const { return taken_ < count_ ? count_ - taken_ : 0; }
  [[nodiscard]] std::size_t count() const { return count_; }
  [[nodiscard]] storm_time until_full() const;

 private:
  std::size_t count_, taken_ = 0, owed_ = 0;
  storm_time length_, begin_{0}, now_{0};
};

/// All limits of one route, for calls that all cost the same.
class simulated_limits {
 public:
  simulated_limits(const scenario& storm, const scenario_route& route);

  /// Time goes on. All else is asked at this time.
  void advance(storm_time now);
  /// Zero: one more call would be admitted. Else how long until then, if nobody else came.
  [[nodiscard]] storm_time wait() const;
  /// Admits a call: `max_tokens` output tokens are reserved.
  void take();
  /// Its answer is made: what it did not use of the reservation comes back.
  void settle();
  /// Somebody else's call: they ask again until they have it, so it counts at once.
  void take_for_neighbour();
  /// All limits become `factor` times what they were at the start.
  void scale(double factor);
  /// Calls per second that these limits let through.
  [[nodiscard]] double calls_per_second() const;

  simulated_bucket requests, input, output;
  simulated_window window;

 private:
  const scenario_route* start_;
  double factor_ = 1;
  double input_cost_, reserved_cost_, output_cost_;
};

}  // namespace reroute::testing
