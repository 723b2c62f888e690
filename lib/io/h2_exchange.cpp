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
          core.time,
          [](void* self) {
            auto& late = *static_cast<h2_exchange*>(self);
            late.stopped_ = make_error_code(late.limit_says_);
            late.wake_.ring();
          },
          this) {
  running_.emplace(core.time);
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

bool h2_exchange::take_room(h2_pool& home) {
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
  connection_->unreserve();
  connection_->open(*stream_, request);
  limit(core_.options.head_timeout, errc::head_timeout);
}

bool h2_exchange::waits() const noexcept {
  return connection_ && !stream_->head_done && !stream_->ended && !stopped_;
}

void h2_exchange::look(const asio::cancellation_state& state) noexcept {
  if (is_cancelled(state)) stopped_ = make_error_code(asio::error::operation_aborted);
}

bool h2_exchange::settled(const http::request& request, h2_pool& home) {
  if (!connection_) return true;
  limit_.clear();
  sent_ = sent_ || (stream_->sent && !stream_->unprocessed);
  if (stream_->head_done && !stopped_) return true;
  error_ = stopped_ ? transport_error{stopped_, sent_, {}} : stream_->error;
  if (stream_->wants_http1) {
    home.use_http1();
    wants_http1_ = true;
    error_ = {};
    let_go();
    return true;
  }
  if (stream_->passed_over && ++passed_over_ < most_passed_over) --tries_;
  const bool again = !stopped_ && tries_ < most_tries && may_ask_again(request);
  let_go();
  if (again) {
    error_ = {};
  } else {
    error_.sent = sent_;
  }
  return !again;
}

bool h2_exchange::may_ask_again(const http::request& request) const {
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
  while (stream_->data.empty() && !stream_->whole && !stream_->ended && !stopped_) {
    co_await wake_.next();
    look(co_await asio::this_coro::cancellation_state);
  }
  limit_.clear();
  co_await asio::this_coro::throw_if_cancelled(throws);
  piece_.clear();
  if (stopped_) {
    piece.error = {stopped_, true, {}};
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
  if (into.empty()) {
    into.swap(data);
  } else {
    into += data;
  }
  if (!stream_->whole) {
    if (!into.empty()) connection_->consumed(*stream_, into.size());
    data.clear();
    return false;
  }
  let_go();
  running_.reset();
  return true;
}

}  // namespace reroute::detail
