// The fake's end of a connection: a non-blocking socket, with OpenSSL right on it or without TLS.
#pragma once

#include <asio/ip/tcp.hpp>
#include <openssl/ssl.h>

#include <cstddef>
#include <memory>
#include <string_view>

namespace reroute::testing {

/// Reads and writes what goes without waiting. OpenSSL works on the socket itself, not on memory BIOs
/// as the client's engine does: no code is shared, and an idle connection holds no buffers.
class peer_socket {
 public:
  enum class result : unsigned char { done, want_read, want_write, closed };

  /// Without a context it speaks in the clear.
  peer_socket(asio::ip::tcp::socket socket, SSL_CTX* context);
  peer_socket(const peer_socket&) = delete;
  peer_socket& operator=(const peer_socket&) = delete;
  ~peer_socket();

  [[nodiscard]] result handshake();
  /// `count` gets the bytes read or written.
  [[nodiscard]] result read(char* into, std::size_t size, std::size_t& count);
  [[nodiscard]] result write(std::string_view bytes, std::size_t& count);
  /// Writes past TLS.
  [[nodiscard]] result write_in_the_clear(std::string_view bytes, std::size_t& count);
  /// Reads past TLS, and throws it away.
  [[nodiscard]] result discard();
  /// True if bytes wait here that the system does not know of any more.
  [[nodiscard]] bool has_pending() const;

  /// The protocol that was chosen by ALPN is HTTP/2.
  [[nodiscard]] bool speaks_http2() const;

  /// Says goodbye (in TLS as well, if `politely`) and that nothing more will be sent.
  void end_sending(bool politely);
  /// Closes; with `reset`, so that the peer's connection breaks.
  void close(bool reset);
  [[nodiscard]] asio::ip::tcp::socket& socket() noexcept { return socket_; }

 private:
  struct ssl_free {
    void operator()(SSL* ssl) const noexcept { SSL_free(ssl); }
  };
  [[nodiscard]] result judge(int returned);

  asio::ip::tcp::socket socket_;
  std::unique_ptr<SSL, ssl_free> ssl_;
};

}  // namespace reroute::testing
