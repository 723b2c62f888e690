// A token bucket that keeps retries of faults a small share of all calls. Pure.
#pragma once

#include <chrono>

namespace reroute {

/// What a client may spend on retries of faults (and, later, on hedges).
struct retry_budget_options {
  /// Retries earned by each call. Default 0.2: one retry per five calls. From 0 to 10.
  double per_call = 0.2;
  /// Retries earned per second, whatever the traffic. Default 10. At least 0.
  double per_second = 10;
  /// The most that is saved up. Default 100. At least 1.
  double burst = 100;
};

/// The budget itself: a caller reserves a retry and is told when it may be used. An empty budget
/// delays, it does not fail: reservations queue up behind each other.
class retry_budget {
 public:
  using time_point = std::chrono::steady_clock::time_point;

  explicit retry_budget(retry_budget_options options = {});

  /// A call began: its share is earned.
  void earn() noexcept;
  /// Takes one retry; returns when it may begin, `now` or later. `time_point::max()`, and nothing is
  /// taken, if that would not be before `latest`, or never: nothing is earned by time, and the rest is
  /// used up.
  [[nodiscard]] time_point reserve(time_point now, time_point latest = time_point::max()) noexcept;
  /// What is left now; negative while reservations wait.
  [[nodiscard]] double balance(time_point now) const noexcept;

 private:
  void refill(time_point now) noexcept;
  retry_budget_options options_;
  double balance_;
  time_point filled_at_ = time_point::min();
};

}  // namespace reroute
