// A TCP connection with or without TLS on it, whatever is spoken over it.
#pragma once

#include <reroute/detail/loop_error_code.hpp>
#include <reroute/io/transport.hpp>

#include "io/tls_engine.hpp"

#include <asio/ip/tcp.hpp>

#include <chrono>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

namespace reroute::detail {

/// The socket, and the TLS engine if there is one. HTTP/1.1 and HTTP/2 stand on this alike.
struct channel {
  explicit channel(asio::ip::tcp::socket connected) : socket(std::move(connected)) {}

  asio::ip::tcp::socket socket;
  std::unique_ptr<tls_engine> tls;  ///< empty: plain text
  std::string peer;                 ///< whom it is to, for people: "host:port (address)"
  bool closed = false;
  bool http2 = false;  ///< chosen by ALPN
  std::string early;   ///< what the peer said at once behind the handshake

  /// Sends what TLS has to say as far as the socket takes it at once.
  loop_error_code flush_now();
  /// Closes at once; operations under way complete with operation_aborted.
  void close() noexcept;
  /// Says close_notify if the socket takes it at once, then closes.
  void close_politely();
  /// True if something was sent that not even the peer's kernel has acknowledged. False where nobody knows.
  [[nodiscard]] bool unheard();
};

/// Says at whom it failed. Not of who was cancelled.
void name_peer(transport_error& error, std::string_view peer);

/// Options of a connected socket: not blocking, no delay, and given up by the kernel if the peer's does not
/// acknowledge what it was sent, or a probe, for twice the `silence` (zero: the kernel's own patience).
void tune_socket(asio::ip::tcp::socket& socket, std::chrono::milliseconds silence);

/// Keeps what the system holds and has not sent small (Linux): what is said next does not stand behind
/// megabytes of an upload. For connections that several share.
void keep_queue_short(asio::ip::tcp::socket& socket);

}  // namespace reroute::detail
