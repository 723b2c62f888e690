// The application behind a proxy: plain HTTP/1.1, on the test's own loop. node's server does the same.
#pragma once

#include "tests/io/scripted_server.hpp"

#include <asio/steady_timer.hpp>

#include <map>
#include <string>

namespace reroute::peers {

/// What it does with a request is said by the path:
///   /echo      the body comes back
///   /count     "SIZE", of the body
///   /size/N    N bytes of `pattern`
///   /chunked   a hundred chunks, and trailers
///   /hints     103 twice, then 200
///   /close     200, and the connection is closed
///   /cut       half of the body, and the connection is cut
///   /wait      answers when `release` is called
///   /v1/messages  a message
class app {
 public:
  explicit app(asio::io_context& loop);
  app(const app&) = delete;
  app& operator=(const app&) = delete;
  ~app() { release(); }

  [[nodiscard]] unsigned short port() const { return server_.port(); }
  /// Requests that wait now.
  [[nodiscard]] std::size_t waiting() const noexcept { return waiting_; }
  /// Answers those that wait, and no longer lets any wait.
  void release();
  /// How often each target was asked for.
  std::map<std::string, int> asked;

 private:
  asio::awaitable<void> serve(io_test::server_connection& line);
  asio::awaitable<bool> answer(io_test::server_connection& line, const std::string& target,
                               const std::string& body);
  bool open_ = false;
  std::size_t waiting_ = 0;
  asio::steady_timer gate_;
  io_test::scripted_server server_;
};

/// An answer of the Messages API.
extern const char* const message_body;

}  // namespace reroute::peers
