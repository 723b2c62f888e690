// The seam between a call and the wire: request in, response head out, body pulled piece by piece.
#pragma once

#include <reroute/detail/asio.hpp>
#include <reroute/http/message.hpp>

#include <asio/awaitable.hpp>

#include <chrono>
#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>

namespace reroute {

/// Why an exchange failed. Failures travel as values: a transport does not throw.
struct transport_error {
  std::error_code code =
      {};  ///< `errc::*`, an Asio error, or `asio::error::operation_aborted` if cancelled
  bool sent = false;  ///< at least one byte of the request may have reached the peer
  /// For people: whom it concerns, what went wrong, and where it is known what would be right, e.g.
  /// "localhost:8443 (127.0.0.1): Connection refused; nothing listens there: check host and port". Never a
  /// credential. Its words may change.
  std::string detail = {};

  [[nodiscard]] explicit operator bool() const noexcept { return static_cast<bool>(code); }
};

/// A piece of a response body.
struct body_piece {
  transport_error error = {};
  std::string_view bytes = {};  ///< valid until the next `read` or the end of the body object
  bool last = false;            ///< nothing follows; `bytes` may still hold something
};

/// The rest of a response. Destroying it before `last` gives the exchange up: the connection is closed
/// (HTTP/1.1) or the stream is reset (HTTP/2). Not thread-safe.
class response_body {
 public:
  virtual ~response_body() = default;
  /// The next piece. One `read` at a time. Honours terminal cancellation, which gives the exchange up.
  virtual asio::awaitable<body_piece> read() = 0;
  /// Appends what has come already, without waiting. True if that was the end of the body; else, and after
  /// an error, `read` tells the rest. For small answers, which mostly come with their head. The default
  /// appends nothing.
  [[nodiscard]] virtual bool read_ready(std::string& into);
};

/// What an exchange came to: an error, or a head and the body behind it.
struct exchange_result {
  transport_error error = {};
  http::response_head head = {};
  std::unique_ptr<response_body> body = {};  ///< never empty without an error
};

/// Carries requests. One transport serves any number of exchanges at once, on one implicit strand.
/// A client shares ownership; exchanges in flight keep what they need alive.
class transport {
 public:
  virtual ~transport() = default;
  /// Sends `request` and completes when the response head is there. Interim (1xx) responses are skipped.
  /// Sends it again by itself only on a connection that turns out to have been dead, and never if it is
  /// `send_once`; where the peer may have taken it nevertheless, it says so (`http::request::at_resend`).
  ///
  /// Cancellation (terminal, partial, total) closes or resets the exchange and completes with
  /// `asio::error::operation_aborted` and the truth about `sent`.
  virtual asio::awaitable<exchange_result> exchange(http::request request) = 0;
  /// Opens connections to the origin of `where` ahead of the first request, so that it need not wait for
  /// handshakes: `connections` over HTTP/1.1 (as far as they may be open), one over HTTP/2. Completes when
  /// all are open or have failed, with the first error; nothing is given up for it. A transport without
  /// connections does nothing. Cancellation: stops waiting.
  virtual asio::awaitable<transport_error> warm_up(http::url where, std::size_t connections);
  /// Ends in order: takes no new exchange from now on, for ever (`errc::draining`), lets those under way
  /// finish, bodies included, and closes each connection behind its last (HTTP/2: GOAWAY; TLS: close_notify).
  /// Completes when all are gone; after `within` (zero: no limit) it gives up what is left, closes, and
  /// completes with `asio::error::timed_out`. May be repeated, also while another is under way. A transport
  /// without connections does nothing.
  ///
  /// Cancellation (terminal, partial, total): stops waiting, with `asio::error::operation_aborted`; the
  /// transport drains on, without a limit.
  virtual asio::awaitable<transport_error> drain(std::chrono::milliseconds within);
  /// Closes what is idle and gives up what is in flight. Called when its client ends. May be repeated.
  virtual void shutdown() = 0;
};

}  // namespace reroute
