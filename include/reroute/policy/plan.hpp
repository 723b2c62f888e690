// How a call uses the routes.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>

namespace reroute {

/// How a call uses the routes: `spill()`, `in_order()`, `hedge()` or `race()`. A class, so that it may stand inside a
/// `co_await` expression.
class plan {
 public:
  enum class kind : std::uint8_t { spill, in_order, hedge, race };

  /// `spill()` with its defaults.
  plan() = default;

  [[nodiscard]] kind type() const noexcept { return kind_; }
  /// Attempts that a call may use up on one route; at least 1.
  [[nodiscard]] int attempts_per_route() const noexcept { return attempts_; }
  /// True if a refusal by a rate limit or an overload uses up an attempt.
  [[nodiscard]] bool refusals_count() const noexcept { return kind_ == kind::in_order; }

  /// `hedge`: when the next route is asked too; empty: the route's own 97th percentile,
  /// outliers left out.
  [[nodiscard]] std::optional<std::chrono::milliseconds> hedge_after() const noexcept {
    if (hedge_after_.count() == 0) return std::nullopt;
    return hedge_after_;
  }

  friend bool operator==(const plan&, const plan&) = default;

 private:
  plan(kind type, int attempts);
  friend plan spill(int attempts_per_route);
  friend plan in_order(int attempts_per_route);
  friend plan hedge(std::optional<std::chrono::milliseconds> after);
  friend plan race();

  std::chrono::milliseconds hedge_after_{0};  // none
  int attempts_ = 4;
  kind kind_ = kind::spill;
};

/// The first route, in the client's order, that admits calls; if none does, whichever opens first.
/// A refusal by a rate limit or an overload uses up no attempt: there the deadline bounds the call.
/// Throws `std::invalid_argument` for fewer than 1 attempt.
[[nodiscard]] plan spill(int attempts_per_route = 4);

/// One route after the other: wait and retry on one until its attempts are used up or the error
/// says move on, then the next. Throws `std::invalid_argument` for fewer than 1 attempt.
[[nodiscard]] plan in_order(int attempts_per_route = 4);

/// Begins as `spill()`. If no response head has come `after` sending, the next route that is open is
/// asked too; the first usable answer wins, and the others are given up. Default `after`: the 97th
/// percentile of what that route took lately (outliers beyond four times its median left out), at least
/// 200 ms; nothing is hedged while a route is not known.
///
/// A hedge may be billed: `outcome::possibly_billed()` tells. It never goes to a route that is closed
/// or backing off, and is not sent when the retry budget or `client_options::hedging` has nothing
/// left. Throws `std::invalid_argument` unless `after` is more than zero.
[[nodiscard]] plan hedge(std::optional<std::chrono::milliseconds> after = std::nullopt);

/// Asks all routes that are open at once; the first usable answer wins, and the others are given up.
/// Each may be billed. If none is open, it waits as `spill()` does. `client_options::hedging` caps it.
[[nodiscard]] plan race();

}  // namespace reroute
