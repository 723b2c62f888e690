// A transport for services of this machine: http:// and nothing else.
#pragma once

#include <reroute/io/clock.hpp>
#include <reroute/io/transport.hpp>

#include <asio/any_io_executor.hpp>

#include <memory>

namespace reroute::detail {

/// Carries http:// requests, directly, never through a proxy, and refuses all others with
/// `errc::rejected`. It loads no roots: there is nothing to verify. A connection must stand after 2 s.
[[nodiscard]] std::shared_ptr<transport> make_plain_transport(asio::any_io_executor executor,
                                                              std::shared_ptr<clock> time);

}  // namespace reroute::detail
