// A small HTTP/1.1 server for fakes: a request in, an answer out, no more.
#pragma once

#include <reroute/http/message.hpp>

#include "testing/certificates.hpp"
#include "testing/request_reader.hpp"

#include <asio/any_io_executor.hpp>
#include <asio/ip/tcp.hpp>
#include <openssl/ssl.h>

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <set>

namespace reroute::testing {

class small_connection;

/// Answers at once; nothing: silence until the peer gives up. Called on the server's executor.
using small_handler = std::function<std::optional<http::response>(const heard_request& request)>;

/// Listens on 127.0.0.1 at a port that is free; with TLS if it has something to show. Kept alive by its own
/// wait for the next connection, so that it dies with the loop.
class small_server : public std::enable_shared_from_this<small_server> {
 public:
  small_server(const asio::any_io_executor& executor, const certified_key* shown,
               small_handler answer);
  small_server(const small_server&) = delete;
  small_server& operator=(const small_server&) = delete;
  ~small_server();
  void start();
  void stop();
  [[nodiscard]] std::uint16_t port() const { return port_; }

 private:
  friend class small_connection;
  asio::ip::tcp::acceptor acceptor_;
  std::uint16_t port_;
  SSL_CTX* context_ = nullptr;
  small_handler answer_;
  std::set<small_connection*> connections_;
};

}  // namespace reroute::testing
