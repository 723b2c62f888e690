// One try to reach an origin: addresses, TCP, a proxy's tunnel, TLS, within one time limit.
#pragma once

#include <reroute/error/errc.hpp>
#include <reroute/io/transport.hpp>

#include "io/bell.hpp"
#include "io/channel.hpp"
#include "io/connect_race.hpp"
#include "io/deadlines.hpp"
#include "io/transport_core.hpp"

#include <asio/awaitable.hpp>

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>

namespace reroute::detail {

/// Whom a connection is to: connections are shared by requests to the same origin only.
struct origin {
  bool secure = true;
  std::string host;
  std::uint16_t port = 443;
};

/// A connection ready for its first request, or why there is none.
struct connected {
  transport_error error;
  std::unique_ptr<channel> line;
};

/// Lives in the coroutine that connects; others may `abort` it.
class connector {
 public:
  /// Offers HTTP/2 before HTTP/1.1 if asked to; `channel::http2` says what the peer chose.
  connector(transport_core& core, const origin& to, bool offer_http2 = false);

  /// Never throws for what the network does. Cancellation: `asio::error::operation_aborted`.
  asio::awaitable<connected> run();
  /// Ends `run` with this error, soon.
  void abort(std::error_code why);
  /// What it is waiting for, where that takes too long.
  [[nodiscard]] std::string late() const;

 private:
  enum class step : std::uint8_t { look_up, connect, proxy_tls, proxy_answer, tls };

  [[nodiscard]] const std::string& to_meet() const noexcept { return via_ ? via_->host : to_.host; }
  [[nodiscard]] std::string whom() const;
  [[nodiscard]] std::string waits_for() const;
  asio::awaitable<void> reach();
  asio::awaitable<void> reach_unix();
  asio::awaitable<void> tunnel();
  asio::awaitable<void> secure_proxy();
  asio::awaitable<void> secure();
  asio::awaitable<void> shake_hands(bool offered_http2);
  bool decrypt_proxy(std::string& bytes);
  void greeted(bool offered_http2);
  asio::awaitable<void> send_output();
  asio::awaitable<void> send_to_proxy(std::string_view bytes);
  asio::awaitable<std::size_t> receive(std::span<char> into, errc code, std::string_view doing);
  void fail_proxy();
  bool give_up(const asio::cancellation_state& state);
  void fail(std::error_code code, std::string detail);

  transport_core& core_;
  const origin& to_;
  const proxy* via_;
  bool offer_http2_;
  bell wake_;
  deadline limit_;
  bool stopped_ = false;
  step step_ = step::look_up;
  std::shared_ptr<connect_race> race_;
  std::string address_;  // that was connected to, or the path of a Unix socket
  transport_error error_;
  std::unique_ptr<channel> line_;
};

}  // namespace reroute::detail
