// One route's limits for one model, as far as the client knows them: may one more go now, and if not, when?
#pragma once

#include <reroute/error/normalized_error.hpp>
#include <reroute/http/rate_limits.hpp>
#include <reroute/policy/quota.hpp>
#include <reroute/traffic/gate_options.hpp>
#include <reroute/traffic/gate_status.hpp>

#include "traffic/cost.hpp"
#include "traffic/fault_row.hpp"
#include "traffic/latency_watch.hpp"
#include "traffic/route_limits.hpp"
#include "traffic/shutter.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>

namespace reroute::detail {

/// What an answer says that it took. Prompt tokens read from the cache are free.
struct consumption {
  double input_tokens = 0;
  double output_tokens = 0;
};

/// As the log counts time.
[[nodiscard]] inline double in_seconds(std::chrono::nanoseconds time) {
  return std::chrono::duration<double>(time).count();
}

/// The right to send one attempt. Given back by exactly one of the gate's `admitted`, `refused`,
/// `faulted`, `quarantined` and `released`. An answer whose body takes back what its head said is told
/// a second time, as what it is, with `given_back`.
struct permit {
  std::uint64_t number = 0;  ///< counts the gate's permits, from 1
  bool probe = false;        ///< the gate is shut: it finds out whether the route is back
  bool given_back = false;   ///< the caller's to set, after `admitted`
  std::uint64_t call = 0;    ///< the caller's to set: attempts of one call have the same
  std::chrono::steady_clock::time_point at;
};

/// Pure: time and randomness are arguments. Not thread-safe. Composed of what is known of limits (`route_limits`), of
/// what fails (`fault_row`), and of what closes it until somebody has looked (`shutter`). lib/traffic/README.md
/// explains it.
class gate {
 public:
  using time_point = std::chrono::steady_clock::time_point;
  using nanoseconds = std::chrono::nanoseconds;
  using state = gate_state;

  /// The answer to "when may one more go": never before something is heard.
  static constexpr time_point when_heard = time_point::max();

  explicit gate(const gate_options& options, const quota& stated = {});

  /// When an attempt of this cost may go: `now` if at once, a later time, or `when_heard`.
  /// Counts silence up to `now`. `waiting`: calls that wait for it, the next one included.
  [[nodiscard]] time_point earliest(time_point now, const cost& need = {}, std::size_t waiting = 1);
  /// Takes the place that `earliest(now, need) <= now` promised.
  [[nodiscard]] permit admit(time_point now, const cost& need = {});
  /// The attempt goes to the wire only now (its credential had to be fetched): silence counts from
  /// here. May be repeated.
  void sent(const permit& held, time_point now);

  /// What the headers of an attempt's response say about the limits. Before `admitted` or `refused`.
  void read(const permit& held, const http::rate_limits& limits);
  /// What the answer took, against what was reserved.
  void settle(const permit& held, const consumption& taken, time_point now);

  /// The route answered, and its limiter let the attempt through.
  void admitted(const permit& held, time_point now);
  /// A rate limit, or an overload with a hint. `random` in [0, 1).
  void refused(const permit& held, const normalized_error& error, time_point now, double random);
  /// A 429 whose words are no limiter's: this request alone; or the route, where several different calls are refused in
  /// a row and none is let through.
  void refused_alone(const permit& held, const normalized_error& error, time_point now,
                     double random);
  /// The route failed: a reset, a 5xx, an overload without a hint. `answered`: it said so itself, so
  /// that silence after a probe means that the fault is over.
  void faulted(const permit& held, bool answered, time_point now, double random);
  /// No quota, or a key that this route refuses: closed for long.
  /// `opens_in`: when the route says that it opens again.
  void quarantined(const permit& held, const normalized_error& error, time_point now,
                   std::optional<nanoseconds> opens_in = std::nullopt);
  /// The attempt ended without a word from the route (cancelled, or never sent).
  void released(const permit& held, time_point now);

  /// A stream goes on behind its head, which was `admitted`: it keeps its place among those under way
  /// until `stream_ended`.
  void stream_began() { ++streams_; }
  void stream_ended() { streams_ -= streams_ > 0 ? 1 : 0; }

  /// The loop stood still until now: silence before proves nothing.
  void stalled(time_point now);

  [[nodiscard]] state current(time_point now) const;
  /// A probe is under way: its answer may open the gate at any moment.
  [[nodiscard]] bool listening() const { return shutter_.listening(); }
  /// Closed by a refusal or faults until then; the epoch of the clock if it never closed.
  [[nodiscard]] time_point closed_until() const;
  [[nodiscard]] std::size_t in_flight() const { return in_flight_ + streams_; }
  /// How long heads of answers took lately.
  latency_watch heads;
  /// And how long the first contents of streams took.
  latency_watch contents;
  /// Tokens that an attempt of this cost will take, as far as is known.
  [[nodiscard]] double tokens_of(const cost& need) const {
    return need.bytes * limits_.tokens_per_byte() + need.output_tokens;
  }
  /// Nothing speaks against the next attempt but that a new gate does not send all in one moment.
  [[nodiscard]] bool spreading() const { return !shutter_.shut() && limits_.untouched(); }
  /// Everything that users may know; the names are the caller's to fill in.
  [[nodiscard]] gate_status status(time_point now) const;
  /// Why it is in quarantine; empty if it is not.
  [[nodiscard]] const std::shared_ptr<const normalized_error>& quarantine_reason() const {
    return reason_;
  }

 private:
  [[nodiscard]] time_point asked(time_point now, const cost& need, std::size_t waiting);
  [[nodiscard]] instant seconds(time_point now);
  [[nodiscard]] time_point moment(instant when) const;
  void listen(time_point now);
  void let_through(std::uint64_t number, time_point now);
  void take_back(const permit& held);
  [[nodiscard]] std::size_t least_faults() const {
    return static_cast<std::size_t>(options_.faults_to_close);
  }
  [[nodiscard]] bool stale(const permit& held) const { return held.number <= closed_after_; }
  void overloaded(const permit& held, nanoseconds hint, time_point now, double random);
  void limited(const permit& held, const normalized_error& error, nanoseconds hint, time_point now,
               double random);
  void close(time_point until, bool silence_opens, time_point now);

  gate_options options_;
  route_limits limits_;
  fault_row faults_, alone_;
  std::uint64_t last_alone_ = 0;  // call
  shutter shutter_;
  time_point began_{}, latest_{};  // the log's clock; when it was last told the time
  std::optional<time_point> announced_;
  std::shared_ptr<const normalized_error> reason_;
  std::uint64_t last_number_ = 0;
  std::uint64_t closed_after_ =
      0;  // the newest attempt when it closed: older ones close it no further
  std::uint64_t stalled_after_ = 0;
  bool for_faults_ = false;    // closed, unless others are let through:
  bool for_refusals_ = false;  // by a single one, that named a time
  bool mute_ = false;          // a fault since the last answer was silence, or a lost connection
  // what the hints of limits ask for beyond the cap is looked at
  time_point look_at_ = time_point::max();
  std::uint64_t look_ = 0;   // the attempt that looks
  time_point hold_until_{};  // after a stall: what came in meanwhile is read first
  time_point last_granted_{};
  gate_wait waits_for_ = gate_wait::nothing;
  time_point next_{};  // when the call that was last asked for may go
  http::rate_limits headers_;
  std::uint64_t headers_of_ = 0;  // the attempt that they came with
  std::size_t in_flight_ = 0;
  std::size_t streams_ = 0;  // open behind their heads
};

}  // namespace reroute::detail
