// How much a log contradicts a limit: the limit plays it along.
#pragma once

#include "traffic/limit.hpp"

#include <cstdint>
#include <vector>

namespace reroute::detail {

/// A cycle with so many calls let through counts in full, one with fewer in part.
inline constexpr double calls_of_a_full_row = 10;

/// What happened to one limit, in order.
struct limit_event {
  enum class kind : std::uint8_t {
    taken,
    perhaps,  ///< taken, if no refusal is heard of it yet
    given,    ///< given back at the end (below zero: taken then)
    refused,
  };
  kind what = kind::taken;
  instant at = 0;
  double cost = 1;
  double least = -1, most = never;  ///< refused: the wait until there is enough, as the hint has it
  instant sent = 0;                 ///< given: when it was sent
  std::uint32_t cycle = 0;
};

struct limit_events {
  std::vector<limit_event> all;
  /// They begin with the first call of all, before which nobody was refused: the limit was full then.
  bool from_the_start = true;
};

/// The events of this resource for the limit of this number: since the last `rows` times that it refused after
/// many calls. `quiet`: seconds of silence that mean admission.
[[nodiscard]] limit_events events_of(const attempt_log& log, resource of, int limit, double quiet,
                                     instant now, double rows);

struct replayed {
  double misfit = 0;  ///< 0: it explains everything
  limit end;          ///< where it stands then
};

/// A refusal says that there was less than its cost, and what its hint says; each admission, that there was as much.
/// What contradicts counts by the logarithm of the calls that there were too many or too few; what is long ago
/// counts less. `early` weighs refusals that came too early: somebody else may have taken.
[[nodiscard]] replayed replay(limit from, const limit_events& events, instant now,
                              double early = 1);

/// The most that was ever taken at once beyond what a bucket of this rate gives.
[[nodiscard]] double backlog(const limit_events& events, double rate);

}  // namespace reroute::detail
