// One listener of the fake: accepts, and knows its connections.
#pragma once

#include "testing/certificates.hpp"
#include "testing/fake_connection.hpp"
#include "testing/fake_route_state.hpp"

#include <asio/any_io_executor.hpp>
#include <asio/ip/tcp.hpp>
#include <asio/steady_timer.hpp>
#include <openssl/ssl.h>

#include <memory>

namespace reroute::testing {

/// Kept alive by its own wait for the next connection: like a connection, it dies with the loop.
class fake_listener : public std::enable_shared_from_this<fake_listener> {
 public:
  /// `shown` is not used for a plain route.
  fake_listener(const asio::any_io_executor& executor, std::shared_ptr<fake_route_state> route,
                const certified_key& shown);

  void start();
  /// Ends listening and all connections.
  void stop();
  /// Resets all connections.
  void drop_connections();
  [[nodiscard]] std::uint16_t port() const { return acceptor_.local_endpoint().port(); }

 private:
  struct context_free {
    void operator()(SSL_CTX* context) const noexcept { SSL_CTX_free(context); }
  };
  void accept();
  void close_all(bool reset);

  asio::ip::tcp::acceptor acceptor_;
  asio::steady_timer pause_;
  std::shared_ptr<fake_route_state> route_;
  std::unique_ptr<SSL_CTX, context_free> context_;
  std::shared_ptr<connection_list> connections_ = std::make_shared<connection_list>();
};

}  // namespace reroute::testing
