// One HTTP/1.1 connection between exchanges: whether it still stands, since when it is idle.
#pragma once

#include "io/channel.hpp"
#include "io/deadlines.hpp"
#include "io/transport_core.hpp"

#include <memory>
#include <system_error>

namespace reroute::detail {

class pool;

/// A connection that serves one exchange after the other. Owned by its pool or by the lease of an
/// exchange. Whoever waits on its socket sets the limit; when that passes, the socket is closed and
/// `failure()` says why.
class http1_connection {
 public:
  http1_connection(transport_core& core, pool& home, std::unique_ptr<channel> line);
  http1_connection(const http1_connection&) = delete;
  http1_connection& operator=(const http1_connection&) = delete;
  ~http1_connection();

  [[nodiscard]] channel& line() noexcept { return *line_; }
  /// True if an exchange went over it before this one.
  [[nodiscard]] bool reused() const noexcept { return served_ > 0; }
  /// True if it is to serve no other: too old, used too often, or nobody will come.
  [[nodiscard]] bool worn_out() const;
  /// Why this side closed it: a time limit, or `abort`.
  [[nodiscard]] std::error_code failure() const noexcept { return failure_; }

  /// Closes the connection with `code` if the step takes longer; zero: no limit.
  void limit(std::chrono::milliseconds time, std::error_code code) {
    on_limit_ = code;
    limit_.set_after(time);
  }
  void no_limit() noexcept { limit_.clear(); }
  void abort(std::error_code why);

  /// An exchange has ended well; the keep-alive time begins.
  void rest();
  /// Ends the rest. False if the time is over, or the peer has closed, or said what nobody asked for; after a
  /// very short rest only if `surely`, as `http1_exchange::ask` finds out what it said by itself.
  [[nodiscard]] bool wake_up(bool surely);

 private:
  friend class pool;
  bool quiet();
  void doubt_others();
  void over();

  transport_core& core_;
  pool& home_;
  std::unique_ptr<channel> line_;
  deadline limit_;
  std::error_code on_limit_;
  std::error_code failure_;
  std::size_t served_ = 0;
  bool resting_ = false;
  time_point born_{};
  time_point since_{};     // when it began to rest
  time_point taken_{};     // when its rest ended
  std::size_t place_ = 0;  // in the pool's list of all
};

}  // namespace reroute::detail
