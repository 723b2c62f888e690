// The time of a storm.
#pragma once

#include <chrono>

namespace reroute::testing {

/// Since the beginning of a storm.
using storm_time = std::chrono::nanoseconds;

/// What the client's clock shows when it begins. Not a full second: dates on the wire have to be rounded.
inline constexpr std::chrono::system_clock::time_point storm_begin =
    std::chrono::sys_days(std::chrono::year(2026) / 1 / 1) + std::chrono::milliseconds(371);

}  // namespace reroute::testing
