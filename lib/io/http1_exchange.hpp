// One request and its response over an HTTP/1.1 connection: send, hear the head, hand out the body.
#pragma once

#include <reroute/detail/loop_error_code.hpp>
#include <reroute/http/message.hpp>
#include <reroute/io/clock.hpp>
#include <reroute/io/transport.hpp>

#include "detail/recycling.hpp"
#include "io/in_flight.hpp"
#include "io/io_buffers.hpp"
#include "io/pool.hpp"
#include "io/transport_core.hpp"

#include <asio/awaitable.hpp>
#include <asio/buffer.hpp>
#include <asio/cancellation_state.hpp>
#include <asio/ip/tcp.hpp>

#include <chrono>
#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>

namespace reroute::detail {

/// Lives from the request until the end of its response, or until it is given up: then it closes
/// the connection. Uses one connection after the other if the first was dead.
///
/// Steps and not a coroutine until the head is there, as `h2_exchange`: its owner waits in its own frame.
class http1_exchange final : public recycled, public response_body {
 public:
  /// `owner` keeps core and pool alive.
  http1_exchange(std::shared_ptr<void> owner, transport_core& core);
  http1_exchange(const http1_exchange&) = delete;
  http1_exchange& operator=(const http1_exchange&) = delete;
  ~http1_exchange() override;

  /// Writes the head, and takes an idle connection if there is one. First of all; `request` must live until
  /// the head is there.
  void prepare(const http::request& request, pool& home);
  /// True while there is no connection: then `connect`.
  [[nodiscard]] bool needs_connection() const noexcept { return !error_ && !connection_; }
  asio::awaitable<void> connect(pool& home);
  /// True if others have used the connection: then `ask`, else `send`.
  [[nodiscard]] bool reuses() const noexcept { return !error_ && connection_->reused(); }
  /// Begins to read, and only then sends: what is there already was said by nobody who knew this request, and
  /// is an error that begins again. `handler` is the read's; then `came`, and `send_rest` while there is
  /// something `left`.
  template <class Handler>
  void ask(const http::request& request, Handler&& handler);
  [[nodiscard]] bool left() const noexcept { return !error_ && !all_sent_; }
  /// Sends what the socket takes at once. False if something is left: then `send_rest`.
  [[nodiscard]] bool send(const http::request& request);
  asio::awaitable<void> send_rest();
  /// True while bytes of the head are to come: then read into `room()` from the `socket()`, and say what
  /// `came`.
  [[nodiscard]] bool waits();
  [[nodiscard]] asio::ip::tcp::socket& socket() noexcept { return connection_->line().socket; }
  [[nodiscard]] asio::mutable_buffer room() noexcept;
  [[nodiscard]] loop_error_code& read_error() noexcept { return read_error_; }
  void came(std::size_t size, const asio::cancellation_state& state);
  /// False: it begins again with a connection. True: the head is there, or `error`.
  [[nodiscard]] bool settled(const http::request& request);
  [[nodiscard]] const transport_error& error() const noexcept { return error_; }
  [[nodiscard]] http::response_head take_head() { return buffers_->reader.take_head(); }

  asio::awaitable<body_piece> read() override;
  [[nodiscard]] bool read_ready(std::string& into) override;

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

  asio::awaitable<void> wait_to_send(std::shared_ptr<early_answer> watch);
  void limit_head();
  void send_while_reading(const http::request& request, const char& first_read);
  void take_early();
  bool send_now(loop_error_code& ec);
  bool encrypt_some();
  bool hear_early();
  bool read_head();
  bool next_piece(body_piece& piece);
  bool decrypt();
  void heard_end();
  void finish();
  void fail(std::error_code code, std::string detail = {});
  void fail_read(const loop_error_code& ec);
  void name_failure();
  bool stopped(const asio::cancellation_state& state);
  [[nodiscard]] bool may_send_again(const http::request& request) const;

  std::shared_ptr<void> owner_;
  transport_core& core_;
  std::optional<in_flight::entry> running_;
  std::unique_ptr<io_buffers> buffers_;
  lease connection_;
  transport_error error_;
  outgoing rest_;  // while it is being sent
  loop_error_code send_error_, read_error_;
  bool head_limited_ = false;
  bool interrupted_ = false;  // the read, by this side, to send the rest
  bool sent_ = false;         // a byte of the request may have reached the peer, on any connection
  time_point sent_at_{};      // the first one
  bool all_sent_ = false;     // else the connection cannot be used again
  bool ended_ = false;        // the peer's bytes have
  bool done_ = false;         // `last` has been handed out
};

// Asio reads what is there before it waits. It costs no system call, as a look at the socket would.
template <class Handler>
void http1_exchange::ask(const http::request& request, Handler&& handler) {
  limit_head();
  const asio::mutable_buffer target = room();
  char& first = *static_cast<char*>(target.data());
  first = '\0';  // neither a TLS record nor HTTP begins with it
  socket().async_read_some(target, std::forward<Handler>(handler));
  send_while_reading(request, first);
}

}  // namespace reroute::detail
