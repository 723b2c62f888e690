// How urgent a call is.
#pragma once

#include <cstdint>
#include <iosfwd>
#include <string_view>

namespace reroute {

/// Among waiting calls the more urgent goes first, FIFO within a priority; but one in eight
/// admissions goes to a less urgent call that waits, so that batch work cannot starve.
enum class priority : std::uint8_t { interactive, normal, batch };

[[nodiscard]] std::string_view to_string(priority value) noexcept;
std::ostream& operator<<(std::ostream& out, priority value);

}  // namespace reroute
