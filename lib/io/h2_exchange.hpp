// One request and its response over HTTP/2.
#pragma once

#include <reroute/error/errc.hpp>
#include <reroute/http/message.hpp>
#include <reroute/io/transport.hpp>

#include "detail/recycling.hpp"
#include "io/bell.hpp"
#include "io/deadlines.hpp"
#include "io/h2_connection.hpp"
#include "io/h2_pool.hpp"
#include "io/in_flight.hpp"

#include <asio/awaitable.hpp>
#include <asio/cancellation_state.hpp>

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <system_error>

namespace reroute::detail {

/// Lives from the request until the end of its response, or until it is given up: then it resets the
/// stream. Asks again, on another connection, what the peer has not looked at.
///
/// Steps and not a coroutine until the head is there: its owner has a frame already, and waits in it.
class h2_exchange final : public recycled, public response_body, private h2_listener {
 public:
  /// `owner` keeps core and pool alive.
  h2_exchange(std::shared_ptr<void> owner, transport_core& core);
  h2_exchange(const h2_exchange&) = delete;
  h2_exchange& operator=(const h2_exchange&) = delete;
  ~h2_exchange() override;

  /// Takes a connection that has room. False if there is none: then `wait_for_room`.
  [[nodiscard]] bool take_room(h2_pool& home);
  asio::awaitable<void> wait_for_room(h2_pool& home);
  /// Asks, if there was room.
  void ask(const http::request& request);
  /// True while the head may come.
  [[nodiscard]] bool waits() const noexcept;
  /// Until something has happened; `look` then.
  asio::awaitable<void> wait() { return wake_.next(); }
  void look(const asio::cancellation_state& state) noexcept;
  /// False: it begins again with a connection. True: the head is there, or `error`, or the peer
  /// `wants_http1`.
  [[nodiscard]] bool settled(const http::request& request, h2_pool& home);
  [[nodiscard]] const transport_error& error() const noexcept { return error_; }
  /// Nothing was sent: the peer speaks HTTP/1.1, and wants it.
  [[nodiscard]] bool wants_http1() const noexcept { return wants_http1_; }
  [[nodiscard]] http::response_head take_head() { return std::move(stream_->head); }

  asio::awaitable<body_piece> read() override;
  [[nodiscard]] bool read_ready(std::string& into) override;

 private:
  void stirred() override { wake_.ring(); }
  void limit(std::chrono::milliseconds time, errc why);
  void limit_sending();
  [[nodiscard]] bool still_sending();
  void time_is_up();
  void let_go() noexcept;
  [[nodiscard]] bool may_ask_again(const http::request& request) const;

  std::shared_ptr<void> owner_;
  transport_core& core_;
  bell wake_;
  std::optional<in_flight::entry> running_;  // time passes while it lasts
  deadline limit_;
  errc limit_says_ = errc::head_timeout;
  bool sending_ = false;       // the body: its pieces have the limit
  std::size_t body_seen_ = 0;  // bytes of it that had gone at some time
  time_point body_seen_at_{};  // ... which was this
  std::error_code stopped_;    // by a limit, or cancelled
  std::shared_ptr<h2_connection> connection_;
  std::optional<h2_request> stream_;
  std::string piece_;  // handed out
  transport_error error_;
  int tries_ = 0, passed_over_ = 0;
  std::size_t shutdowns_ = 0;  // of the pool when it began: it does not outlive one
  time_point asked_at_{};
  std::size_t heard_before_ = 0;  // on the connection
  bool proved_ = false;           // the connection had answered before
  bool sent_ = false;             // to anybody who may have looked at it
  bool wants_http1_ = false;
};

}  // namespace reroute::detail
