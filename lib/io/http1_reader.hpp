// An HTTP/1.1 response, read from any split of bytes. Sans-I/O; Boost.Beast's parser is behind it.
#pragma once

#include <reroute/http/message.hpp>
#include <reroute/io/transport.hpp>

#include <cstddef>
#include <memory>
#include <span>
#include <string_view>

namespace reroute::detail {

/// What a peer may send at most.
struct http1_limits {
  std::size_t header = 64 * 1024;       ///< bytes of status lines and fields, interim ones included
  std::size_t body = 64 * 1024 * 1024;  ///< bytes of a body, without its framing
};

/// Reads one response: interim (1xx) heads are skipped, then the head, then the body.
///
/// Feed it what came, from the first byte that it has not consumed. `restart` makes it ready for
/// the next response and keeps its memory.
class http1_reader {
 public:
  explicit http1_reader(http1_limits limits);
  http1_reader(http1_reader&&) noexcept;
  http1_reader& operator=(http1_reader&&) noexcept;
  ~http1_reader();

  void restart();

  struct progress {
    std::size_t consumed = 0;
    std::string_view body;  ///< within the bytes that were fed, put together in place where chunked
  };
  /// Reads on: the head, and in the next call the body. Consumes nothing where a line is
  /// incomplete: feed the same bytes again with more behind them.
  progress feed(std::span<char> bytes);
  /// The peer's bytes ended properly (TLS: with close_notify). Ends a body that has no other end.
  void feed_end();

  /// True once a byte has come.
  [[nodiscard]] bool began() const noexcept;
  /// True once the final (not 1xx) head is there.
  [[nodiscard]] bool head_done() const noexcept;
  /// True once the body is there, to its end.
  [[nodiscard]] bool done() const noexcept;
  /// True if the connection may serve another request after this one. Valid when `done`.
  [[nodiscard]] bool keep_alive() const noexcept;
  [[nodiscard]] http::response_head take_head();
  /// `errc::protocol_error`, `header_too_large`, `body_too_large`, `truncated_body`,
  /// `connection_lost`.
  [[nodiscard]] const transport_error& error() const noexcept;

 private:
  class parser;
  class state;
  std::unique_ptr<state> state_;
};

}  // namespace reroute::detail
