// All limits of one route for one model, learned from evidence.
#pragma once

#include <reroute/http/rate_limits.hpp>
#include <reroute/policy/quota.hpp>
#include <reroute/traffic/gate_status.hpp>

#include "traffic/attempt_log.hpp"
#include "traffic/cost.hpp"
#include "traffic/limit_book.hpp"

#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <vector>

namespace reroute::detail {

/// Who asks.
struct pressure {
  std::size_t waiting = 0;    ///< calls that wait for this model, the next one included
  std::size_t in_flight = 0;  ///< of this route
};

/// A 429.
struct heard_refusal {
  std::optional<double> hint;  ///< seconds to wait
  bool exact = false;          ///< in milliseconds
  double random = 1;           ///< in [0, 1): of a wait that nobody named
  std::optional<named_limit> named;
};

struct route_limits_options {
  double silence = 0.1;      ///< seconds of it that mean admission, before any refusal
  double first_flight = 10;  ///< calls of which nobody has heard, in the beginning
  double backoff_base = 0.2,
         backoff_most = 8;  ///< seconds, where nothing was let through and nothing is said
};

/// One log, and a book for each limit that it shows. Pure: time is an argument, in seconds, and never goes back.
/// Numbers of attempts rise by one. Not thread-safe. lib/traffic/README.md explains it.
class route_limits {
 public:
  explicit route_limits(const quota& stated = {}, const route_limits_options& options = {});

  /// When such a call may go: `now` or before, later, or `never`: not before something is heard. To be asked
  /// again when anything was sent or heard, and at the moment that it names.
  [[nodiscard]] instant earliest(const cost& what, const pressure& of, instant now);
  void sent(std::uint64_t number, const cost& what, instant now);
  /// Silence counts from here. May be repeated.
  void on_the_wire(std::uint64_t number, instant now);
  /// Before `admitted` or `refused`.
  void read(std::uint64_t number, const http::rate_limits& limits, bool refusal, instant now);
  void admitted(std::uint64_t number, instant now);
  /// The answer has ended, with this usage; negative: it does not tell.
  void ended(std::uint64_t number, double input, double output, instant now);
  void refused(std::uint64_t number, const heard_refusal& what, instant now);
  /// By a fault, which took nothing. `answered`: in words.
  void faulted(std::uint64_t number, bool answered, instant now);
  /// Given up: nobody knows what became of it, if it had left.
  void released(std::uint64_t number, instant now);

  /// Counts silence. Those that were let through by it, until the list is cleared:
  void settle(instant now);
  [[nodiscard]] std::vector<std::uint64_t>& silent() { return silent_; }
  /// When the next one is silent for long enough; `never`: none is on the wire.
  [[nodiscard]] instant settles_at() const {
    return unsure_.empty() ? never : unsure_.front().sent + quiet();
  }

  /// The loop stood still until now: silence before proves nothing.
  void stalled(instant now);
  /// The route failed: a single call finds out whether it is back.
  void route_failed(instant now);
  /// A hint was too long: one that was sent before its end was let through.
  void reopen(instant now) { closed_ = now; }
  void close_for_longer(double seconds) { closed_ += seconds; }

  [[nodiscard]] instant closed_until() const { return closed_; }
  /// A single call finds out more.
  [[nodiscard]] bool looking() const { return doubtful_ && !unsure_.empty(); }
  /// Nothing is known, and nothing was refused.
  [[nodiscard]] bool untouched() const { return books_.empty() && refused_heard_ < 0; }
  /// All that is known, as of when it was last asked.
  [[nodiscard]] std::vector<limit_status> known() const;
  /// What kept the call that `earliest` was last asked for.
  [[nodiscard]] gate_wait waits_for() const { return waits_for_; }
  [[nodiscard]] double tokens_per_byte() const { return tokens_per_byte_; }
  [[nodiscard]] limit_evidence evidence() const;
  /// The limit on requests that binds first; null if none is known.
  [[nodiscard]] const limit_book* requests() const;
  /// Calls at once; 0: no limit is known.
  [[nodiscard]] std::size_t at_once() const;

 private:
  [[nodiscard]] logged_attempt made(const cost& what, instant now) const;
  limit_book& add_book(limited of);
  limit_book& free_book(limited of);
  [[nodiscard]] double quiet() const;
  void confirm(logged_attempt& which);
  void heard_of(std::uint64_t number, logged_attempt& which);
  [[nodiscard]] double flight() const;
  instant allowed(const cost& what, instant now);
  [[nodiscard]] double inflow(const limit_book& of) const;
  void refresh(instant now);
  void fit_book(limit_book& which, instant now);
  void restore(instant now);
  limit_book* blamed(const logged_attempt& which, const heard_refusal& what);
  limit_book* named(const named_limit& what);
  void took_nothing(const logged_attempt& which, instant now, const limit_book* but = nullptr);
  void disbelieve_headers(limited of);
  void too_many_at_once(const logged_attempt& which, const heard_refusal& what, bool echo,
                        instant now);
  void measured(limit_book& by, const logged_attempt& which, bool echo, instant now);
  void drain(limit_book& by, const logged_attempt& which, instant now);
  void close(const limit_book* by, const logged_attempt& which, std::optional<double> hint,
             double random, instant now);
  limit_book& headed_book(limited of, double told, instant now);
  void read_one(const logged_attempt& which, limited of, const http::quota_bucket& told,
                bool refusal, instant now);
  double follow(limit_book::reading& one, const limit_book& of, double told, double left,
                instant ref, double& error) const;
  double output_came(limit_book& of, double told, double left, instant ref) const;
  void clamp(limit_book& to, double left, double half, instant ref, instant as_of, instant now);

  route_limits_options options_;
  attempt_log log_;
  std::deque<limit_book> books_;
  struct doubt {
    instant sent;
    std::uint64_t number;
  };
  std::deque<doubt> unsure_;   // on the wire, neither heard of nor silent for long enough
  std::size_t held_back_ = 0;  // not on the wire yet
  std::vector<std::uint64_t> silent_;
  gate_wait waits_for_ = gate_wait::nothing;
  http::rate_limits last_limits_;
  pressure pressure_;
  std::uint64_t headers_of_ = 0;
  int books_made_ = 0;
  std::uint32_t cycles_ = 0;
  instant closed_ = 0, refused_heard_ = -1, first_sent_ = -1, last_sent_ = -1e9, opened_ = 0;
  instant answered_ = -1, heard_ = 0, busy_ = 0;
  double longest_gap_ = 0;   // between two answers
  double refusal_took_ = 0;  // the slowest lately
  double round_trip_ = 1;    // the quickest
  double overtaking_;        // seconds by which requests overtake each other
  double hint_ = 1;          // the last one
  double confirmed_ = 0, let_ = 0, vains_ = 0, ends_ = 0;
  double tokens_per_byte_ = 0.25, use_ = 1;  // of what is reserved
  double generated_ = 0;
  double at_once_ = never, at_once_since_ = 0;
  std::uint8_t lied_ = 0;     // headers of these units, one bit each
  bool exact_ = false;        // it is in milliseconds
  bool unexplained_ = false;  // a refusal that no header told of
  bool vain_ = false, doubtful_ = false, worded_ = false, blocked_ = false, stale_ = false;
};

}  // namespace reroute::detail
