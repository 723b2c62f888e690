// Counts of a client since it began.
#pragma once

#include <reroute/traffic/priority.hpp>

#include <array>
#include <cstddef>
#include <cstdint>

namespace reroute {

/// A snapshot; cheap enough to take every second.
struct client_stats {
  /// Calls that wait, by `priority`.
  std::array<std::size_t, 3> waiting = {};
  std::size_t in_flight = 0;  ///< attempts under way
  std::size_t streams = 0;    ///< streams that are open, their first content behind them
  // since the client began
  std::uint64_t calls = 0;
  std::uint64_t answered = 0;
  std::uint64_t failed = 0;     ///< ended without an answer, cancelled ones left out
  std::uint64_t cancelled = 0;  ///< by the caller, or by the end of the client
  std::uint64_t attempts = 0;
  std::uint64_t refusals = 0;         ///< attempts that a rate limit or an overload refused
  std::uint64_t faults = 0;           ///< attempts that failed otherwise
  std::uint64_t hedges = 0;           ///< second attempts of `hedge()` and `race()`
  std::uint64_t hedges_withheld = 0;  ///< not sent: no open route, or nothing left to spend
  std::uint64_t possibly_billed = 0;  ///< sendings that brought no answer but may be billed

  [[nodiscard]] std::size_t waiting_in(priority level) const {
    return waiting[static_cast<std::size_t>(level)];
  }
};

}  // namespace reroute
