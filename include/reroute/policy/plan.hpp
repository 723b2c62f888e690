// How a call uses the routes.
#pragma once

#include <cstdint>

namespace reroute {

/// How a call uses the routes: `spill()` or `in_order()`. A class, so that it may stand inside a
/// `co_await` expression.
class plan {
 public:
  enum class kind : std::uint8_t { spill, in_order };

  /// `spill()` with its defaults.
  plan() = default;

  [[nodiscard]] kind type() const noexcept { return kind_; }
  /// Attempts that a call may use up on one route; at least 1.
  [[nodiscard]] int attempts_per_route() const noexcept { return attempts_; }
  /// True if a refusal by a rate limit uses up an attempt.
  [[nodiscard]] bool refusals_count() const noexcept { return kind_ == kind::in_order; }

  friend bool operator==(const plan&, const plan&) = default;

 private:
  plan(kind type, int attempts);
  friend plan spill(int attempts_per_route);
  friend plan in_order(int attempts_per_route);

  kind kind_ = kind::spill;
  int attempts_ = 4;
};

/// The first route, in the client's order, that admits calls; if none does, whichever opens first.
/// A refusal by a rate limit uses up no attempt: there the deadline bounds the call.
/// Throws `std::invalid_argument` for fewer than 1 attempt.
[[nodiscard]] plan spill(int attempts_per_route = 4);

/// One route after the other: wait and retry on one until its attempts are used up or the error
/// says move on, then the next. Throws `std::invalid_argument` for fewer than 1 attempt.
[[nodiscard]] plan in_order(int attempts_per_route = 4);

}  // namespace reroute
