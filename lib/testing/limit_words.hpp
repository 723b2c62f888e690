// The sentences by which refusals name a limit. Pure.
#pragma once

#include <reroute/testing/fake_route_options.hpp>
#include <reroute/testing/limit_rule.hpp>

#include <chrono>
#include <string>

namespace reroute::testing {

/// What a sentence does with the truth.
struct told_as {
  double times = 1;                  ///< so many times as large as it is; 0: nothing is named
  std::chrono::milliseconds per{0};  ///< over this time; 0: the limit's own
};

/// "Rate limit of 8000 per 60s exceeded for UserByModelByMinuteOutputTokens." or "This request would exceed your
/// organization's rate limit of 30,000 input tokens per minute.", which always speaks of a minute. Nobody has seen how
/// the latter tells of what may be under way.
[[nodiscard]] std::string limit_sentence(face wearing, const limit_rule& of, told_as how = {});
/// The same without any limit in it.
[[nodiscard]] std::string limit_sentence(face wearing);

}  // namespace reroute::testing
