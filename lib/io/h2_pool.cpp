// The HTTP/2 connections of one origin.
#include "io/h2_pool.hpp"

#include <reroute/error/errc.hpp>

#include "io/listed.hpp"

#include <asio/co_spawn.hpp>
#include <asio/detached.hpp>
#include <asio/error.hpp>
#include <asio/this_coro.hpp>

#include <algorithm>
#include <optional>
#include <utility>

namespace reroute::detail {
namespace {

transport_error error_of(const h2_connection& closed) {
  transport_error why = closed.error();
  name_peer(why, closed.peer());
  return why;
}

}  // namespace

// somebody in line; lives in the coroutine that waits
struct h2_pool::waiter {
  waiter(h2_pool& of, std::shared_ptr<void> keeps)
      : home(of), owner(std::move(keeps)), wake(of.core_.executor), time_runs(of.core_.time) {
    at = home.line_.insert(home.line_.end(), this);
  }
  waiter(const waiter&) = delete;
  waiter& operator=(const waiter&) = delete;
  ~waiter() {
    leave();
    if (connection) connection->unreserve();
  }
  void leave() {
    if (!std::exchange(in_line, false)) return;
    home.line_.erase(at);
    if (home.line_.empty()) home.attend();
  }
  void tell() {
    leave();
    wake.ring();
  }

