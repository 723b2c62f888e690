// All limits of a fake route: of the simulated ones and of those that really listen. Pure.
#pragma once

#include "testing/limit.hpp"

#include <chrono>
#include <cstdint>
#include <vector>

namespace reroute::testing {

/// Tokens of one request: of its prompt, the most that its answer may have, and what it will have.
struct request_cost {
  double input = 0;
  double max_output = 0;
  double output = 0;  ///< needed only for limits that are paid ahead
};

/// What a request has taken, to be settled when it ends.
struct admission {
  request_cost cost = {};
  std::vector<std::uint64_t> tickets = {};
};

/// Admits, or says when it would. A value; time as for `limit`.
class limiter {
 public:
  using nanoseconds = limit::nanoseconds;

  limiter() = default;
  /// `wall`: what the server's clock shows at time 0. `pay_ahead`: the answers' tokens of `output_generated` limits
  /// must be there at admission, and are taken then.
  explicit limiter(const std::vector<limit_rule>& rules, nanoseconds wall = nanoseconds(0),
                   bool pay_ahead = false);

  void advance(nanoseconds now);
  /// Zero: one more like it would be admitted. Else how long until then, if nobody else came.
  [[nodiscard]] nanoseconds wait(const request_cost& of) const;
  /// The limit that keeps it longest; null if none does.
  [[nodiscard]] const limit* binding(const request_cost& of) const;
  [[nodiscard]] admission take(const request_cost& of);
  /// Its answer has ended, with so many tokens.
  void settle(const admission& of, double output);
  /// Somebody else's request, and its answer: they ask again until they have it, so it counts at once.
  void take_for_others(const request_cost& of);
  void scale(double factor);
  void use_up(double share, nanoseconds ago);
  /// Requests like this per second, in the long run; 0 without a limit.
  [[nodiscard]] double per_second(const request_cost& of) const;
  /// Whether ends of requests change anything.
  [[nodiscard]] bool settles() const;
  [[nodiscard]] const std::vector<limit>& all() const { return limits_; }

 private:
  [[nodiscard]] double asked(const limit& of, const request_cost& by) const;
  [[nodiscard]] double taken(const limit& of, const request_cost& by) const;

  std::vector<limit> limits_;
  bool pay_ahead_ = false;
};

}  // namespace reroute::testing
