// What an attempt's end means to its route's gate. Pure.
#pragma once

#include <reroute/error/normalized_error.hpp>

#include <cstdint>

namespace reroute::detail {

enum class effect : std::uint8_t {
  admitted,     ///< the limiter let it through, whatever came of it
  refused,      ///< closes the gate for everybody
  alone,        ///< refused, as it seems for this request alone
  faulted,      ///< one more failure in a row
  quarantined,  ///< closes the gate for long
  released,     ///< says nothing about the route
};

[[nodiscard]] effect effect_of(const normalized_error& error) noexcept;

}  // namespace reroute::detail
