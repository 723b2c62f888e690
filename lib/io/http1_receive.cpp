// One request and its response over an HTTP/1.1 connection: how its bytes come in.
#include <reroute/error/errc.hpp>

#include "io/http1_exchange.hpp"

#include <asio/buffer.hpp>
#include <asio/error.hpp>

#include <utility>

namespace reroute::detail {

// where bytes from the peer go; `decrypt` makes plain ones of them
asio::mutable_buffer http1_exchange::room() noexcept {
  if (connection_->line().tls) return asio::buffer(buffers_->cipher.get(), io_buffers::cipher_size);
  const auto room = buffers_->plain.room();
  return asio::buffer(room.data(), room.size());
}

void http1_exchange::came(std::size_t size, const asio::cancellation_state& state) {
  const bool interrupted = std::exchange(interrupted_, false);
  if (stopped(state)) return;
  if (interrupted && read_error_ == asio::error::operation_aborted) return;
  auto& line = connection_->line();
  if (read_error_) {
    fail_read(read_error_);
  } else if (line.tls) {
    line.tls->input({buffers_->cipher.get(), size});
  } else {
    buffers_->plain.add(size);
  }
}

// makes room, and moves what the TLS engine holds into it; false if there is nothing more to read
// from
bool http1_exchange::decrypt() {
  auto& plain = buffers_->plain;
  // a line must fit; a body is taken out as it comes
  if (!plain.make_room(core_.options.max_header_size + io_buffers::plain_size)) {
    fail(errc::header_too_large, "a line that does not end");
    return false;
  }
  tls_engine* const tls = connection_->line().tls.get();
  if (!tls || ended_) return false;
  std::size_t got = 0;
  while (!plain.room().empty()) {
    const auto result = tls->read(plain.room());
    if (result.state == tls_engine::status::done) {
      plain.add(result.size);
      got += result.size;
      continue;
    }
    // what came before the end is heard first; the end is still there the next time
    if (got > 0 || result.state == tls_engine::status::want_input) break;
    if (result.state == tls_engine::status::closed) {
      heard_end();
      return static_cast<bool>(buffers_->reader.done());
    }
    const bool began = buffers_->reader.began();
    const bool cut = tls->error().code == make_error_code(errc::truncated_body);
    fail(cut && !began ? make_error_code(errc::connection_lost) : tls->error().code,
         tls->error().detail);
    return false;
  }
  if (!tls->output().empty()) connection_->line().flush_now();  // a key update, say
  return got > 0;
}

// the peer said that nothing more follows
void http1_exchange::heard_end() {
  ended_ = true;
  auto& reader = buffers_->reader;
  reader.feed_end();
  if (reader.error()) fail(reader.error().code, reader.error().detail);
}

void http1_exchange::fail_read(const loop_error_code& ec) {
  const auto& line = connection_->line();
  if (ec == asio::error::eof) {
    if (line.tls) {
      line.tls->input_end();
    } else {
      heard_end();
    }
    return;
  }
  const bool began = buffers_->reader.began();
  fail(began ? errc::truncated_body : errc::connection_lost, ec.message());
}

}  // namespace reroute::detail
