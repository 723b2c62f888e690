// The connections of one origin: how many, who may connect, who waits, which idle one is next.
#include "io/pool.hpp"

#include <reroute/error/errc.hpp>

#include "http/host_port.hpp"
#include "io/listed.hpp"

#include <asio/co_spawn.hpp>
#include <asio/detached.hpp>
#include <asio/error.hpp>
#include <asio/this_coro.hpp>

#include <algorithm>
#include <cassert>
#include <optional>
#include <utility>

namespace reroute::detail {

// one of the few who may connect at once
class pool::connect_permit {
 public:
  explicit connect_permit(pool& from) : pool_(from) { ++pool_.connecting_; }
  connect_permit(const connect_permit&) = delete;
  connect_permit& operator=(const connect_permit&) = delete;
  ~connect_permit() {
    --pool_.connecting_;
    pool_.serve();
  }

 private:
  pool& pool_;
};

// somebody in line; lives in the coroutine that waits, and leaves with it
struct pool::waiter {
  waiter(pool& of, lease kept)
      : home(of),
        wake(of.core_.executor),
        patience(
            of.core_.time, [](void* self) { static_cast<waiter*>(self)->waited_long(); }, this),
        slot(std::move(kept)) {
    // who lost a connection was served once already: first in line
    at = home.line_.insert(slot.has_slot() ? home.line_.begin() : home.line_.end(), this);
    in_line = true;
    patience.set_after(home.core_.options.connect_timeout);
  }
  waiter(const waiter&) = delete;
  waiter& operator=(const waiter&) = delete;
  ~waiter() { leave(); }

  void leave() noexcept {
    if (std::exchange(in_line, false)) home.line_.erase(at);
  }
  void fail(std::error_code code, std::string detail) {
    leave();
    error = {code, false, std::move(detail)};
    wake.ring();
  }
  // to wait for a busy connection may take minutes; to wait for one that nobody gets may not
  void waited_long() {
    if (home.all_.empty()) {
      fail(make_error_code(errc::connect_timeout), home.late());
    } else {
      patience.set_after(home.core_.options.connect_timeout);
    }
  }

