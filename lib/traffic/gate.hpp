// One route's limit for one model, as far as the client knows it: may one more go now, and if not,
// when?
#pragma once

#include <reroute/error/normalized_error.hpp>
#include <reroute/http/rate_limits.hpp>
#include <reroute/policy/quota.hpp>
#include <reroute/traffic/gate_options.hpp>
#include <reroute/traffic/gate_status.hpp>

#include "traffic/cost.hpp"
#include "traffic/in_flight_cap.hpp"
#include "traffic/latency_watch.hpp"
#include "traffic/request_limit.hpp"
#include "traffic/route_limits.hpp"
#include "traffic/token_mirror.hpp"

#include <chrono>
#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <utility>

namespace reroute::detail {

/// What an answer says that it took. Prompt tokens read from the cache are free.
struct consumption {
  double input_tokens = 0;
  double output_tokens = 0;
};

/// The right to send one attempt. Given back by exactly one of the gate's `admitted`, `refused`,
/// `faulted`, `quarantined` and `released`. An answer whose body takes back what its head said is told
/// a second time, as what it is, with `given_back`.
struct permit {
  std::uint64_t number = 0;  ///< counts the gate's permits, from 1
  std::uint32_t epoch = 0;   ///< how often the gate had closed before
  bool probe = false;
  bool given_back = false;  ///< the caller's to set, after `admitted`
  std::chrono::steady_clock::time_point at;
  double bytes = 0;
  double input_tokens = 0, output_tokens = 0;  ///< reserved
  /// Of all permits up to this one, less what is known to be refused or to have come back.
  double requests_so_far = 0, input_so_far = 0, output_so_far = 0;
  /// After it, by our own account.
  std::optional<double> requests_left, input_left, output_left, tokens_left;
};

/// The state machine. Pure: time and randomness are arguments. Not thread-safe.
///
/// Open, it admits as fast as its `request_limit` says, and while fewer than `window` attempts are unconfirmed
/// (neither answered nor silent for long enough). The window binds where the pace is no guide: before
/// anything is known, and on the ramp after a probe; each confirmation widens it by one, so it doubles
/// per round trip. A refusal closes the gate for everybody. It opens again either behind a single
/// probe or at once, with what the route's limit holds by then. lib/traffic/README.md explains it.
class gate {
 public:
  using time_point = std::chrono::steady_clock::time_point;
  using nanoseconds = std::chrono::nanoseconds;
  using state = gate_state;

  /// The answer to "when may one more go": never before something is heard.
  static constexpr time_point when_heard = time_point::max();

  explicit gate(gate_options options, const quota& stated = {});

  /// When an attempt of this cost may go: `now` if at once, a later time, or `when_heard`.
  /// Counts silence up to `now`.
  [[nodiscard]] time_point earliest(time_point now, const cost& need = {}, const demand& of = {});
  /// Takes the place that `earliest(now, need) <= now` promised.
  [[nodiscard]] permit admit(time_point now, const cost& need = {});
  /// The attempt goes to the wire only now (its credential had to be fetched): silence counts from
  /// here. May be repeated.
  void sent(const permit& held, time_point now);

  /// What the headers of an attempt's response say about the limits. Before `admitted` or `refused`.
  void read(const permit& held, const http::rate_limits& limits, time_point now);
  /// What the answer took, against what was reserved. `told`: its headers have said it already.
  void settle(const permit& held, const consumption& taken, bool told);

  /// The route answered, and its limiter let the attempt through.
  void admitted(const permit& held, time_point now);
  /// A rate limit, or an overload with a hint. `random` in [0, 1).
  void refused(const permit& held, const normalized_error& error, time_point now, double random);
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
  /// It sends more than was proved, and may be refused for it.
  [[nodiscard]] bool trying(time_point now) const { return requests_.trying(now); }
  /// Closed, or probing.
  [[nodiscard]] bool shut() const { return shut_; }
  /// A probe is under way: its answer may open the gate at any moment.
  [[nodiscard]] bool listening() const { return shut_ && probe_out_ != 0; }
  /// Closed by a refusal or faults until then; the epoch of the clock if it never closed.
  [[nodiscard]] time_point closed_until() const { return closed_until_; }
  /// When the route itself says that it opens, be it beyond the cap.
  [[nodiscard]] std::optional<time_point> announced_opening() const { return announced_; }
  [[nodiscard]] std::size_t in_flight() const { return in_flight_ + streams_; }
  [[nodiscard]] std::size_t window() const { return window_; }
  /// How long heads of answers took lately.
  latency_watch heads;
  /// And how long the first contents of streams took.
  latency_watch contents;
  /// Tokens that an attempt of this cost will take, as far as is known.
  [[nodiscard]] double tokens_of(const cost& need) const {
    return need.bytes * (replayed_ ? replayed_->tokens_per_byte() : tokens_per_byte_) +
           need.output_tokens;
  }
  /// Nothing speaks against the next attempt but that a new gate does not send all in one moment.
  [[nodiscard]] bool spreading() const;
  /// Everything that users may know; the names are the caller's to fill in.
  [[nodiscard]] gate_status status(time_point now) const;
  /// Why it is in quarantine; empty if it is not.
  [[nodiscard]] const std::shared_ptr<const normalized_error>& quarantine_reason() const {
    return reason_;
  }

