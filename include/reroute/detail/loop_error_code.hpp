// The type that Asio's own functions call an error code: it is not the same in Boost.Asio.
#pragma once

#include <reroute/detail/asio.hpp>

#include <asio/error.hpp>

#include <system_error>
#include <type_traits>

namespace reroute {

/// What the handlers of your loop take for an error: `std::error_code` with standalone Asio,
/// `boost::system::error_code`, which converts to it, where reroute was built for Boost.Asio.
using loop_error_code = decltype(make_error_code(asio::error::operation_aborted));

namespace detail {

/// The same error for Asio's handlers and tokens, so that it equals the loop's own constants. Boost takes the
/// system's errors for those of an unknown category if it is left to itself.
[[nodiscard]] inline loop_error_code for_loop(const std::error_code& code) {
  if constexpr (!std::is_same_v<loop_error_code, std::error_code>) {
    if (code.category() == std::system_category())
      return {code.value(), asio::error::get_system_category()};
  }
  return code;
}

}  // namespace detail
}  // namespace reroute
