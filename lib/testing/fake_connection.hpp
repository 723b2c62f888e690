// One connection to the fake.
#pragma once

#include "testing/fake_route_state.hpp"

#include <asio/awaitable.hpp>
#include <asio/ip/tcp.hpp>

#include <memory>

namespace reroute::testing {

/// Serves requests until either side has enough. `alive` ends with the fake.
asio::awaitable<void> serve_connection(asio::ip::tcp::socket socket,
                                       std::shared_ptr<fake_route_state> route);

}  // namespace reroute::testing
