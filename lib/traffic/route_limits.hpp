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

namespace reroute::detail {

/// Who asks.
struct pressure {
  std::size_t waiting = 0;    ///< calls that wait for this model, the next one included
  std::size_t in_flight = 0;  ///< of this route
};

struct heard_refusal {
  std::optional<double> hint;  ///< seconds to wait
  bool exact = false;          ///< in milliseconds
  bool rate_limit = true;      ///< 429; else somebody refuses everybody
  std::optional<named_limit> named;
};

/// One log, and a book for each limit that it shows. Pure: time is an argument, in seconds, and never goes back.
/// Numbers of attempts rise by one. Not thread-safe. lib/traffic/README.md explains it.
class route_limits {
 public:
  explicit route_limits(const quota& stated = {});

  /// When such a call may go: `now` or before, later, or `never`: not before something is heard. To be asked
  /// again when anything was sent or heard, and at the moment that it names.
  [[nodiscard]] instant earliest(const cost& what, const pressure& of, instant now);
  void sent(std::uint64_t number, const cost& what, instant now);
  /// It is on the wire only now.
  void on_the_wire(std::uint64_t number, instant now);
  /// Before `admitted` or `refused`.
  void read(std::uint64_t number, const http::rate_limits& limits, bool refusal, instant now);
  void admitted(std::uint64_t number, instant now);
  /// The answer has ended, with this usage; negative: it does not tell.
  void ended(std::uint64_t number, double input, double output, instant now);
  void refused(std::uint64_t number, const heard_refusal& what, instant now);
  void faulted(std::uint64_t number, instant now);
  /// Given up: nobody knows what became of it.
  void lost(std::uint64_t number);
  /// It never left.
  void never_sent(std::uint64_t number, instant now);

  /// The loop stood still until now: silence before proves nothing.
  void stalled(instant now);
  /// The route failed: a single call finds out whether it is back.
  void route_failed(instant now);

  [[nodiscard]] instant closed_until() const { return closed_; }
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
  void settle(instant now);
  void confirm(logged_attempt& which);
  [[nodiscard]] double flight() const;
  instant allowed(const cost& what, instant now);
  [[nodiscard]] double inflow(const limit_book& of) const;
  void refresh(instant now);
  void fit_book(limit_book& which, instant now);
  void restore(instant now);
  limit_book* blamed(const logged_attempt& which, const heard_refusal& what);
  limit_book* named(const named_limit& what);
  void disbelieve_headers(limited of);
  void too_many_at_once(const logged_attempt& which, const heard_refusal& what, bool echo,
                        instant now);
  void measured(limit_book& by, const logged_attempt& which, bool echo, instant now);
  void drain(limit_book& by, const logged_attempt& which, instant now);
  void close(const limit_book* by, const logged_attempt& which, std::optional<double> hint,
             instant now);
  limit_book& headed_book(limited of, double told, instant now);
  void read_one(const logged_attempt& which, limited of, const http::quota_bucket& told,
                bool refusal, instant now);
  double follow(limit_book::reading& one, const limit_book& of, double told, double left,
                instant ref, double& error) const;
  void clamp(limit_book& to, double left, double half, instant ref, instant as_of, instant now);

  attempt_log log_;
  std::deque<limit_book> books_;
  struct doubt {
    instant sent;
    std::uint64_t number;
  };
  std::deque<doubt> unsure_;  // neither heard of nor silent for long enough
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
  std::uint8_t lied_ = 0;  // headers of these units, one bit each
  bool vain_ = false, doubtful_ = false, worded_ = false, blocked_ = false, stale_ = false;
};

}  // namespace reroute::detail