  pool& home;
  bell wake;
  deadline patience;
  std::list<waiter*>::iterator at;
  bool in_line = false;
  // what it gets: an idle connection, or a slot with the permit to connect, or an error
  lease idle;
  lease slot;
  std::optional<connect_permit> permit;
  transport_error error;
};

std::string pool::late() const {
  if (!connectors_.empty()) return connectors_.front()->late();
  return http::host_and_port(to_.host, to_.port) + ": no connection in time, for anybody";
}

void lease::give_back() {
  if (pool_ && connection_) std::exchange(pool_, nullptr)->take_back(std::move(connection_));
}

void lease::reset() noexcept {
  connection_.reset();
  if (pool_) std::exchange(pool_, nullptr)->free_slot();
}

lease pool::take_idle(bool surely) {
  while (!idle_.empty()) {
    auto last = std::move(idle_.back());
    idle_.pop_back();
    if (last->wake_up(surely)) return lease(*this, std::move(last));
    --slots_;
  }
  return lease();
}

asio::awaitable<lease> pool::acquire(lease kept, transport_error& error) {
  waiter me(*this, std::move(kept));
  serve();
  for (;;) {
    const auto state = co_await asio::this_coro::cancellation_state;
    if (is_cancelled(state)) {
      me.idle.give_back();
      error.code = make_error_code(asio::error::operation_aborted);
      co_return lease();
    }
    if (!me.in_line) break;
    co_await me.wake.wait();
  }
  me.patience.clear();
  if (me.error) {
    error = std::move(me.error);
    co_return lease();
  }
  if (me.idle) co_return std::move(me.idle);
  auto made = co_await connect(std::move(me.slot), error);
  me.permit.reset();
  co_return made;
}

asio::awaitable<lease> pool::connect(lease slot, transport_error& error) {
  connector attempt(core_, to_);
  const listed<connector> known(connectors_, attempt);  // others must be able to stop it
  auto result = co_await attempt.run();
  if (result.error) {
    error = std::move(result.error);
    co_return lease();
  }
  slot.connection_ = std::make_unique<http1_connection>(core_, *this, std::move(result.line));
  co_return std::move(slot);
}

void pool::adopt(std::unique_ptr<channel> line) {
  ++slots_;
  keep_new(std::make_unique<http1_connection>(core_, *this, std::move(line)));
}

void pool::keep_new(std::unique_ptr<http1_connection> connection) {
  connection->rest();
  connection->served_ = 0;  // nothing has gone over it yet
  idle_.push_back(std::move(connection));
  serve();
}

asio::awaitable<void> pool::open_ahead(std::shared_ptr<void>, lease slot,
                                       std::shared_ptr<opening> state) {
  const deadlines::hold time_runs(core_.time);
  transport_error error;
  lease made = co_await acquire(std::move(slot), error);
  if (made) {
    made.pool_ = nullptr;  // the slot stays taken
    keep_new(std::move(made.connection_));
  }
  if (error && !state->error) state->error = std::move(error);
  --state->left;
  state->wake.ring();
}

asio::awaitable<transport_error> pool::warm_up(std::shared_ptr<void> owner, std::size_t count) {
  const auto state = std::make_shared<opening>(core_.executor);
  const auto most = core_.options.max_connections;
  while (idle_.size() + state->left < count && slots_ < most) {
    ++state->left;
    ++slots_;
    asio::co_spawn(core_.executor, open_ahead(owner, lease(*this), state), asio::detached);
  }
  while (state->left > 0) {
    co_await state->wake.wait();
    const auto cancelled = co_await asio::this_coro::cancellation_state;
    if (is_cancelled(cancelled)) {
      transport_error aborted;
      aborted.code = make_error_code(asio::error::operation_aborted);
      co_return aborted;
    }
  }
  co_return std::move(state->error);
}

void pool::drain() {
  slots_ -= idle_.size();
  idle_.clear();
  serve();
}

void pool::shutdown() {
  const std::error_code aborted = make_error_code(asio::error::operation_aborted);
  while (!line_.empty())
    line_.front()->fail(aborted, {});
  for (connector* attempt : connectors_)
    attempt->abort(aborted);
  slots_ -= idle_.size();
  idle_.clear();
  for (http1_connection* busy : all_)
    busy->abort(aborted);
}

void pool::take_back(std::unique_ptr<http1_connection> connection) {
  connection->rest();
  if (connection->worn_out()) {
    connection.reset();
    --slots_;
  } else {
    idle_.push_back(std::move(connection));
  }
  serve();
}

void pool::free_slot() noexcept {
  --slots_;
  serve();
}

void pool::serve() {
  while (!line_.empty()) {
    waiter& first = *line_.front();
    if (!serve(first)) return;
    first.leave();
    first.wake.ring();
  }
}

bool pool::serve(waiter& first) {
  if (!first.slot.has_slot()) {
    first.idle = take_idle();
    if (first.idle) return true;
    if (slots_ >= core_.options.max_connections) return false;
  }
  if (connecting_ >= core_.options.max_connecting) return false;
  if (!first.slot.has_slot()) {
    ++slots_;
    first.slot = lease(*this);
  }
  first.permit.emplace(*this);
  return true;
}

void pool::enlist(http1_connection& connection) {
  connection.place_ = all_.size();
  all_.push_back(&connection);
}

void pool::strike(http1_connection& connection) noexcept {
  http1_connection* const last = all_.back();
  all_[connection.place_] = last;
  last->place_ = connection.place_;
  all_.pop_back();
}

void pool::drop(http1_connection& connection) {
  const auto found = std::find_if(idle_.begin(), idle_.end(),
                                  [&](const auto& idle) { return idle.get() == &connection; });
  assert(found != idle_.end());
  const auto gone = std::move(*found);
  idle_.erase(found);
  --slots_;
  serve();
}

void pool::drop_rested(time_point before) {
  const auto gone = std::erase_if(idle_, [&](const auto& each) { return each->since_ < before; });
  slots_ -= gone;
  if (gone > 0) serve();
}

}  // namespace reroute::detail
