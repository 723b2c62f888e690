// The wait for the last exchange of a transport that takes no new ones.
#pragma once

#include <reroute/io/transport.hpp>

#include "io/transport_core.hpp"

#include <asio/awaitable.hpp>

#include <chrono>

namespace reroute::detail {

/// Returns when no exchange is under way; with `asio::error::timed_out` if some still are after `within`
/// (zero: no limit), with `asio::error::operation_aborted` if cancelled. The caller keeps `core` alive.
asio::awaitable<transport_error> wait_for_the_last(transport_core& core,
                                                   std::chrono::milliseconds within);

}  // namespace reroute::detail
