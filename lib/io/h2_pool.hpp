// The HTTP/2 connections of one origin: how many it takes, and who waits for room on one.
#pragma once

#include "io/bell.hpp"
#include "io/connect_backoff.hpp"
#include "io/connector.hpp"
#include "io/deadlines.hpp"
#include "io/h2_connection.hpp"
#include "io/transport_core.hpp"

#include <asio/awaitable.hpp>

#include <cstddef>
#include <functional>
#include <list>
#include <memory>
#include <optional>
#include <vector>

namespace reroute::detail {

/// Requests fill one connection after the other; when all streams are in use and somebody waits, another
/// connection is opened. The first connection shows whether the peer speaks HTTP/2 at all, and how many
/// streams it allows: until then there is only that one, with one request on it. If it does not, the connection goes to `found_http1`, and everybody is told.
/// A peer that allows no streams for now is listened to rather than connected to (`connect_backoff`).
class h2_pool {
 public:
  using adopt = std::function<void(std::unique_ptr<channel>)>;

  h2_pool(transport_core& core, origin to, adopt found_http1);
  h2_pool(const h2_pool&) = delete;
  h2_pool& operator=(const h2_pool&) = delete;
  ~h2_pool() { shutdown(); }

  /// A connection with room that is reserved for one stream. Empty with `error` set, or without one if
  /// the peer speaks HTTP/1.1 only. `owner` keeps this pool alive.
  asio::awaitable<std::shared_ptr<h2_connection>> acquire(std::shared_ptr<void> owner,
                                                          transport_error& error);
  /// The same if there is one at once, and nobody waits in line; else empty.
  [[nodiscard]] std::shared_ptr<h2_connection> take_room();
  [[nodiscard]] bool speaks_http1() const noexcept { return http1_; }
  /// The peer wants HTTP/1.1 from now on.
  void use_http1() noexcept { http1_ = true; }
  /// Closes what is idle. What is in use closes behind the last request (`transport_core::draining`).
  void drain();
  /// Closes all, and ends those who wait. Who comes later begins anew.
  void shutdown();
  /// How often that was.
  [[nodiscard]] std::size_t shutdowns() const noexcept { return shutdowns_; }

  [[nodiscard]] std::size_t connections() const noexcept { return all_.size(); }

 private:
  struct waiter;
  struct place {
    std::shared_ptr<h2_connection> connection;
    bool told_room;  // when it was looked at last, or by its own word since
    std::optional<std::size_t> streams = {};  // how many it allows, by its last word
  };
  [[nodiscard]] std::shared_ptr<h2_connection> take();
  void serve();
  void changed(h2_connection& which);
  void learn(place& from);
  void fail_all(const transport_error& why);
  void attend();
  void connect_more();
  asio::awaitable<void> connect(std::shared_ptr<void> owner, std::size_t shutdowns);
  transport_error connected(std::unique_ptr<channel> line);

  transport_core& core_;
  origin to_;
  adopt found_http1_;
  std::vector<place> all_;
  std::list<waiter*> line_;
  std::list<connector*> connectors_;
  std::size_t connecting_ = 0;
  std::size_t shutdowns_ = 0;
  std::optional<std::size_t> streams_;  // that the peer allows on one connection, as it said last
  connect_backoff backoff_;
  deadline again_;  // a connection may be tried
  bool http1_ = false, serving_ = false, serve_again_ = false;
};

}  // namespace reroute::detail
