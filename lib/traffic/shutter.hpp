// Closed until a single call has found out whether the route is back.
#pragma once

#include <algorithm>
#include <chrono>
#include <cstdint>

namespace reroute::detail {

/// Pure: time and randomness are arguments.
class shutter {
 public:
  using time_point = std::chrono::steady_clock::time_point;
  using nanoseconds = std::chrono::nanoseconds;

  /// `shortest` and `longest`: between two probes.
  shutter(nanoseconds shortest, nanoseconds longest) : shortest_(shortest), longest_(longest) {}

  /// Until then; then a probe goes. A closing in a row with others only moves it later. `silence_opens`: a probe that is
  /// not refused for as long as refusals take proves that the route is back; else only an answer does.
  void close(time_point until, bool silence_opens, time_point now);
  void open();
  /// What was sent before it closed asks for more time.
  void keep_closed(time_point until) { until_ = std::max(until_, until); }
  /// The probe was let through: it opens, but for what was heard meanwhile.
  void passed(time_point now);
  /// How long until the next probe: a part of the time that it has been closed in a row.
  [[nodiscard]] nanoseconds interval(time_point now, int part_of_outage, double random);

  [[nodiscard]] bool shut() const { return shut_; }
  [[nodiscard]] bool listening() const { return shut_ && probe_ != 0; }
  [[nodiscard]] bool probed_by(std::uint64_t number) const {
    return listening() && probe_ == number;
  }
  [[nodiscard]] bool silence_opens() const { return silence_opens_; }
  [[nodiscard]] time_point closed_until() const { return until_; }
  /// When a probe may go: one that is out makes room for another when it is lost for as long as `longest`.
  [[nodiscard]] time_point earliest(time_point now) const;
  void probe(std::uint64_t number, time_point now);
  /// It was given up: another may go.
  void probe_lost() { probe_ = 0; }
  /// Something was let through: the row of closings is over.
  void end_row() { failures_ = 0; }

 private:
  nanoseconds shortest_, longest_;
  time_point until_{}, since_{}, probed_at_{};
  std::uint64_t probe_ = 0;  // under way; 0: none
  int failures_ = 0;         // in a row
  bool shut_ = false, silence_opens_ = false;
};

}  // namespace reroute::detail
