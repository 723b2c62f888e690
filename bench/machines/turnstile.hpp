// A transport that holds every exchange, until it is told to answer so many at once.
#pragma once

#include <reroute/http/message.hpp>
#include <reroute/io/transport.hpp>

#include <asio/any_io_executor.hpp>
#include <asio/steady_timer.hpp>

#include <cstddef>
#include <string>
#include <utility>

namespace bench {

/// The body of an answer that came whole with its head.
class whole_body final : public reroute::response_body {
 public:
  explicit whole_body(std::string bytes) : bytes_(std::move(bytes)) {}
  asio::awaitable<reroute::body_piece> read() override;

 private:
  std::string bytes_;
};

class turnstile final : public reroute::transport {
 public:
  turnstile(const asio::any_io_executor& executor, reroute::http::response answer)
      : closed_(executor, asio::steady_timer::time_point::max()), answer_(std::move(answer)) {}

  /// The next so many exchanges, those held first, are answered.
  void let_through(std::size_t count);

  asio::awaitable<reroute::exchange_result> exchange(reroute::http::request request) override;
  void shutdown() override { closed_.cancel(); }

 private:
  asio::steady_timer closed_;
  reroute::http::response answer_;
  std::size_t free_ = 0;
};

}  // namespace bench
