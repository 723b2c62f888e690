// One request and its response over an HTTP/1.1 connection: send, hear the head, hand out the body.
#pragma once

#include <reroute/detail/loop_error_code.hpp>
#include <reroute/http/message.hpp>
#include <reroute/io/clock.hpp>
#include <reroute/io/transport.hpp>

#include "io/in_flight.hpp"
#include "io/io_buffers.hpp"
#include "io/pool.hpp"
#include "io/transport_core.hpp"

#include <asio/awaitable.hpp>

#include <chrono>
#include <cstddef>
#include <memory>
#include <optional>
#include <string_view>
#include <system_error>

namespace reroute::detail {

/// Lives from the request until the end of its response, or until it is given up: then it closes
/// the connection. Uses one connection after the other if the first was dead.
class http1_exchange final : public response_body {
 public:
  /// `owner` keeps core and pool alive.
  http1_exchange(std::shared_ptr<void> owner, transport_core& core);
  http1_exchange(const http1_exchange&) = delete;
  http1_exchange& operator=(const http1_exchange&) = delete;
  ~http1_exchange() override;

  /// Gets a connection from `home`, sends, and returns when the head is there. Once per object.
  asio::awaitable<transport_error> start(const http::request& request, pool& home);
  [[nodiscard]] http::response_head take_head() { return buffers_->reader.take_head(); }

  asio::awaitable<body_piece> read() override;

 private:
  // what is left to send of a request: its head and the parts of its body
  struct outgoing {
    std::string_view parts[4];
    std::size_t size() const noexcept {
      return parts[0].size() + parts[1].size() + parts[2].size() + parts[3].size();
    }
    void drop(std::size_t count) noexcept;
  };
  struct early_answer;

  asio::awaitable<void> run(const http::request& request);
  asio::awaitable<void> send(outgoing& rest, loop_error_code ec);
  asio::awaitable<void> wait_to_send(std::shared_ptr<early_answer> watch);
  asio::awaitable<void> receive();
  bool send_now(outgoing& rest, loop_error_code& ec);
  bool encrypt_some(outgoing& rest);
  bool hear_early();
  bool read_head();
  bool next_piece(body_piece& piece);
  bool decrypt();
  void heard_end();
  void finish();
  void fail(std::error_code code, std::string detail = {});
  void fail_read(const loop_error_code& ec);
  bool stopped(const asio::cancellation_state& state);
  [[nodiscard]] bool may_send_again(const http::request& request) const;

  std::shared_ptr<void> owner_;
  transport_core& core_;
  std::optional<in_flight::entry> running_;
  std::unique_ptr<io_buffers> buffers_;
  lease connection_;
  transport_error error_;
  bool sent_ = false;      // a byte of the request may have reached the peer, on any connection
  time_point sent_at_{};   // the first one
  bool all_sent_ = false;  // else the connection cannot be used again
  bool ended_ = false;     // the peer's bytes have
  bool done_ = false;      // `last` has been handed out
};

}  // namespace reroute::detail
