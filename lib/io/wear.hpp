// When a connection has served enough, by the options; the same over either version.
#pragma once

#include "io/transport_core.hpp"

#include <algorithm>
#include <chrono>
#include <cstddef>

namespace reroute::detail {

/// True if a connection that came up at `born` and has taken so many requests is to take no more.
[[nodiscard]] inline bool is_worn(const transport_core& core, time_point born,
                                  std::size_t requests) {
  const auto age = core.options.max_connection_age;
  const auto most = core.options.max_requests_per_connection;
  return (most > 0 && requests >= most) || (age > age.zero() && core.time.now() - born >= age);
}

/// How long it may rest from now on: until it has done so for `keep_alive`, or is too old. At least 1 ms; zero:
/// for ever.
[[nodiscard]] inline std::chrono::milliseconds time_to_rest(const transport_core& core,
                                                            time_point born) {
  const auto most = core.options.keep_alive;
  const auto age = core.options.max_connection_age;
  if (age == age.zero()) return most;
  const auto left = std::chrono::ceil<std::chrono::milliseconds>(born + age - core.time.now());
  const auto some = std::max(left, std::chrono::milliseconds(1));
  return most == most.zero() ? some : std::min(most, some);
}

}  // namespace reroute::detail