 private:
  struct unconfirmed {
    bool answered = false;
    bool on_the_wire = false;
  };
  struct sending {
    std::uint64_t number;
    time_point at;
    double input = 0, output = 0;
  };
  // where limits are learned by replaying the log
  [[nodiscard]] instant seconds(time_point now);
  [[nodiscard]] time_point earliest_replayed(time_point now, const cost& need, const demand& of);
  void read_replayed(const permit& held, bool refused, time_point now);
  void refused_replayed(const permit& held, const normalized_error& error, time_point now,
                        double random);
  void failed_replayed(time_point now);
  void status_replayed(gate_status& told) const;

  void heard_no(const permit& held, time_point now);
  bool take_back(const permit& held);  // true if it was unconfirmed until now
  void forget_failures(std::uint64_t number);
  void close(time_point until, bool probe_first, bool probe_needs_answer);
  void keep_closed(time_point until, time_point now);
  void open(time_point now);
  void probe_passed(time_point now);
  [[nodiscard]] bool doubtful_headers(time_point now);
  void confirm_one(std::uint64_t number);
  void confirm_silent(time_point now);
  [[nodiscard]] nanoseconds silence() const;
  void output_came_back(std::uint64_t number, double output);
  void forget_seen(time_point now);
  void took_nothing(const permit& held);
  struct allowance {
    time_point when;    // by all that is known of limits
    time_point latest;  // when a single one looks again
  };
  [[nodiscard]] allowance allowed(time_point requests, const cost& need, time_point now);
  [[nodiscard]] bool overdue(const permit& held) const {
    return overdue_ && overdue_->number == held.number;
  }
  void overdue_passed(time_point now);
  struct amounts {
    double requests = 0, input = 0, output = 0;
  };
  [[nodiscard]] amounts not_taken_before(const permit& held) const;
  void ramp();
  void confirm(std::uint64_t number);
  [[nodiscard]] unconfirmed* entry_of(std::uint64_t number);
  [[nodiscard]] time_point oldest_silence();
  [[nodiscard]] nanoseconds probe_interval(time_point now, double random, int part_of_outage);
  [[nodiscard]] bool stale(const permit& held) const { return held.epoch != epoch_; }

  gate_options options_;
  std::unique_ptr<route_limits> replayed_;  // null: paced
  time_point began_{}, latest_{};           // the log's clock; when it was last told the time
  // closing
  time_point closed_until_{};
  std::optional<time_point> announced_;
  std::shared_ptr<const normalized_error> reason_;
  std::uint32_t epoch_ = 0;           // how often it closed
  bool shut_ = false;                 // closed or probing
  std::uint64_t stalled_before_ = 0;  // the next number then
  time_point hold_until_{};           // after a stall: what came in meanwhile is read first
  bool probe_first_ = false;
  bool probe_needs_answer_ = false;
  std::uint64_t probe_out_ = 0;   // number of the probe under way
  time_point probe_again_{};      // when another may go although that one is silent
  int refusals_ = 0;              // closings by refusal since the last admission
  int faults_ = 0;                // faults in a row
  std::uint64_t last_fault_ = 0;  // number of the latest attempt that met one
  bool mute_ = false;             // one of them was silence, or a lost connection
  int failed_probes_ = 0;         // in a row, beyond the cap or by the breaker
  struct in_a_row {
    std::uint64_t number = 0;
    int refusals = 0, faults = 0, failed_probes = 0;
  } before_admission_;         // what the latest admission that ended such a row has made forgotten
  time_point closed_since_{};  // when that row began
  // the limits
  in_flight_cap cap_;
  bool too_many_at_once_ = false;  // the last refusal's headers say so
  request_limit requests_;
  token_mirror input_, output_, tokens_;
  http::rate_limits limits_;
  std::uint64_t limits_of_ = 0;  // number of the attempt that they came with
  time_point last_granted_{};
  std::optional<permit> overdue_;  // sent although a limit was believed to be used up
  double tokens_per_byte_ = 0.25;
  int not_explained_ = 0;           // refusals in a row by a limit that nobody names
  time_point not_explained_at_{};   // the last one
  std::uint64_t not_requests_ = 0;  // the last refusal's headers say that requests are left,
  std::uint64_t of_tokens_ = 0;     // or that tokens are not, and nothing of requests
  std::deque<sending> recent_;      // granted lately: the server may not have seen them
  double recent_input_ = 0, recent_output_ = 0;
  // of all permits that were not refused; less what answers gave back
  double all_requests_ = 0, all_input_ = 0, all_output_ = 0;
  double output_share_ = 1;  // of what was reserved, that answers take
  struct refusal {
    std::uint64_t number, heard_before;  // the next number when it was heard
    double input, output;
  };
  std::deque<refusal> refused_;  // lately: what those sent meanwhile believed to be taken was not
  // the window
  bool paced_ = false;  // nothing is known, and somebody waits for the pace
  std::size_t window_;
  std::uint64_t next_number_ = 1;
  std::uint64_t widen_from_ = 0;         // answers to older permits widen nothing
  std::uint64_t first_unconfirmed_ = 1;  // number of unconfirmed_.front()
  std::deque<unconfirmed> unconfirmed_;
  std::deque<sending> sent_;  // in the order of sending; holds answered ones too
  std::size_t waiting_ = 0;   // of unconfirmed_, those without an answer
  std::size_t in_flight_ = 0;
  std::size_t streams_ = 0;  // open behind their heads
  nanoseconds refusal_latency_{0};
};

}  // namespace reroute::detail
