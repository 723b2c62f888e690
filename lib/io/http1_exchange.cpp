// One request and its response over an HTTP/1.1 connection: the order of steps, and how it ends.
#include "io/http1_exchange.hpp"

#include <reroute/error/errc.hpp>

#include "detail/asio_compat.hpp"
#include "io/http1_writer.hpp"

#include <asio/buffer.hpp>
#include <asio/error.hpp>
#include <asio/this_coro.hpp>

#include <chrono>
#include <utility>

namespace reroute::detail {
namespace {

// A connection that the peer closed while it rested answers the first byte with a reset: that takes a
// round trip. What dies later may have taken the request, and its answer may have been paid for.
constexpr auto stillborn = std::chrono::seconds(1);

}  // namespace

http1_exchange::http1_exchange(std::shared_ptr<void> owner, transport_core& core)
    : owner_(std::move(owner)), core_(core), buffers_(core.buffers.take()) {
  running_.emplace(core.flights);
}

http1_exchange::~http1_exchange() {
  connection_.reset();
  core_.buffers.give_back(std::move(buffers_));
}

void http1_exchange::prepare(const http::request& request, pool& home) {
  error_ = write_http1_head(request, buffers_->head);
  if (!error_) connection_ = home.take_idle(request.send_once);
}

asio::awaitable<void> http1_exchange::connect(pool& home) {
  auto slot = std::move(connection_);
  connection_ = co_await home.acquire(std::move(slot), error_);
}

bool http1_exchange::settled(const http::request& request) {
  error_.sent = error_ && sent_;
  if (!error_) return true;
  // once more, on a fresh one; that one has not been used before, so this cannot go on for ever
  if (!may_send_again(request)) {
    name_failure();
    connection_.reset();
    running_.reset();
    return true;
  }
  if (sent_ && request.at_resend) request.at_resend();
  connection_.close();
  buffers_->plain.clear();
  buffers_->reader.restart();
  error_ = {};
  ended_ = all_sent_ = false;
  return false;
}

void http1_exchange::name_failure() {
  if (!connection_) return;  // there was none, or it was named
  const bool hung_up = error_.code == make_error_code(errc::connection_lost) &&
                       !connection_->reused() && !connection_->line().tls;
  if (hung_up) error_.detail += "; if the port speaks TLS, write https:// in the URL";
  name_peer(error_, connection_->line().peer);
}

// true if it died while it rested, before it saw the request
bool http1_exchange::may_send_again(const http::request& request) const {
  const bool died = error_.code == make_error_code(errc::connection_lost) && connection_ &&
                    connection_->reused() && !buffers_->reader.began();
  if (!died || !sent_) return died;
  return !request.send_once && core_.time.now() - sent_at_ < stillborn;
}

bool http1_exchange::waits() {
  if (!error_ && !buffers_->reader.head_done()) {
    limit_head();
    if (!read_head() && !error_) return true;
  }
  if (std::exchange(head_limited_, false) && connection_) connection_->no_limit();
  return false;
}

void http1_exchange::limit_head() {
  if (!std::exchange(head_limited_, true))
    connection_->limit(core_.options.head_timeout, errc::head_timeout);
}

// true when the head is there, false when more is needed or on an error
bool http1_exchange::read_head() {
  auto& plain = buffers_->plain;
  auto& reader = buffers_->reader;
  for (;;) {
    const auto progress = reader.feed(plain.filled());
    plain.drop(progress.consumed);
    if (reader.error()) {
      fail(reader.error().code, reader.error().detail);
      return false;
    }
    if (reader.head_done()) {
      if (reader.done()) finish();
      return true;
    }
    if (!decrypt()) return false;
  }
}

asio::awaitable<body_piece> http1_exchange::read() {
  body_piece piece;
  if (next_piece(piece)) co_return piece;
  const bool throws = co_await asio::this_coro::throw_if_cancelled();
  co_await asio::this_coro::throw_if_cancelled(false);
  do {
    connection_->limit(core_.options.idle_timeout, errc::idle_timeout);
    if (stopped(co_await asio::this_coro::cancellation_state)) continue;
    const std::size_t size = co_await socket().async_read_some(room(), into(read_error_));
    came(size, co_await asio::this_coro::cancellation_state);
  } while (!next_piece(piece));
  co_await asio::this_coro::throw_if_cancelled(throws);
  co_return piece;
}

bool http1_exchange::read_ready(std::string& into) {
  body_piece piece;
  while (!error_ && !done_ && next_piece(piece)) {
    into += piece.bytes;
  }
  return done_ && !error_;
}

// true if there is something to hand out: bytes, the end, an error
bool http1_exchange::next_piece(body_piece& piece) {
  auto& reader = buffers_->reader;
  while (!error_ && !done_) {
    const auto progress = reader.feed(buffers_->plain.filled());
    // the bytes stay where they are until the next `read`
    piece.bytes = progress.body;
    if (reader.error()) {
      fail(reader.error().code, reader.error().detail);
      break;
    }
    buffers_->plain.drop(progress.consumed);
    if (reader.done()) finish();
    if (done_ || !piece.bytes.empty()) break;
    if (!decrypt()) {
      if (error_) break;
      return false;
    }
  }
  if (error_) {
    name_failure();
    piece.bytes = {};
    piece.error = error_;
    piece.error.sent = sent_;
    connection_.reset();
    running_.reset();
  }
  piece.last = done_;
  return true;
}

// the response is whole: the connection goes back, if it is clean
void http1_exchange::finish() {
  done_ = true;
  if (connection_) {
    connection_->no_limit();
    // what came behind the response was not asked for: somebody is about to smuggle one in
    bool clean = all_sent_ && !ended_ && buffers_->reader.keep_alive() &&
                 buffers_->plain.filled().empty() && !connection_->failure();
    if (clean && connection_->line().tls) {
      char unasked = 0;
      const auto heard = connection_->line().tls->read(std::span<char>(&unasked, 1));
      clean = heard.state == tls_engine::status::want_input;
    }
    if (clean) {
      connection_.give_back();
    } else {
      connection_.reset();
    }
  }
  running_.reset();
}

void http1_exchange::fail(std::error_code code, std::string detail) {
  if (!error_) error_ = {code, sent_, std::move(detail)};
}

bool http1_exchange::stopped(const asio::cancellation_state& state) {
  if (is_cancelled(state)) {
    fail(make_error_code(asio::error::operation_aborted));
  } else if (const auto why = connection_->failure()) {
    fail(why);
  }
  return static_cast<bool>(error_);
}

}  // namespace reroute::detail
