// What is known of one route's limit on requests: a bucket, a window, or both.
#pragma once

#include <reroute/http/rate_limits.hpp>
#include <reroute/policy/quota.hpp>
#include <reroute/traffic/gate_status.hpp>

#include "traffic/limit_shape.hpp"
#include "traffic/pace.hpp"
#include "traffic/window_mirror.hpp"

#include <array>
#include <chrono>
#include <cstdint>
#include <deque>
#include <optional>

namespace reroute::detail {

/// A refusal, as far as it concerns the limit on requests.
struct limit_refusal {
  std::uint64_t number = 0;  ///< of the attempt
  std::chrono::steady_clock::time_point sent;
  std::chrono::nanoseconds hint{0};   ///< 0: none
  std::chrono::nanoseconds grain{0};  ///< the hint is rounded up by at most so much
  bool probe = false;
};

/// Finds out which kind of limit it is, and asks its mirror (`pace`, `window_mirror`). Attempts are
/// numbered as they are granted, from 1. Pure: time is an argument.
class request_limit {
 public:
  using time_point = std::chrono::steady_clock::time_point;
  using nanoseconds = std::chrono::nanoseconds;

  /// `first_burst` at once before anything is known.
  explicit request_limit(double first_burst) : first_burst_(first_burst), pace_(first_burst) {}

  void state(const quota& limits) { pace_.state(stated_ = limits); }
  /// Nothing is known yet: so much per second.
  void ramp(double per_second) { pace_.ramp(per_second); }
  /// Headers.
  void heard(const http::quota_bucket& told, const limit_reading& of, time_point now);

  /// When the next attempt may go: `now` or later; `time_point::max()` until
  /// the first one of a window that may not have begun yet is confirmed.
  [[nodiscard]] time_point earliest(time_point now, const demand& of);
  void take(std::uint64_t number, time_point now);
  /// It was let through.
  void confirmed(std::uint64_t number) {
    window_.confirmed(number);
    sought_ = 0;
  }
  /// It failed, or nobody waits for its answer any more: it may have been let through.
  void lost(std::uint64_t number) { window_.lost(number); }
  /// It was never sent. `stale`: the limit has been closed since.
  void released(std::uint64_t number, bool stale);

  /// Attempts of this period that were let through before this one.
  [[nodiscard]] double let_through(std::uint64_t number) const;
  /// It was refused, and closes the limit from `now` until `opens`. Returns when it may open instead
  /// if that is known better.
  [[nodiscard]] std::optional<time_point> refused(const limit_refusal& by, time_point now,
                                                  time_point opens);
  /// It was refused after another one had closed the limit.
  void refused_too(std::uint64_t number);
  /// It is closed for another reason; `number` was refused, if it is not 0.
  void interrupted(std::uint64_t number, time_point now);
  /// It opens; `next` will be the number of the next attempt. `ramped`: slowly.
  void opened(time_point now, bool ramped, std::uint64_t next);

  /// Nothing is true of what was heard and learned: it begins anew.
  void forget(time_point now);
  /// All that is known is what the user states.
  [[nodiscard]] bool stated() const {
    return known_by() == limit_evidence::stated && !window_.known();
  }
  /// How long one request takes by what the user states; 0: nothing is stated.
  [[nodiscard]] nanoseconds stated_for_one() const;

  [[nodiscard]] limit_evidence known_by() const { return pace_.known_by(); }
  [[nodiscard]] double rate() const { return pace_.rate(); }
  [[nodiscard]] double burst() const { return pace_.burst(); }
  /// What is left now, by headers; nothing if there are none.
  [[nodiscard]] std::optional<double> account() const { return pace_.account(); }
  /// It sends more than was proved.
  [[nodiscard]] bool trying(time_point now) const { return pace_.growing(now); }
  /// All that is known is one refusal, which might mean something else.
  [[nodiscard]] bool doubtful() const { return doubtful_; }

 private:
  // what a refusal ended: between an opening and it, so many were let through
  struct period {
    std::uint64_t first = 0, number = 0;  // its first attempt, the one that was refused
    time_point began, ended;              // when these two were sent
    double let_through = 0;
  };
  // attempts since one of them, those that were not let through counted
  struct count {
    std::uint64_t first = 1;
    time_point began;
    double not_admitted = 0;
    [[nodiscard]] double before(std::uint64_t number) const;
    void take(std::uint64_t number, time_point now);
    void give_back(std::uint64_t number);
  };
  std::optional<time_point> refused_blindly(const limit_refusal& by, const period& ended,
                                            time_point now, time_point opens);
  void refused_with_hint(const limit_refusal& by, const period& ended, time_point now,
                         time_point opens);
  void adopt_told(double taken, time_point now);
  void mirror_window(limit_evidence by, time_point now);
  [[nodiscard]] bool window_is_full(std::uint64_t number) const;
  [[nodiscard]] bool same_count() const;
  [[nodiscard]] bool repeated(const period& that) const;
  void remember(const period& ended);
  void doubt_shapes(const period& ended);

  double first_burst_;
  quota stated_;
  pace pace_;
  window_mirror window_;
  bool window_only_ = false;           // no bucket beside it
  bool blind_ = false;                 // it was guessed at without a hint
  bool doubtful_ = false;              // a window is all that one refusal says
  std::array<limit_shape, 2> shapes_;  // of what headers say; the latest first
  int early_ = 0;          // refusals in a row long before a window that headers told of was full
  int sought_ = 0;         // refusals in a row without a hint, while a window's end was sought
  count period_;           // since the last opening
  count span_;             // since an opening that no bucket explains: a window began there, if any
  bool new_span_ = false;  // with the next opening
  std::uint64_t next_ = 1;      // number
  double slipped_ = 0;          // sent after the refusal that closed it, and not refused
  std::deque<period> periods_;  // the last few
  period row_;                  // the last in which anything was let through
};

}  // namespace reroute::detail