  h2_pool& home;
  std::shared_ptr<void> owner;
  bell wake;
  deadlines::hold time_runs;
  std::list<waiter*>::iterator at;
  bool in_line = true;
  std::shared_ptr<h2_connection> connection;  // reserved for it
  transport_error error;
};

h2_pool::h2_pool(transport_core& core, origin to, adopt found_http1)
    : core_(core),
      to_(std::move(to)),
      found_http1_(std::move(found_http1)),
      again_(
          core.time, [](void* self) { static_cast<h2_pool*>(self)->connect_more(); }, this) {}

asio::awaitable<std::shared_ptr<h2_connection>> h2_pool::acquire(std::shared_ptr<void> owner,
                                                                 transport_error& error) {
  if (http1_) co_return nullptr;
  if (auto at_once = take_room()) co_return at_once;
  waiter me(*this, owner);
  if (line_.size() == 1) attend();
  connect_more();
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
  if (http1_ || !line_.empty()) return nullptr;
  return take();
}

std::shared_ptr<h2_connection> h2_pool::take() {
  // To look at a hundred full ones costs memory that is far away, so those that told of room come first. The
  // others may have some that they have not told of yet.
  for (const bool told : {true, false}) {
    for (std::size_t at = 0; at < all_.size(); ++at) {
      if (all_[at].told_room != told) continue;
      const std::shared_ptr<h2_connection> each = all_[at].connection;
      all_[at].told_room = each->has_room();
      if (!all_[at].told_room) continue;
      if (!each->wake_up()) {  // it died while it rested
        at = static_cast<std::size_t>(-1);
        continue;
      }
      each->reserve();
      return each;
    }
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
void h2_pool::changed(h2_connection& which) {
  const auto at = std::find_if(all_.begin(), all_.end(),
                               [&](const place& each) { return each.connection.get() == &which; });
  if (at == all_.end()) return;  // it is only starting, or was let go
  learn(*at);
  if (which.closed()) {
    const bool in_vain = at->streams.value_or(0) == 0;
    if (in_vain && !at->streams) backoff_.in_vain(core_.time.now());
    all_.erase(at);
    // who lets nobody in and hangs up would be met again and again
    if (in_vain && !which.used() && all_.empty() && connecting_ == 0) fail_all(error_of(which));
  } else {
    at->told_room = which.has_room();
  }
  serve();
  if (line_.empty()) return;
  which.await_room(true);
  connect_more();
}

void h2_pool::learn(place& from) {
  const auto most = from.connection->most();
  if (!most || most == from.streams) return;
  if (*most > 0) {
    backoff_.worthwhile();
  } else if (!from.streams) {  // its first word
    backoff_.in_vain(core_.time.now());
  }
  from.streams = streams_ = most;
}

void h2_pool::fail_all(const transport_error& why) {
  while (!line_.empty()) {
    line_.front()->error = why;
    line_.front()->error.sent = false;
    line_.front()->tell();
  }
}

// a connection that takes nothing for now may say otherwise: somebody must listen while somebody waits
void h2_pool::attend() {
  const bool wanted = !line_.empty();
  if (!wanted) again_.clear();
  for (const place& each : all_)
    each.connection->await_room(wanted);
}

// as many as those in line will need
void h2_pool::connect_more() {
  const bool strained = backoff_.strained() && !all_.empty();
  const bool unheard = std::any_of(all_.begin(), all_.end(),
                                   [](const place& each) { return !each.streams.has_value(); });
  // how many it takes, a new one will say presently
  if (line_.empty() || (unheard && (strained || !streams_))) return;
  if (const auto wait = backoff_.next() - core_.time.now(); strained && wait > wait.zero())
    return again_.set_after(std::chrono::ceil<std::chrono::milliseconds>(wait));
  std::size_t streams = std::clamp<std::size_t>(streams_.value_or(1), 1, core_.options.max_streams);
  if (const auto most = core_.options.max_requests_per_connection; most > 0)
    streams = std::min(streams, most);
  const bool one = strained || streams_.value_or(0) == 0;
  const std::size_t needed = one ? 1 : (line_.size() + streams - 1) / streams;
  const auto owner = line_.front()->owner;
  while (connecting_ < needed && connecting_ < core_.options.max_connecting &&
         all_.size() + connecting_ < core_.options.max_connections) {
    ++connecting_;
    asio::co_spawn(core_.executor, connect(owner, shutdowns_), asio::detached);
  }
}

asio::awaitable<void> h2_pool::connect(std::shared_ptr<void>, std::size_t shutdowns) {
  const deadlines::hold time_runs(core_.time);  // who asked for it may leave
  if (shutdowns != shutdowns_) {
    --connecting_;
    connect_more();
    co_return;
  }
  connector attempt(core_, to_, true);
  std::optional<listed<connector>> known;  // others must be able to stop it
  known.emplace(connectors_, attempt);
  auto result = co_await attempt.run();
  known.reset();
  --connecting_;
  if (shutdowns != shutdowns_) {  // those who asked for it have gone
    if (result.line) result.line->close();
    connect_more();
    co_return;
  }
  const transport_error error = result.line ? connected(std::move(result.line)) : result.error;
  if (error && all_.empty()) {
    if (connecting_ == 0) fail_all(error);
    co_return;
  }
  if (error) backoff_.in_vain(core_.time.now());
  connect_more();
}

// an error if it ended at once
transport_error h2_pool::connected(std::unique_ptr<channel> line) {
  if (!line->http2) {
    http1_ = true;
    found_http1_(std::move(line));
    while (!line_.empty())
      line_.front()->tell();
    return {};
  }
  auto made = std::make_shared<h2_connection>(
      core_, std::move(line), [this](h2_connection& which) { changed(which); },
      backoff_.strained() ? 0 : streams_.value_or(1));
  made->reserve();  // nobody may find it unused before those in line have seen it
  made->start();
  if (made->closed()) return error_of(*made);
  all_.push_back({made, true});
  made->unreserve();
  return {};
}

void h2_pool::drain() {
  if (!line_.empty()) return;  // they were here before, and wait for room
  const auto all = all_;       // each that goes leaves the list
  for (const place& each : all)
    each.connection->retire();
}

void h2_pool::shutdown() {
  ++shutdowns_;
  transport_error ended;
  ended.code = make_error_code(asio::error::operation_aborted);
  fail_all(ended);
  for (connector* const each : connectors_)
    each->abort(ended.code);
  for (const place& each : std::exchange(all_, {})) {
    each.connection->retire();
    each.connection->close(ended.code);
  }
}

}  // namespace reroute::detail
