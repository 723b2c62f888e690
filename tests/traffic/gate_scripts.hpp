// What the scripts of a gate have in common: when they begin, what is sent, what is refused.
#pragma once

#include "traffic/gate.hpp"

#include <chrono>
#include <optional>

namespace tests {

inline constexpr reroute::detail::gate::time_point start{std::chrono::hours(1)};

inline reroute::normalized_error refusal(
    std::optional<std::chrono::milliseconds> hint = std::nullopt) {
  reroute::normalized_error error;
  error.category = reroute::category::rate_limit;
  error.status = 429;
  error.retry_after = hint;
  return error;
}

/// Admitted, and on the wire.
inline reroute::detail::permit send(reroute::detail::gate& at,
                                    reroute::detail::gate::time_point now) {
  const reroute::detail::permit held = at.admit(now);
  at.sent(held, now);
  return held;
}

}  // namespace tests
