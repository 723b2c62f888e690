// The transport that ships: HTTP/2 or HTTP/1.1 over TLS, with its connections per origin.
#pragma once

#include <reroute/detail/asio.hpp>
#include <reroute/detail/foreign_loop.hpp>
#include <reroute/io/clock.hpp>
#include <reroute/io/proxy.hpp>
#include <reroute/io/tls_options.hpp>
#include <reroute/io/transport.hpp>

#include <asio/any_io_executor.hpp>
#include <asio/awaitable.hpp>
#include <asio/ip/address.hpp>

#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace reroute {

/// Which versions of HTTP are offered to a peer (ALPN).
enum class http_versions : unsigned char {
  http2_or_1,  ///< HTTP/2, and HTTP/1.1 where the peer does not speak it
  http1,       ///< HTTP/1.1 alone
};

/// Finds the addresses of a host name. Runs on the transport's executor and must not block it. Throws
/// where there are none (`std::system_error` for its code); the text of what it throws is in the error. The transport keeps an answer for a minute, and serves an old one
/// while there is no new one; it never asks for literals and "localhost".
using address_lookup =
    std::function<asio::awaitable<std::vector<asio::ip::address>>(std::string host)>;

/// Options of `https_transport`. Zero in a time means no limit.
struct https_options {
  tls_options tls = {};
  /// The proxy to go through. Default none: `proxy_from_environment()` asks the environment.
  proxy_settings proxy = {};
  /// Asked for addresses instead of the system's resolver. Default none: getaddrinfo, on up to eight
  /// threads beside the loop, so that a slow name holds up nobody else.
  address_lookup resolver = {};
  /// Path of a Unix-domain socket on which a gateway or sidecar listens: all requests go there, whatever the
  /// host of their URL, and names are not looked up. Plain http is allowed on it, and https is TLS inside.
  /// At most 107 bytes. Default none.
  std::string unix_socket = {};
  /// From the first DNS question to the end of the TLS handshake. Default 10 s.
  std::chrono::milliseconds connect_timeout = std::chrono::seconds(10);
  /// From the request sent to the response head. Default none: a message may take minutes, and the
  /// attempt timeout of the client bounds it.
  std::chrono::milliseconds head_timeout = std::chrono::milliseconds(0);
  /// Between two bytes of a response body, or of a request being sent. Default 5 min: a model that thinks may be
  /// silent for minutes (see `stream_guards`); a connection that is dead is found by `ping_interval`.
  std::chrono::milliseconds idle_timeout = std::chrono::minutes(5);
  /// How long an unused connection is kept. Default 30 s.
  std::chrono::milliseconds keep_alive = std::chrono::seconds(30);
  /// How old a connection may get. An older one takes no new requests, finishes what it has, and is closed
  /// (over HTTP/2 with GOAWAY): load balancers spread new connections, not old ones. Default no limit.
  std::chrono::milliseconds max_connection_age = std::chrono::milliseconds(0);
  /// After so many requests a connection takes no more, finishes what it has, and is closed. Until then it
  /// counts towards `max_connections`. Default 0: no limit.
  std::size_t max_requests_per_connection = 0;
  /// Default `http2_or_1`. Plain http is HTTP/1.1 always.
  http_versions versions = http_versions::http2_or_1;
  /// Connections per origin (scheme, host, port). Default 256. At least 1. Over HTTP/2 another one is opened
  /// when all streams of those that are open are in use; where the peer allows none for now, a second one, and
  /// further ones ever more rarely.
  std::size_t max_connections = 256;
  /// Requests under way on one HTTP/2 connection, if the peer allows as many. Default 100. At least 1.
  std::size_t max_streams = 100;
  /// A connection with requests under way that says nothing for so long is asked for a sign of life (HTTP/2
  /// PING; on Linux also TCP's own probes, which HTTP/1.1 has alone), and given up if there is none in as
  /// long again. What was sent and is not acknowledged for twice as long ends it too. Default 20 s.
  std::chrono::milliseconds ping_interval = std::chrono::seconds(20);
  /// Connections per origin that may be connecting at once: handshakes cost CPU. Default 16. At least 1.
  std::size_t max_connecting = 16;
  /// Bytes of a response's status line and header fields. Default 64 KiB.
  std::size_t max_header_size = 64 * 1024;
  /// Bytes of a response's body, as sent and unpacked. Default 64 MiB.
  std::size_t max_body_size = 64 * 1024 * 1024;
  /// Asks for gzip (`Accept-Encoding`). A body that comes as gzip is handed out plain either way, and so is one that
  /// is said to be gzip and is none; unless the request brings an `Accept-Encoding` of its own: then it gets what
  /// comes. Default on.
  bool accept_gzip = true;
  /// Lets requests go over plain http, for gateways on this machine. Default off: keys would travel in the clear.
  bool allow_plain_http = false;
};

/// Makes the transport. Loads the roots once (about 30 ms of CPU).
///
/// Throws `std::invalid_argument`, naming the option, for TLS files that cannot be read or used,
/// negative times, zero limits, a proxy that cannot be meant. All work runs on `executor`, which must be one strand or a single-threaded loop.
[[nodiscard]] std::shared_ptr<transport> make_https_transport(
    asio::any_io_executor executor, https_options options = {},
    std::shared_ptr<clock> time = system_clock());

// a loop of the other Asio: refused by a static_assert that says what to do
template <detail::foreign_loop Loop, class... Rest>
std::shared_ptr<transport> make_https_transport(Loop&&, Rest&&...) {
  return make_https_transport(detail::refuse_foreign_loop<Loop>());
}

}  // namespace reroute
