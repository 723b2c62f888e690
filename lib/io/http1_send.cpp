// One request and its response over an HTTP/1.1 connection: how the request goes out.
#include <reroute/error/errc.hpp>

#include "detail/asio_compat.hpp"
#include "io/http1_exchange.hpp"

#include <asio/buffer.hpp>
#include <asio/error.hpp>
#include <asio/this_coro.hpp>

#include <algorithm>
#include <array>
#include <cstring>
#include <utility>

namespace reroute::detail {
namespace {

// ciphertext made ahead of the socket
constexpr std::size_t cipher_window = 64 * 1024;

// Whether a read has put something there. Where several threads run the loop, another one may do so at this moment:
// that is seen or not, and either is right. The thread sanitizer is not asked, as the reader is the system.
#if defined(__GNUC__)
__attribute__((noinline, no_sanitize("thread")))
#endif
bool was_written(const volatile char& at) noexcept {
  return at != '\0';
}

}  // namespace

// An answer may come while the request is still being sent (413, 401), and the peer may then read
// no more: so whoever waits to send listens as well. Outlives the exchange until its handler has
// run.
struct http1_exchange::early_answer {
  asio::ip::tcp::socket* socket = nullptr;  // set while somebody waits to send
  bool listening = false;
  bool heard = false;
};

void http1_exchange::outgoing::drop(std::size_t count) noexcept {
  for (auto& part : parts) {
    const auto size = std::min(count, part.size());
    part.remove_prefix(size);
    count -= size;
  }
}

void http1_exchange::send_while_reading(const http::request& request, const char& first_read) {
  if (was_written(first_read))
    return fail(make_error_code(errc::connection_lost), "the peer spoke unasked");
  if (send(request) && !error_) return;
  interrupted_ = true;
  head_limited_ = false;
  loop_error_code ignored;
  socket().cancel(ignored);
}

bool http1_exchange::send(const http::request& request) {
  if (error_) return true;
  if (!connection_->line().early.empty()) take_early();
  rest_.parts[0] = buffers_->head;
  rest_.parts[1] = request.body.head();
  rest_.parts[2] = request.body.tail();
  rest_.parts[3] = request.body.end();
  send_error_ = {};
  return send_now(send_error_) || error_;
}

// What came behind the handshake is read before all that comes later.
void http1_exchange::take_early() {
  std::string& early = connection_->line().early;
  while (!early.empty() && buffers_->plain.make_room(2 * early.size() + io_buffers::plain_size)) {
    const auto room = buffers_->plain.room();
    const auto size = std::min(room.size(), early.size());
    std::memcpy(room.data(), early.data(), size);
    buffers_->plain.add(size);
    early.erase(0, size);
  }
}

// Sends what the socket takes without waiting. True when all of it is out.
bool http1_exchange::send_now(loop_error_code& ec) {
  auto& line = connection_->line();
  tls_engine* const tls = line.tls.get();
  for (;;) {
    std::size_t written = 0;
    if (tls) {
      if (tls->output().empty() && !encrypt_some()) return false;
      const auto bytes = tls->output();
      if (bytes.empty()) break;
      written = line.socket.write_some(asio::buffer(bytes.data(), bytes.size()), ec);
      tls->drop_output(written);
    } else {
      if (rest_.size() == 0) break;
      std::array<asio::const_buffer, 4> buffers;
      for (std::size_t i = 0; i < buffers.size(); ++i) {
        buffers[i] = asio::buffer(rest_.parts[i].data(), rest_.parts[i].size());
      }
      written = line.socket.write_some(buffers, ec);
      rest_.drop(written);
    }
    if (written > 0 && !std::exchange(sent_, true)) sent_at_ = core_.time.now();
    if (ec) return false;
  }
  return all_sent_ = true;
}

// Small parts become one record, large ones are encrypted where they are.
bool http1_exchange::encrypt_some() {
  tls_engine& tls = *connection_->line().tls;
  auto& scratch = core_.scratch;
  while (rest_.size() > 0 && tls.output().size() < cipher_window) {
    std::size_t size = 0;
    std::string_view record;
    for (const auto part : rest_.parts) {
      if (size == 0 && part.size() >= scratch.size()) {
        record = part.substr(0, scratch.size());
        size = record.size();
        break;
      }
      const auto taken = std::min(part.size(), scratch.size() - size);
      if (taken > 0) std::memcpy(scratch.data() + size, part.data(), taken);
      size += taken;
    }
    if (record.empty()) record = {scratch.data(), size};
    if (!tls.write(record)) {
      fail(tls.error().code, tls.error().detail);
      return false;
    }
    rest_.drop(size);
  }
  return true;
}

// Waits where the socket is full. Ends without an error when all is sent, when an answer has come, or when
// the peer takes no more: what it said counts then.
asio::awaitable<void> http1_exchange::send_rest() {
  // another thread of the loop may have ended the read that was interrupted
  if (read_head() || error_) co_return;
  loop_error_code& ec = send_error_;
  std::shared_ptr<early_answer> watch;
  while (!error_ && (!ec || ec == asio::error::would_block)) {
    if (ec) {
      if (!watch) watch = std::make_shared<early_answer>();
      co_await wait_to_send(watch);
      if (error_) break;
      if (std::exchange(watch->heard, false) && hear_early()) break;
      ec = {};
    }
    if (!error_ && send_now(ec)) break;
  }
  if (watch && watch->listening && connection_) {
    loop_error_code ignored;
    connection_->line().socket.cancel(ignored);
  }
  if (connection_) connection_->no_limit();
}

asio::awaitable<void> http1_exchange::wait_to_send(std::shared_ptr<early_answer> watch) {
  using asio::ip::tcp;
  if (watch->heard || stopped(co_await asio::this_coro::cancellation_state)) co_return;
  tcp::socket& socket = connection_->line().socket;
  if (!std::exchange(watch->listening, true)) {
    socket.async_wait(tcp::socket::wait_read, [watch](const loop_error_code& ec) {
      watch->listening = false;
      if (ec) return;
      watch->heard = true;
      loop_error_code ignored;
      if (watch->socket) watch->socket->cancel(ignored);  // wakes who waits to send
    });
  }
  connection_->limit(core_.options.idle_timeout, errc::idle_timeout);
  watch->socket = &socket;
  loop_error_code ignored;  // ready, broken, or woken: the next step tells
  co_await socket.async_wait(tcp::socket::wait_write, into(ignored));
  watch->socket = nullptr;
  stopped(co_await asio::this_coro::cancellation_state);
}

// Reads what is there. True if the answer's head is there, or there will be none.
bool http1_exchange::hear_early() {
  for (;;) {
    auto& line = connection_->line();
    loop_error_code ec;
    if (line.tls) {
      const auto target = asio::buffer(buffers_->cipher.get(), io_buffers::cipher_size);
      const auto size = line.socket.read_some(target, ec);
      if (!ec) line.tls->input({buffers_->cipher.get(), size});
    } else if (buffers_->plain.make_room(core_.options.max_header_size + io_buffers::plain_size)) {
      const auto room = buffers_->plain.room();
      buffers_->plain.add(line.socket.read_some(asio::buffer(room.data(), room.size()), ec));
    }
    if (ec == asio::error::would_block) return false;
    if (ec) fail_read(ec);
    if (error_ || read_head() || error_) return true;
  }
}

}  // namespace reroute::detail
