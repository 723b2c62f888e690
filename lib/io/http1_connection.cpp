// One HTTP/1.1 connection between exchanges: whether it still stands, since when it is idle.
#include "io/http1_connection.hpp"

#include <reroute/detail/loop_error_code.hpp>

#include "detail/asio_compat.hpp"
#include "io/pool.hpp"
#include "io/wear.hpp"

#include <asio/buffer.hpp>
#include <asio/error.hpp>

#include <chrono>
#include <utility>

namespace reroute::detail {
namespace {

// who rested no longer than this is not asked whether it lives: it spares a system call per
// request, and if the peer did close just now, the retry on a fresh connection covers it
constexpr std::chrono::milliseconds nap{1};

// acknowledgements that take longer will not come
constexpr std::chrono::milliseconds round_trip{300};

}  // namespace

http1_connection::http1_connection(transport_core& core, pool& home, std::unique_ptr<channel> line)
    : core_(core),
      home_(home),
      line_(std::move(line)),
      limit_(
          core.time, [](void* self) { static_cast<http1_connection*>(self)->over(); }, this),
      born_(core.time.now()),
      taken_(born_) {
  home_.enlist(*this);
}

http1_connection::~http1_connection() {
  home_.strike(*this);
  if (resting_) {
    line_->close_politely();
  } else {
    doubt_others();
    line_->close();
  }
}

// What is not even acknowledged after some time went nowhere. Whoever forgot this connection (a NAT, a load
// balancer) may have forgotten those that rest as well: each of them would cost a call another such wait.
void http1_connection::doubt_others() {
  if (core_.time.now() - taken_ >= round_trip && line_->unheard()) home_.drop_rested(taken_);
}

void http1_connection::abort(std::error_code why) {
  if (!failure_) failure_ = why;
  doubt_others();
  line_->close();
}

void http1_connection::over() {
  if (resting_) {
    home_.drop(*this);  // and with it this object
  } else {
    abort(on_limit_);
  }
}

void http1_connection::rest() {
  ++served_;
  resting_ = true;
  since_ = core_.time.now();
  limit_.set_after(time_to_rest(core_, born_));
}

bool http1_connection::worn_out() const { return core_.draining || is_worn(core_, born_, served_); }

bool http1_connection::wake_up(bool surely) {
  const time_point now = core_.time.now();
  const auto rested = now - since_;
  const auto most = core_.options.keep_alive;
  if (line_->closed || worn_out() || (most > most.zero() && rested >= most)) return false;
  // a new one has session tickets to read
  const bool asks = surely || rested >= nap || !reused() || !reads_at_once;
  if (asks ? !quiet() : line_->tls && !line_->tls->between_records()) return false;
  resting_ = false;
  taken_ = now;
  limit_.clear();
  return true;
}

// Nothing has come, or only what TLS keeps to itself (session tickets). A part of a record may be either: whoever
// waits for the rest of it with a request under way finds out too late.
bool http1_connection::quiet() {
  if (!line_->early.empty()) return false;
  auto& room = core_.scratch;
  for (;;) {
    loop_error_code ec;
    const auto size = line_->socket.read_some(asio::buffer(room), ec);
    if (ec == asio::error::would_block) return !line_->tls || line_->tls->between_records();
    if (ec || !line_->tls) return false;
    line_->tls->input({room.data(), size});
    char unasked = 0;
    const auto heard = line_->tls->read(std::span<char>(&unasked, 1));
    if (heard.state != tls_engine::status::want_input) return false;
  }
}

}  // namespace reroute::detail
