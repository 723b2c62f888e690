// One HTTP/2 connection: a channel, a session on it, and the bytes between them.
#pragma once

#include <reroute/detail/loop_error_code.hpp>

#include "io/channel.hpp"
#include "io/deadlines.hpp"
#include "io/h2_session.hpp"
#include "io/transport_core.hpp"

#include <array>
#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <system_error>

namespace reroute::detail {

/// What the owner of a stream hears: called from the loop, not from inside any function of the connection.
class h2_listener {
 public:
  virtual ~h2_listener() = default;
  /// Something happened to the stream: look at it.
  virtual void stirred() = 0;
};

/// A stream with its owner.
struct h2_request : h2_stream {
  explicit h2_request(h2_listener& whom) : listener(&whom) {}
  h2_listener* listener;
};

/// Reads all the time, and writes what the session has to say in as few records as it fits in, at most
/// so far ahead of the socket that a small request does not queue behind a large body. Kept alive by its
/// operations, and by whoever calls it; it lets go of the transport's common things when it is closed.
class h2_connection : public std::enable_shared_from_this<h2_connection> {
 public:
  /// `changed` is told when a stream has ended, the peer allows another number of streams, or the
  /// connection closes: there may be room, or it may have to be replaced. `guess` is how many streams the
  /// peer will allow: what it does not want before it has said so, it refuses. 0: its word is waited for.
  h2_connection(transport_core& core, std::unique_ptr<channel> line,
                std::function<void(h2_connection&)> changed, std::size_t guess);
  h2_connection(const h2_connection&) = delete;
  h2_connection& operator=(const h2_connection&) = delete;
  ~h2_connection();

  void start();
  /// Asks, within a reserved place. Its owner calls `leave` before it goes.
  void open(h2_request& stream, const http::request& request);
  void leave(h2_request& stream);
  /// The owner has read so much of the body.
  void consumed(h2_request& stream, std::size_t size);
  void close(std::error_code why, std::string detail = {});
  /// Says goodbye and closes, unless something is under way or about to be.
  void retire();

  [[nodiscard]] bool has_room() const;
  /// How many streams the peer allows; empty until it has said so.
  [[nodiscard]] std::optional<std::size_t> most() const;
  /// Somebody will open a stream soon: the room is his.
  void reserve() noexcept { ++reserved_; }
  /// He will not.
  void unreserve();
  /// Somebody waits for a place, or nobody any more: it listens for what the peer allows, if that is nothing.
  void await_room(bool wanted);
  /// Reads what has come while it rested. False if it is of no more use.
  [[nodiscard]] bool wake_up();
  [[nodiscard]] std::size_t open() const { return session_.open(); }
  [[nodiscard]] bool closed() const noexcept { return closed_; }
  /// Whom it is to, for people.
  [[nodiscard]] const std::string& peer() const noexcept { return line_->peer; }
  /// Why it is closed.
  [[nodiscard]] const transport_error& error() const noexcept { return session_.error(); }
  /// It takes no more requests, but those under way may go on.
  [[nodiscard]] bool draining() const { return closed_ || session_.draining(); }
  /// Too old, or used too often: it takes no more requests either, and says goodbye after the last.
  [[nodiscard]] bool worn_out() const;
  /// A request has been answered on it.
  [[nodiscard]] bool proved() const noexcept { return proved_; }
  /// A request has been sent on it, at least.
  [[nodiscard]] bool used() const noexcept { return opened_ > 0; }
  /// How often something was heard on it.
  [[nodiscard]] std::size_t times_heard() const noexcept { return times_heard_; }

 private:
  void read();
  void heard(std::size_t size);
  bool decrypt(std::size_t size);
  void rest();
  [[nodiscard]] bool needed() const { return session_.open() + reserved_ > 0; }
  void flush();
  void send();
  bool fill_output();
  void flush_soon();
  void tell();
  void rest_or_watch();
  void say_goodbye();
  void time_is_up();
  void fail_read(const loop_error_code& ec);

  transport_core* core_;  // null once closed
  std::unique_ptr<channel> line_;
  h2_session session_;
  std::function<void(h2_connection&)> changed_;
  std::optional<deadline> limit_;
  std::size_t pings_ = 0;  // sent
  std::size_t reserved_ = 0;
  std::size_t opened_ = 0;  // streams, in all
  time_point born_;
  std::size_t times_heard_ = 0;
  std::size_t guess_;
  std::unique_ptr<char[]> cipher_;
  bool reading_ = false, writing_ = false, flush_posted_ = false, telling_ = false;
  bool closed_ = false, proved_ = false, awaited_ = false;
};

}  // namespace reroute::detail
