// The HTTP/2 connections of one origin.
#include "io/h2_pool.hpp"

#include <reroute/error/errc.hpp>

#include <asio/co_spawn.hpp>
#include <asio/detached.hpp>
#include <asio/error.hpp>
#include <asio/this_coro.hpp>

#include <algorithm>
#include <utility>

namespace reroute::detail {

// somebody in line; lives in the coroutine that waits
struct h2_pool::waiter {
  waiter(h2_pool& of, std::shared_ptr<void> keeps)
      : home(of), owner(std::move(keeps)), wake(of.core_.executor) {
    at = home.line_.insert(home.line_.end(), this);
  }
  waiter(const waiter&) = delete;
  waiter& operator=(const waiter&) = delete;
  ~waiter() {
    leave();
    if (connection) connection->unreserve();
  }
  void leave() noexcept {
    if (std::exchange(in_line, false)) home.line_.erase(at);
  }
  void tell() {
    leave();
    wake.ring();
  }

  h2_pool& home;
  std::shared_ptr<void> owner;
  bell wake;
  std::list<waiter*>::iterator at;
  bool in_line = true;
  std::shared_ptr<h2_connection> connection;  // reserved for it
  transport_error error;
};

asio::awaitable<std::shared_ptr<h2_connection>> h2_pool::acquire(std::shared_ptr<void> owner,
                                                                 transport_error& error) {
  if (shut_) {
    error.code = make_error_code(asio::error::operation_aborted);
    co_return nullptr;
  }
  if (http1_) co_return nullptr;
  if (auto at_once = take_room()) co_return at_once;
  waiter me(*this, owner);
  connect_more(owner);
  for (;;) {
    const auto state = co_await asio::this_coro::cancellation_state;
    if (is_cancelled(state)) {
      error.code = make_error_code(asio::error::operation_aborted);
      co_return nullptr;
    }
    if (!me.in_line) break;
    co_await me.wake.wait();
  }
  error = std::move(me.error);
  co_return std::exchange(me.connection, nullptr);
}

std::shared_ptr<h2_connection> h2_pool::take_room() {
  if (shut_ || http1_ || !line_.empty()) return nullptr;
  return take();
}

std::shared_ptr<h2_connection> h2_pool::take() {
  for (std::size_t at = 0; at < all_.size(); ++at) {
    const std::shared_ptr<h2_connection> each = all_[at];
    if (!each->has_room()) continue;
    if (!each->wake_up()) {  // it died while it rested
      at = static_cast<std::size_t>(-1);
      continue;
    }
    each->reserve();
    return each;
  }
  return nullptr;
}

void h2_pool::serve() {
  serve_again_ = true;
  if (std::exchange(serving_, true)) return;  // what `take` hears may bring us here
  while (!line_.empty() && std::exchange(serve_again_, false)) {
    while (auto found = take()) {
      waiter& first = *line_.front();
      first.connection = std::move(found);
      first.tell();
      if (line_.empty()) break;
    }
  }
  serving_ = false;
}

// a stream or a connection has ended, or there is news of how many streams may be open
void h2_pool::changed() {
  if (shut_) return;
  std::erase_if(all_, [](const auto& each) { return each->closed(); });
  learn();
  serve();
  if (line_.empty()) return;
  const auto owner = line_.front()->owner;
  connect_more(owner);
}

void h2_pool::learn() {
  for (const auto& each : all_) {
    if (const auto most = each->most()) streams_ = std::max<std::size_t>(*most, 1);
  }
}

// as many as those in line will need
void h2_pool::connect_more(const std::shared_ptr<void>& owner) {
  if (streams_ == 0 && !all_.empty()) return;  // it will say so presently
  const std::size_t streams =
      std::max<std::size_t>(std::min(core_.options.max_streams, streams_), 1);
  const std::size_t needed = streams_ != 0 ? (line_.size() + streams - 1) / streams : 1;
  while (connecting_ < needed && connecting_ < core_.options.max_connecting &&
         all_.size() + connecting_ < core_.options.max_connections) {
    ++connecting_;
    asio::co_spawn(core_.executor, connect(owner), asio::detached);
  }
}

asio::awaitable<void> h2_pool::connect(std::shared_ptr<void> owner) {
  connector attempt(core_, to_, true);
  const auto at = connectors_.insert(connectors_.end(), &attempt);
  auto result = co_await attempt.run();
  connectors_.erase(at);
  --connecting_;
  if (shut_) {
    if (result.line) result.line->close();
    co_return;
  }
  if (result.line) {
    connected(std::move(result.line));
  } else if (all_.empty() && connecting_ == 0) {
    while (!line_.empty()) {
      line_.front()->error = result.error;
      line_.front()->tell();
    }
  }
  if (!line_.empty() && !result.error) connect_more(owner);
}

void h2_pool::connected(std::unique_ptr<channel> line) {
  if (!line->http2) {
    http1_ = true;
    found_http1_(std::move(line));
    while (!line_.empty())
      line_.front()->tell();
    return;
  }
  auto made = std::make_shared<h2_connection>(
      core_, std::move(line), [this] { changed(); }, std::max<std::size_t>(streams_, 1));
  all_.push_back(made);
  made->start();
  learn();
  serve();
}

void h2_pool::shutdown() {
  if (std::exchange(shut_, true)) return;
  const std::error_code aborted = make_error_code(asio::error::operation_aborted);
  while (!line_.empty()) {
    line_.front()->error.code = aborted;
    line_.front()->tell();
  }
  for (connector* const each : connectors_)
    each->abort(aborted);
  for (const auto& each : std::exchange(all_, {}))
    each->close(aborted);
}

}  // namespace reroute::detail
