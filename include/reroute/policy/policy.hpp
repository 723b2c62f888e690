// Whether to try again, and where: (normalized error, progress of the call) -> decision. Pure.
#pragma once

#include <reroute/error/normalized_error.hpp>

#include <chrono>
#include <cstdint>
#include <functional>
#include <iosfwd>
#include <string_view>

namespace reroute {

/// What a policy may know of a call when an attempt has failed.
struct progress {
  int attempts_on_route = 0;  ///< attempts used up on this route, the failed one included; refusals
                              ///< by a rate limit count only where the plan says so
  int attempts_per_route = 4;           ///< what the plan allows
  int attempts = 0;                     ///< attempts on all routes
  std::chrono::nanoseconds elapsed{0};  ///< since the call began
  bool retry_lost_answers = true;       ///< `client_options::retry_lost_answers`
};

/// What a policy decides.
enum class decision : std::uint8_t {
  retry,      ///< the same route again, after its wait
  fail_over,  ///< this route is done for this call; the next one
  stop,       ///< no route: the error is the caller's
};

[[nodiscard]] std::string_view to_string(decision value) noexcept;
std::ostream& operator<<(std::ostream& out, decision value);

/// Decides after a failed attempt. A caller's own policy may look at everything and should leave the rest to
/// `default_policy`. One that throws ends the call (`stopped::permanent`) with the attempt's error, whose message
/// then says what it threw.
using policy = std::function<decision(const normalized_error& error, const progress& so_far)>;

/// The house's rule: retry what is retryable until the route's attempts are used up; then, or at
/// once if it is not retryable, fail over if that is worth it; else stop. A request that may have
/// been billed (sent, but its answer was lost) is repeated only with `retry_lost_answers`.
[[nodiscard]] decision default_policy(const normalized_error& error,
                                      const progress& so_far) noexcept;

}  // namespace reroute
