// One HTTP/2 connection: a channel, a session on it, and the bytes between them.
#include "io/h2_connection.hpp"

#include <reroute/detail/loop_error_code.hpp>
#include <reroute/error/errc.hpp>

#include "io/wear.hpp"

#include <asio/buffer.hpp>
#include <asio/error.hpp>
#include <asio/post.hpp>

#include <algorithm>
#include <cstring>
#include <utility>

namespace reroute::detail {
namespace {

constexpr std::size_t cipher_size = 32 * 1024;  // read at once
constexpr std::size_t most_ahead = 64 * 1024;   // ciphertext made ahead of the socket
constexpr int most_reads = 16;                  // before others on the loop get their turn

h2_limits limits_of(const https_options& options) {
  h2_limits limits;
  limits.header = options.max_header_size;
  limits.body = options.max_body_size;
  return limits;
}

}  // namespace

h2_connection::h2_connection(transport_core& core, std::unique_ptr<channel> line,
                             std::function<void(h2_connection&)> changed, std::size_t guess)
    : core_(&core),
      line_(std::move(line)),
      session_(limits_of(core.options)),
      changed_(std::move(changed)),
      born_(core.time.now()),
      guess_(guess),
      cipher_(std::make_unique_for_overwrite<char[]>(cipher_size)) {
  keep_queue_short(line_->socket);
  limit_.emplace(
      core.time, [](void* self) { static_cast<h2_connection*>(self)->time_is_up(); }, this);
}

h2_connection::~h2_connection() { line_->close(); }

void h2_connection::start() {
  const std::string early = std::exchange(line_->early, {});
  if (!early.empty() && !session_.input(early)) {
    const transport_error why = session_.error();
    return close(why.code, why.detail);
  }
  flush();
  if (!closed_) rest_or_watch();
}

// ---- streams

void h2_connection::open(h2_request& stream, const http::request& request) {
  --reserved_;
  if (closed_) {  // since the place was given out
    stream.unprocessed = stream.ended = true;
    stream.error = {make_error_code(errc::connection_lost), false, {}};
    return;
  }
  ++opened_;
  session_.submit(stream, request);
  rest_or_watch();
  flush_soon();
}

void h2_connection::leave(h2_request& stream) {
  const bool whole = stream.whole;
  session_.leave(stream);
  proved_ = proved_ || whole;
  if (closed_) return;
  changed_(*this);  // who waits for a place has it before the connection rests
  if (!closed_) rest_or_watch();
  flush_soon();
}

void h2_connection::consumed(h2_request& stream, std::size_t size) {
  session_.consumed(stream, size);
  if (!closed_) flush_soon();
}

bool h2_connection::has_room() const {
  return !closed_ &&
         session_.open() + reserved_ <
             std::min(most().value_or(guess_), core_->options.max_streams) &&
         !draining() && !worn_out();
}

bool h2_connection::worn_out() const {
  return closed_ || is_worn(*core_, born_, opened_ + reserved_);
}

void h2_connection::unreserve() {
  --reserved_;
  if (closed_) return;
  changed_(*this);  // the next in line may want the place
  if (!closed_) rest_or_watch();
}

void h2_connection::await_room(bool wanted) {
  const bool listens = wanted && !draining() && most().value_or(guess_) == 0;
  if (closed_ || listens == awaited_) return;
  awaited_ = listens;
  if (awaited_) return rest_or_watch();
  flush_soon();  // and rests
}

std::optional<std::size_t> h2_connection::most() const {
  if (!session_.greeted()) return std::nullopt;
  return session_.most();
}

bool h2_connection::wake_up() {
  if (closed_ || reading_) return !closed_;
  loop_error_code ec;
  const std::size_t size = line_->socket.read_some(asio::buffer(cipher_.get(), cipher_size), ec);
  if (ec == asio::error::would_block) return true;
  if (ec) {
    fail_read(ec);
  } else {
    heard(size);
  }
  return !draining();
}

// ---- bytes in

void h2_connection::read() {
  if (std::exchange(reading_, true)) return;
  line_->socket.async_read_some(
      asio::buffer(cipher_.get(), cipher_size),
      [self = shared_from_this()](const loop_error_code& ec, std::size_t size) {
        self->reading_ = false;
        if (self->closed_) return;
        if (ec == asio::error::operation_aborted) return self->rest_or_watch();  // it rested
        if (ec) return self->fail_read(ec);
        self->heard(size);
      });
}

void h2_connection::heard(std::size_t size) {
  const auto keep = shared_from_this();
  const auto allowed = most();
  for (int reads = 0; decrypt(size); ++reads) {
    // a full read says that there is more: it costs a system call and no turn of the loop
    if (size < cipher_size || reads == most_reads) break;
    loop_error_code ec;
    size = line_->socket.read_some(asio::buffer(cipher_.get(), cipher_size), ec);
    if (ec == asio::error::would_block) break;
    if (ec) return fail_read(ec);
  }
  if (closed_) return;
  tell();
  if (!closed_ && most() != allowed) changed_(*this);
  if (!closed_) flush();
  if (!closed_) rest_or_watch();
}

// false: the connection has ended
bool h2_connection::decrypt(std::size_t size) {
  auto& plain = core_->scratch;
  line_->tls->input({cipher_.get(), size});
  for (;;) {
    const auto got = line_->tls->read(plain);
    if (got.state == tls_engine::status::want_input) return true;
    if (got.state == tls_engine::status::failed) {
      close(line_->tls->error().code, line_->tls->error().detail);
      return false;
    }
    if (got.state == tls_engine::status::closed) {
      flush();  // what the session thinks of the peer's last words counts more than that they ended
      close(make_error_code(errc::connection_lost), "the peer closed the connection");
      return false;
    }
    ++times_heard_;
    if (!session_.input({plain.data(), got.size})) {
      const transport_error why = session_.error();
      flush();  // the reason, for the peer
      close(why.code, why.detail);
      return false;
    }
  }
}

void h2_connection::fail_read(const loop_error_code& ec) {
  close(make_error_code(errc::connection_lost),
        ec == asio::error::eof ? "the peer closed the connection" : ec.message());
}

// tells the owners of streams, who may ask again, leave, or end all of this
void h2_connection::tell() {
  const auto keep = shared_from_this();
  telling_ = true;
  while (!session_.woken.empty()) {
    h2_stream* const next = session_.woken.back();
    session_.woken.pop_back();
    next->woken = false;
    static_cast<h2_request*>(next)->listener->stirred();
  }
  telling_ = false;
}

// ---- bytes out

// what several streams say in one turn of the loop goes out together
void h2_connection::flush_soon() {
  if (telling_ || closed_ || std::exchange(flush_posted_, true)) return;
  asio::post(core_->executor, [self = shared_from_this()] {
    self->flush_posted_ = false;
    if (!self->closed_) self->flush();
    if (!self->closed_) self->rest();
  });
}

// Streams end here too: one that nghttp2 resets, when it says so.
void h2_connection::flush() {
  send();
  if (!closed_ && !telling_) tell();
}

void h2_connection::send() {
  while (!writing_ && !closed_) {
    if (line_->tls->output().empty() && !fill_output()) return;
    const auto bytes = line_->tls->output();
    if (bytes.empty()) return;
    loop_error_code ec;
    const std::size_t sent = line_->socket.write_some(asio::buffer(bytes.data(), bytes.size()), ec);
    line_->tls->drop_output(sent);
    if (!ec) continue;
    if (ec != asio::error::would_block)
      return close(make_error_code(errc::connection_lost), ec.message());
    writing_ = true;
    line_->socket.async_wait(asio::ip::tcp::socket::wait_write, [self = shared_from_this()](
                                                                    const loop_error_code& failed) {
      self->writing_ = false;
      if (self->closed_) return;
      // it was about to rest, and somebody has come since
      const bool goes_on = failed == asio::error::operation_aborted && self->needed();
      if (failed && !goes_on)
        return self->close(make_error_code(errc::connection_lost), failed.message());
      self->flush();
    });
  }
}

// frames into records: small ones share a record. False: the connection has ended.
bool h2_connection::fill_output() {
  auto& scratch = core_->scratch;
  std::size_t size = 0;
  const auto encrypt = [&] {
    const bool fine = line_->tls->write({scratch.data(), std::exchange(size, 0)});
    if (!fine) close(line_->tls->error().code, line_->tls->error().detail);
    return fine;
  };
  while (line_->tls->output().size() < most_ahead) {
    std::string_view frame = session_.output();
    if (frame.empty()) break;
    while (!frame.empty()) {
      const std::size_t part = std::min(frame.size(), scratch.size() - size);
      std::memcpy(scratch.data() + size, frame.data(), part);
      size += part;
      frame.remove_prefix(part);
      if (size == scratch.size() && !encrypt()) return false;
    }
  }
  if (size > 0 && !encrypt()) return false;
  // writing may have found the session broken
  if (session_.error() && line_->tls->output().empty()) {
    const transport_error why = session_.error();
    close(why.code, why.detail);
    return false;
  }
  return true;
}

// ---- time

// with streams it listens, and asks for a sign of life now and then; without, its time to rest begins
void h2_connection::rest_or_watch() {
  const auto& options = core_->options;
  if (session_.open() > 0 || (awaited_ && !session_.draining() && !worn_out())) {
    limit_->set_after(options.ping_interval);
    return read();
  }
  if (session_.draining()) return close(make_error_code(errc::connection_lost));
  if (reserved_ == 0 && (core_->draining || worn_out())) return say_goodbye();
  limit_->set_after(time_to_rest(*core_, born_));  // or somebody has a place on it
  flush_soon();
}

void h2_connection::retire() {
  if (!closed_ && session_.open() == 0 && reserved_ == 0) say_goodbye();
}

void h2_connection::say_goodbye() {
  const auto keep = shared_from_this();
  session_.say_goodbye();
  flush();
  close(make_error_code(errc::connection_lost));
}

// nothing is under way any more: a wait would keep the user's loop from ending
void h2_connection::rest() {
  if (session_.open() > 0 || awaited_ || !(reading_ || writing_)) return;
  loop_error_code ignored;
  line_->socket.cancel(ignored);
}

void h2_connection::time_is_up() {
  const auto keep = shared_from_this();
  if (session_.open() == 0 && !awaited_) return reserved_ == 0 ? say_goodbye() : rest_or_watch();
  if (session_.pongs() < pings_)
    return close(make_error_code(errc::connection_lost),
                 "the peer has shown no sign of life, not even to a ping");
  session_.ping();
  ++pings_;
  flush();
  if (!closed_) limit_->set_after(core_->options.ping_interval);
}

void h2_connection::close(std::error_code why, std::string detail) {
  if (std::exchange(closed_, true)) return;
  const auto keep = shared_from_this();
  limit_.reset();
  session_.end({why, true, std::move(detail)});
  core_ = nullptr;
  line_->close_politely();
  tell();
  changed_(*this);
}

}  // namespace reroute::detail
