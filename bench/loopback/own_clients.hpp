// reroute as it is measured: the bare transport, and the whole client over it.
#pragma once

#include <reroute/reroute.hpp>

#include "bench/loopback/load.hpp"

#include <asio/io_context.hpp>

#include <memory>
#include <string>

namespace loopback {

struct own_clients {
  /// `strand`: as `client(io, ...)` makes it, for a context that several threads may run; else for one thread.
  own_clients(const place& to, const load& what, bool strand = false);

  asio::io_context io{1};
  std::shared_ptr<reroute::transport> over;
  reroute::route route;  ///< over the transport, with limits that are never reached
  std::unique_ptr<reroute::client> claude;
  std::string text;
  reroute::http::request bare;  ///< what `create` sends, written once

  [[nodiscard]] reroute::message_request request() const;
};

/// One exchange, its body read to the end. Throws for anything but 200.
asio::awaitable<std::size_t> ask_bare(own_clients& in);
/// One `create`: request built, answer parsed.
asio::awaitable<std::size_t> ask_create(own_clients& in);

}  // namespace loopback
