// What all connections of one transport share.
#pragma once

#include <reroute/io/clock.hpp>
#include <reroute/io/https_transport.hpp>

#include "io/deadlines.hpp"
#include "io/host_resolver.hpp"
#include "io/in_flight.hpp"
#include "io/io_buffers.hpp"
#include "io/proxy_rules.hpp"
#include "io/tls_context.hpp"

#include <asio/any_io_executor.hpp>

#include <array>
#include <memory>
#include <utility>

namespace reroute::detail {

/// For TLS with the proxy itself. Throws as `tls_context`, naming the proxy's option.
[[nodiscard]] std::unique_ptr<tls_context> proxy_context(const tls_options& options);

/// One transport's common things. Everybody who works for the transport keeps it alive or is owned
/// by it.
struct transport_core {
  transport_core(asio::any_io_executor on, https_options how, std::shared_ptr<clock> when,
                 host_lookup lookup)
      : executor(std::move(on)),
        options(std::move(how)),
        proxies(options.proxy),
        tls(options.tls),
        proxy_tls(proxies.secure() ? proxy_context(options.proxy.tls) : nullptr),
        time(executor, std::move(when)),
        flights(time),
        hosts(time, std::move(lookup)),
        buffers({options.max_header_size, options.max_body_size}) {}

  asio::any_io_executor executor;
  https_options options;
  proxy_rules proxies;
  tls_context tls;
  std::unique_ptr<tls_context> proxy_tls;  ///< if the proxy is spoken to over TLS
  deadlines time;
  in_flight flights;
  host_resolver hosts;
  io_buffer_store buffers;
  /// What is under way may end, connections with it, and nothing begins.
  bool draining = false;
  /// The transport's last owner has gone: nothing begins.
  bool gone = false;
  /// Where small pieces of one request become one TLS record. Used between two suspensions only.
  std::array<char, 16 * 1024> scratch;
};

/// Makes a transport with a look-up of its own; `make_https_transport` is this with Asio's.
[[nodiscard]] std::shared_ptr<transport> make_https_transport(asio::any_io_executor executor,
                                                              https_options options,
                                                              std::shared_ptr<clock> time,
                                                              host_lookup lookup);

}  // namespace reroute::detail
