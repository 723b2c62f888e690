// A server that says what the test tells it to, byte by byte, over TLS or plain TCP.
#pragma once

#include "tests/support/certificates.hpp"

#include <asio/awaitable.hpp>
#include <asio/io_context.hpp>

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace reroute::io_test {

/// One accepted connection. No function throws for what the client does.
class server_connection {
 public:
  virtual ~server_connection() = default;
  int nth = 0;          ///< 1 for the first accepted connection
  bool broken = false;  ///< a write has failed; further ones do nothing
  std::string unread;   ///< what a reader of frames has read and not used

  /// The next request, head and Content-Length body; empty when the client has gone.
  asio::awaitable<std::string> read_request();
  /// The next bytes; empty when the client has gone.
  virtual asio::awaitable<std::string> read_some() = 0;
  virtual asio::awaitable<void> write(std::string bytes) = 0;
  /// The same before it returns: what the client's system has then, it finds at its next look.
  virtual void write_now(std::string_view bytes) = 0;
  /// Ends properly: close_notify, then TCP.
  virtual asio::awaitable<void> close() = 0;
  /// Closes TCP without close_notify.
  virtual void cut() = 0;
  /// Closes with a TCP reset.
  virtual void reset() = 0;

 private:
  std::string ahead_;
};

struct server_options {
  std::optional<testing::identity> identity;  ///< none: plain TCP
  bool only_tls_1_1 = false;
  bool only_tls_1_2 = false;
  bool http2 = false;      ///< chosen by ALPN, if it is offered
  std::string client_ca;   ///< PEM: who shows no certificate of this authority is refused
  int receive_buffer = 0;  ///< bytes; small: the client's sends block early
  bool v6 = false;
  std::string unix_path;  ///< listens there instead; the file is removed with the server
};

/// What the server does on each connection; the connection is cut when it returns.
using server_script = std::function<asio::awaitable<void>(server_connection&)>;

/// Listens on the loopback, port 0, on the test's own loop.
class scripted_server {
 public:
  scripted_server(asio::io_context& loop, server_options options, server_script script);
  ~scripted_server();

  [[nodiscard]] unsigned short port() const;
  /// TCP connections accepted, finished handshakes, resumed ones, connections that are open now.
  [[nodiscard]] int accepted() const;
  [[nodiscard]] int handshakes() const;
  [[nodiscard]] int resumed() const;
  [[nodiscard]] int open() const;
  /// Plain bytes that arrived in all connections together.
  [[nodiscard]] std::size_t bytes_heard() const;
  /// Stops listening; what is open stays open.
  void stop_listening();
  /// Leaves what is open to the loop, which is about to be destroyed.
  void abandon();

  struct state;

 private:
  std::shared_ptr<state> state_;
};

}  // namespace reroute::io_test
