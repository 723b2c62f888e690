// How fast one route admits: stated by the user, told by its headers, or learned from its refusals.
#pragma once

#include <reroute/policy/quota.hpp>
#include <reroute/traffic/gate_status.hpp>

#include "traffic/limit_reading.hpp"

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <optional>

namespace reroute::detail {

/// Who waits: whether more is tried than was proved depends on whether it would be of use.
struct demand {
  std::size_t waiting = std::size_t{1} << 30;
  bool alone =
      true;  ///< no other route that they may use is closed, or may be soon for having tried
};

/// A mirror of the route's request limit: a bucket of credits, one per attempt. Pure: time is an
/// argument. Not thread-safe.
///
/// A refusal says that the limit was empty when the attempt was sent. What was admitted between two
/// such moments, over the time between them, is the rate; how much was admitted right after an
/// opening is the burst. Between refusals the rate stands for a while and then grows, ever faster,
/// until the route says no. lib/traffic/README.md has the reasons.
class pace {
 public:
  using time_point = std::chrono::steady_clock::time_point;
  using nanoseconds = std::chrono::nanoseconds;

  /// `first_burst` credits before anything is known.
  explicit pace(double first_burst);

  /// The user knows the limit.
  void state(const quota& limits);
  /// Nothing is known yet: so much per second, which the gate's window sets.
  void ramp(double per_second);
  /// The server says what was left.
  /// `limit` is the bucket's size; it fills with `least` to `most` per second.
  void heard(double limit, double remaining, double least, double most, const limit_reading& told,
             time_point now);

  /// No more than so many are left, whatever the bucket holds.
  void at_most(double left, time_point now);

  /// When the next credit is there: `now` or later.
  [[nodiscard]] time_point earliest(time_point now, const demand& of);
  void take();
  /// It never was sent.
  void give_back();

  /// An attempt sent at `sent` met an empty limit, after `admitted` since the last opening; the gate
  /// stays closed from `now` until `opens`.
  /// A hint is rounded up by at most `grain`; without one that is `nanoseconds::max()`.
  void refused(time_point sent, double admitted, time_point now, time_point opens,
               nanoseconds grain);
  /// The gate closes for another reason: nothing is learned from this period.
  void interrupted(time_point now);
  /// The limit is a window (`window_mirror` knows it): so many at once, and so many per second.
  void windowed(double count, nanoseconds length, limit_evidence by, time_point now);
  /// A window has begun without the gate having been closed: all of it is there.
  void window_began(time_point now);
  /// Its last hint was longer than a bucket needs.
  [[nodiscard]] bool windowed() const { return windowed_; }
  /// Whether so long a wait, rounded up by at most `grain`, is more than a bucket asks for.
  [[nodiscard]] bool too_long_for_a_bucket(nanoseconds wait, nanoseconds grain) const;
  /// It is at least so fast, as far as another limit shows.
  void at_least(double per_second) { rate_ = std::max(rate_, per_second); }
  /// The gate opens; `ramped`: slowly, so that this period measures nothing. `slipped`: so many were
  /// let through after the refusal that had closed it.
  void opened(time_point now, bool ramped, double slipped);

  [[nodiscard]] limit_evidence known_by() const { return known_by_; }
  /// Per second, now.
  [[nodiscard]] double rate() const;
  [[nodiscard]] double burst() const { return burst_; }
  /// Somebody waits for more than was proved.
  [[nodiscard]] bool growing(time_point now) const {
    return growth() > 1 && now - pressed_at_ < std::chrono::seconds(1);
  }
  /// What is left now, by headers; nothing if there are none.
  [[nodiscard]] std::optional<double> account() const {
    if (known_by_ != limit_evidence::headers) return std::nullopt;
    return credit_ + owed_;
  }

 private:
  void refill(time_point now);
  void learn_first(double admitted, double open_for, double closed_for);
  void learn(double admitted, double open_for, time_point sent);
  [[nodiscard]] bool smooth() const;
  [[nodiscard]] double growth() const;
  [[nodiscard]] double now_per_second() const;

  limit_evidence known_by_ = limit_evidence::none;
  // the bucket
  double rate_ = 0;  // without growth
  double burst_;     // credits that may stand after a pause
  double proven_;    // of them, what was once admitted in a go
  double credit_;
  double owed_ = 0;  // of the opening's credits, those that come at a multiple of the rate
  time_point at_{};
  bool open_ = true;
  bool begun_ = false;
  bool pressed_ = false;  // somebody waits for a credit
  time_point pressed_at_{};
  double stated_ = 0;  // a ceiling of growth; 0: none
  double first_burst_;
  // the period since the opening
  time_point opened_{};
  time_point interrupted_{};  // when it was closed for a reason that says nothing of its credits
  double opening_ = 0;        // credits it opened with
  bool ramped_ = false;
  int bursts_refused_ = 0;  // openings in a row whose credits were refused, with a short hint
  bool was_full_ = false;  // as many as it can hold: it may have been closed for longer than needed
  // empty moments
  time_point empty_{};   // the last one
  time_point anchor_{};  // the one that evidence counts from
  bool emptied_ = false;
  bool measured_ = false;    // it was empty once
  bool guessed_ = false;     // the rate is what one refusal says
  double since_anchor_ = 0;  // admitted
  // time in which the bucket was full, and took no more: since the opening, and since the anchor before it
  std::chrono::duration<double> spilled_{0}, spilled_before_{0};
  bool windowed_ = false;  // its hint is longer than a bucket's refill: all is there at the opening
  // growth
  std::chrono::duration<double> calm_{0};  // under pressure without a refusal
  double patience_ = 0.5;                  // seconds of calm before it grows
  time_point shrunk_at_ = time_point(std::chrono::hours(-24 * 365));
  double shrunk_from_ = 0, shrunk_burst_ = 0;  // the bucket before
  int looked_for_ = 0;                         // how often it was looked for since
  double lost_ = 0;                            // seconds of its rate that a closing lets fall
  reading_judge judge_;
  bool slack_ = false;                     // the last ones said that much is left
  double told_least_ = 0, told_most_ = 0;  // what they say the rate is
  time_point contradicted_at_{};
  int contradicted_ = 0;                  // refusals although headers said that something is left
  time_point told_at_{}, told_before_{};  // the last reading, and the one before
};

}  // namespace reroute::detail
