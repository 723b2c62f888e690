// The user's own look-up of addresses, behind the same seam as the system's.
#pragma once

#include <reroute/io/https_transport.hpp>

#include "io/host_resolver.hpp"

#include <asio/any_io_executor.hpp>

namespace reroute::detail {

/// Awaits `lookup` on `executor`. Whatever it throws is an error of this one look-up.
[[nodiscard]] host_lookup custom_lookup(asio::any_io_executor executor, address_lookup lookup);

}  // namespace reroute::detail
