// The wait of who drains: until all is quiet, or for so long.
#pragma once

#include "io/bells.hpp"
#include "io/deadlines.hpp"

#include <asio/any_io_executor.hpp>
#include <asio/awaitable.hpp>

#include <chrono>
#include <functional>
#include <system_error>

namespace reroute::detail {

/// Returns when `quiet()`, which is asked whenever `watchers` ring; with `asio::error::timed_out` if that has not
/// come `within` this time (zero: no limit), with `asio::error::operation_aborted` if cancelled. The caller
/// keeps alive what is given by reference, and has Asio not throw when cancelled.
asio::awaitable<std::error_code> wait_until_quiet(asio::any_io_executor executor, deadlines& time,
                                                  bells& watchers, std::function<bool()> quiet,
                                                  std::chrono::milliseconds within);

}  // namespace reroute::detail
