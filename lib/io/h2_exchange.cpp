// One request and its response over HTTP/2.
#include "io/h2_exchange.hpp"

#include <asio/error.hpp>
#include <asio/this_coro.hpp>

#include <utility>

namespace reroute::detail {
namespace {

// what the peer did not look at may be asked again; whoever refuses so often means it
constexpr int most_tries = 4;
// ... but not who takes a few requests per connection, and leaves the others to the next
constexpr int most_passed_over = 1000;
// as over HTTP/1.1: a connection that the peer closed while it rested shows it within a round trip
constexpr auto stillborn = std::chrono::seconds(1);

}  // namespace

h2_exchange::h2_exchange(std::shared_ptr<void> owner, transport_core& core)
    : owner_(std::move(owner)),
      core_(core),
      wake_(core.executor),
      limit_(
          core.time, [](void* self) { static_cast<h2_exchange*>(self)->time_is_up(); }, this) {
  running_.emplace(core.flights);
}

h2_exchange::~h2_exchange() { let_go(); }

void h2_exchange::let_go() noexcept {
  limit_.clear();
  if (connection_ && stream_) connection_->leave(*stream_);
  connection_.reset();
}

void h2_exchange::limit(std::chrono::milliseconds time, errc why) {
  limit_says_ = why;
  limit_.set_after(time);
}

// While the body goes out each piece of it has its time; from its end on the head has one of its own.
// A body that goes in one piece ends unnoticed: this looks when the shorter of both is over.
void h2_exchange::limit_sending() {
  const auto head = core_.options.head_timeout, idle = core_.options.idle_timeout;
  sending_ = !stream_->body.empty();
  body_seen_ = 0;
  body_seen_at_ = asked_at_;
  const bool sooner = sending_ && idle > idle.zero() && (head == head.zero() || idle < head);
  limit(sooner ? idle : head, errc::head_timeout);
}

// the limit is over: was it that of the body, and has it another one?
bool h2_exchange::still_sending() {
  if (!std::exchange(sending_, false)) return false;
  const std::size_t gone = stream_->body_sent;
  const bool all = gone == stream_->body.size();
  limit_says_ = all ? errc::head_timeout : errc::idle_timeout;
  const auto most = all ? core_.options.head_timeout : core_.options.idle_timeout;
  sending_ = !all;
  const auto now = core_.time.now();
  if (sending_ && std::exchange(body_seen_, gone) != gone) body_seen_at_ = now;
  const auto left = most - (now - body_seen_at_);
  if (most > most.zero() && left <= left.zero()) return false;
  if (most > most.zero()) limit_.set_after(std::chrono::ceil<std::chrono::milliseconds>(left));
  return true;
}

void h2_exchange::time_is_up() {
  if (still_sending()) return;
  stopped_ = make_error_code(limit_says_);
  wake_.ring();
}

bool h2_exchange::take_room(h2_pool& home) {
  if (tries_ == 0) shutdowns_ = home.shutdowns();
  connection_ = home.take_room();
  return connection_ != nullptr;
}

asio::awaitable<void> h2_exchange::wait_for_room(h2_pool& home) {
  connection_ = co_await home.acquire(owner_, error_);
  if (connection_) co_return;
  wants_http1_ = !error_ && home.speaks_http1();
  if (!error_ && !wants_http1_) error_.code = make_error_code(asio::error::operation_aborted);
  error_.sent = sent_;
}

void h2_exchange::ask(const http::request& request) {
  if (!connection_) return;
  ++tries_;
  stream_.emplace(static_cast<h2_listener&>(*this));
  proved_ = connection_->proved();
  asked_at_ = core_.time.now();
  heard_before_ = connection_->times_heard();
  connection_->open(*stream_, request);
  limit_sending();
}

bool h2_exchange::waits() const noexcept {
  return connection_ && !stream_->head_done && !stream_->ended && !stopped_;
}

void h2_exchange::look(const asio::cancellation_state& state) noexcept {
  if (is_cancelled(state)) stopped_ = make_error_code(asio::error::operation_aborted);
  if (!sending_ || stream_->body_sent < stream_->body.size()) return;
  sending_ = false;
  limit(core_.options.head_timeout, errc::head_timeout);
}

bool h2_exchange::settled(const http::request& request, h2_pool& home) {
  if (!connection_) return true;
  limit_.clear();
  sending_ = false;
  sent_ = sent_ || (stream_->sent && !stream_->unprocessed);
  if (stream_->head_done && !stopped_) return true;
  if (stream_->wants_http1) {
    home.use_http1();
    wants_http1_ = true;
    let_go();
    return true;
  }
  error_ = stopped_ ? transport_error{stopped_, sent_, {}} : stream_->error;
  if (stream_->passed_over && ++passed_over_ < most_passed_over) --tries_;
  if (home.shutdowns() != shutdowns_)
    stopped_ = error_.code = make_error_code(asio::error::operation_aborted);
  const bool again = !stopped_ && tries_ < most_tries && may_ask_again(request);
  if (again && stream_->sent && !stream_->unprocessed && request.at_resend) request.at_resend();
  if (again) {
    error_ = {};
  } else {
    error_.sent = sent_;
    name_peer(error_, connection_->peer());
  }
  let_go();
  return !again;
}

bool h2_exchange::may_ask_again(const http::request& request) const {
  // who asks for calm would have the same request again at once
  if (stream_->error.code == make_error_code(errc::enhance_your_calm)) return false;
  if (stream_->unprocessed) return true;
  const bool died = connection_->closed() && proved_ &&
                    connection_->times_heard() == heard_before_ &&
                    stream_->error.code == make_error_code(errc::connection_lost);
  if (!died || !stream_->sent) return died;
  return !request.send_once && core_.time.now() - asked_at_ < stillborn;
}

asio::awaitable<body_piece> h2_exchange::read() {
  body_piece piece;
  const bool throws = co_await asio::this_coro::throw_if_cancelled();
  co_await asio::this_coro::throw_if_cancelled(false);
  limit(core_.options.idle_timeout, errc::idle_timeout);
  look(co_await asio::this_coro::cancellation_state);  // since the last read
  while (stream_->data.empty() && !stream_->whole && !stream_->ended && !stopped_) {
    co_await wake_.next();
    look(co_await asio::this_coro::cancellation_state);
  }
  limit_.clear();
  co_await asio::this_coro::throw_if_cancelled(throws);
  piece_.clear();
  if (stopped_) {
    piece.error = {stopped_, true, {}};
    if (connection_) name_peer(piece.error, connection_->peer());
    let_go();
    running_.reset();
    co_return piece;
  }
  piece_.swap(stream_->data);
  if (!piece_.empty() && connection_) connection_->consumed(*stream_, piece_.size());
  piece.bytes = piece_;
  piece.last = stream_->whole;
  if (!piece.last && piece_.empty()) {
    piece.error = stream_->error;
    piece.error.sent = true;
    if (connection_) name_peer(piece.error, connection_->peer());
  }
  if (piece.last || piece.error) {
    let_go();
    running_.reset();
  }
  co_return piece;
}

bool h2_exchange::read_ready(std::string& into) {
  if (stopped_ || !connection_) return false;
  std::string& data = stream_->data;
  const std::size_t came = data.size();
  if (into.empty()) {
    into.swap(data);
  } else {
    into += data;
  }
  if (!stream_->whole) {
    if (came > 0) connection_->consumed(*stream_, came);
    data.clear();
    return false;
  }
  let_go();
  running_.reset();
  return true;
}

}  // namespace reroute::detail
