// A user's clock, from which no exception comes.
#pragma once

#include <reroute/io/clock.hpp>

#include <memory>

namespace reroute::detail {

/// The same clock; what it or one of its timers throws ends the program, with a message that names the function.
/// Time is asked for where there is no attempt to fail: by timers, on the way of every call, in destructors.
[[nodiscard]] std::shared_ptr<clock> guarded(std::shared_ptr<clock> time);

/// True for what `system_clock()` makes, which does not throw.
[[nodiscard]] bool is_system_clock(const clock& time) noexcept;

}  // namespace reroute::detail
