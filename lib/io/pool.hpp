// The connections of one origin: how many, who may connect, who waits, which idle one is next.
#pragma once

#include <reroute/io/transport.hpp>

#include "io/bell.hpp"
#include "io/connector.hpp"
#include "io/deadlines.hpp"
#include "io/http1_connection.hpp"
#include "io/transport_core.hpp"

#include <asio/awaitable.hpp>

#include <cstddef>
#include <list>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace reroute::detail {

class pool;

/// The right to one connection of a pool, and mostly the connection. Letting it go without
/// `give_back` closes the connection: it may be half read.
class lease {
 public:
  lease() = default;
  lease(lease&& other) noexcept
      : pool_(std::exchange(other.pool_, nullptr)), connection_(std::move(other.connection_)) {}
  lease& operator=(lease&& other) noexcept {
    if (this != &other) {
      reset();
      pool_ = std::exchange(other.pool_, nullptr);
      connection_ = std::move(other.connection_);
    }
    return *this;
  }
  ~lease() { reset(); }

  [[nodiscard]] explicit operator bool() const noexcept { return connection_ != nullptr; }
  [[nodiscard]] bool has_slot() const noexcept { return pool_ != nullptr; }
  http1_connection* operator->() const noexcept { return connection_.get(); }
  http1_connection& operator*() const noexcept { return *connection_; }

  /// The exchange ended well: others may use the connection.
  void give_back();
  /// Closes the connection but keeps the right to one.
  void close() noexcept { connection_.reset(); }
  void reset() noexcept;

 private:
  friend class pool;
  explicit lease(pool& from, std::unique_ptr<http1_connection> connection = nullptr)
      : pool_(&from), connection_(std::move(connection)) {}
  pool* pool_ = nullptr;
  std::unique_ptr<http1_connection> connection_;
};

/// Every connection, idle, in use or coming up, has one of `max_connections` slots. A request takes
/// the idle connection that was used last; else it connects itself, if there are slots; else it
/// waits in line. Connections are taken over in the order of the line.
class pool {
 public:
  pool(transport_core& core, origin to) : core_(core), to_(std::move(to)) {}
  pool(const pool&) = delete;
  pool& operator=(const pool&) = delete;

  /// An idle connection, at once; empty if there is none. `surely`: each is asked whether it lives.
  [[nodiscard]] lease take_idle(bool surely = false);
  /// A connection, idle or new. If `kept` has a slot, it is a new one within that slot, and first
  /// in line. Empty with `error` set if there is none to be had, or if cancelled.
  asio::awaitable<lease> acquire(lease kept, transport_error& error);
  /// A connection that somebody else has made: it is idle now.
  void adopt(std::unique_ptr<channel> line);
  /// Opens connections until `count` are idle or there are no slots; the first error, if any. `owner` keeps
  /// this pool alive. Cancelled, it leaves what is under way to itself.
  asio::awaitable<transport_error> warm_up(std::shared_ptr<void> owner, std::size_t count);
  /// Closes what is idle. What is in use closes when it is given back (`transport_core::draining`).
  void drain();
  /// Closes what is idle, aborts all exchanges, connects and waits.
  void shutdown();

  [[nodiscard]] std::size_t idle() const noexcept { return idle_.size(); }
  [[nodiscard]] std::size_t slots() const noexcept { return slots_; }
  [[nodiscard]] std::size_t waiting() const noexcept { return line_.size(); }
  [[nodiscard]] std::size_t connecting() const noexcept { return connecting_; }

 private:
  friend class lease;
  friend class http1_connection;
  struct waiter;
  class connect_permit;
  // connections that are opened ahead
  struct opening {
    explicit opening(const asio::any_io_executor& executor) : wake(executor) {}
    bell wake;
    std::size_t left = 0;
    transport_error error;
  };
  asio::awaitable<void> open_ahead(std::shared_ptr<void> owner, lease slot,
                                   std::shared_ptr<opening> state);

  [[nodiscard]] std::string late() const;
  void keep_new(std::unique_ptr<http1_connection> connection);
  void take_back(std::unique_ptr<http1_connection> connection);
  void free_slot() noexcept;
  void serve();
  bool serve(waiter& first);
  asio::awaitable<lease> connect(lease slot, transport_error& error);
  // called by connections
  void enlist(http1_connection& connection);
  void strike(http1_connection& connection) noexcept;
  void drop(http1_connection& connection);
  // all that have been idle since before
  void drop_rested(time_point before);

  transport_core& core_;
  origin to_;
  std::size_t slots_ = 0;
  std::size_t connecting_ = 0;
  std::vector<http1_connection*> all_;  // idle and in use
  std::list<waiter*> line_;
  std::list<connector*> connectors_;
  std::vector<std::unique_ptr<http1_connection>> idle_;  // the last is the one used last
};

}  // namespace reroute::detail
