// One route's limit for one model.
#include "traffic/gate.hpp"

#include <reroute/policy/backoff.hpp>

#include <algorithm>

namespace reroute::detail {
namespace {

using nanoseconds = std::chrono::nanoseconds;

constexpr std::size_t widest_window = std::size_t{1} << 20;
constexpr std::size_t careful_window = 2;
constexpr nanoseconds longest_silence = std::chrono::seconds(2);

}  // namespace

gate::time_point gate::earliest(time_point now) {
  confirm_silent(now);
  if (options_.max_in_flight != 0 && in_flight_ >= options_.max_in_flight) return when_heard;
  if (shut_) {
    if (probe_out_ != 0) return probe_needs_answer_ ? when_heard : oldest_silence();
    if (now < closed_until_) return closed_until_;
    if (probe_first_) return now;
    open();
  }
  return waiting_ < window_ ? now : oldest_silence();
}

permit gate::admit(time_point now) {
  const permit given{next_number_++, epoch_, shut_, now};
  if (given.probe) probe_out_ = given.number;
  unconfirmed_.push_back({now, false});
  ++waiting_;
  ++in_flight_;
  ++granted_;
  // here the last period ended in a refusal: feel the way
  if (expected_ && granted_ >= *expected_) {
    window_ = std::min(window_, careful_window);
    widen_from_ = next_number_;
    expected_.reset();
  }
  return given;
}

void gate::admitted(const permit& held, time_point) {
  const bool first_word = take_back(held);
  if (stale(held)) return;
  refusals_ = faults_ = failed_probes_ = 0;
  if (held.number == probe_out_) {
    open();
  } else if (first_word) {
    confirm_one(held.number);
  }
}

void gate::refused(const permit& held, const normalized_error& error, time_point now,
                   double random) {
  take_back(held);
  ++taken_back_;
  // refusals tell how long silence must last before it means admission; an old lesson fades slowly
  refusal_latency_ = std::max<nanoseconds>(now - held.at, refusal_latency_ * 9 / 10);
  const nanoseconds hint =
      std::min<nanoseconds>(std::max(error.retry_after.value_or(std::chrono::milliseconds(0)),
                                     std::chrono::milliseconds(0)),
                            std::chrono::hours(24 * 365 * 100));
  const bool beyond_cap = hint > options_.cap;
  if (stale(held)) {
    // sent before the gate closed: it adds what it knows, and does not count as another closing
    if (hint.count() > 0 && !beyond_cap) keep_closed(now + hint);
    return;
  }
  const int before = refusals_++;
  if (beyond_cap) {
    announced_ = now + hint;
    close(now + probe_interval(random), true, true);
  } else {
    announced_.reset();
    close(now + wait_for(error, options_.waits, before, random, options_.hint_jitter), before > 0,
          false);
  }
}

void gate::faulted(const permit& held, time_point now, double random) {
  take_back(held);
  if (stale(held)) return;
  ++faults_;
  if (held.number == probe_out_ || faults_ >= options_.faults_to_close)
    close(now + probe_interval(random), true, true);
}

void gate::quarantined(const permit& held, const normalized_error& error, time_point now,
                       std::optional<nanoseconds> opens_in) {
  take_back(held);
  if (stale(held) && reason_) return;
  auto reason = std::make_shared<const normalized_error>(error);
  close(now + options_.quarantine, true, true);
  reason_ = std::move(reason);
  if (opens_in) announced_ = now + *opens_in;
}

void gate::released(const permit& held, time_point) {
  take_back(held);
  if (held.number == probe_out_) probe_out_ = 0;
  if (!stale(held) && granted_ > 0) --granted_;
}

void gate::stalled(nanoseconds lost) {
  for (unconfirmed& each : unconfirmed_)
    each.sent += lost;
}

gate::state gate::current(time_point now) const {
  if (!shut_) return state::open;
  if (reason_) return state::quarantined;
  if (probe_out_ != 0) return state::probing;
  if (now < closed_until_) return state::closed;
  return probe_first_ ? state::probing : state::open;
}

bool gate::take_back(const permit& held) {
  --in_flight_;
  if (held.number < first_unconfirmed_) return false;
  unconfirmed& entry = unconfirmed_[static_cast<std::size_t>(held.number - first_unconfirmed_)];
  if (entry.answered) return false;
  entry.answered = true;
  --waiting_;
  return true;
}

void gate::close(time_point until, bool probe_first, bool probe_needs_answer) {
  closed_until_ = shut_ ? std::max(closed_until_, until) : until;
  shut_ = true;
  ++epoch_;
  probe_out_ = 0;
  faults_ = 0;
  probe_first_ = probe_first;
  probe_needs_answer_ = probe_needs_answer;
  reason_.reset();
}

void gate::keep_closed(time_point until) {
  if (shut_) {
    closed_until_ = std::max(closed_until_, until);
  } else {
    close(until, false, false);
  }
}

void gate::open() {
  if (granted_ > taken_back_) expected_ = granted_ - taken_back_;
  window_ = careful_window;
  if (!probe_first_ && expected_)
    window_ =
        std::clamp(*expected_ / 8, careful_window,
                   std::max(careful_window, static_cast<std::size_t>(options_.initial_window)));
  granted_ = taken_back_ = 0;
  widen_from_ = next_number_;
  shut_ = false;
  probe_out_ = 0;
  announced_.reset();
  reason_.reset();
}

void gate::confirm_one(std::uint64_t number) {
  if (number < widen_from_) return;
  // a window that was not used has not proved that it is too small
  if (waiting_ + 1 >= window_ / 2) window_ = std::min(window_ + 1, widest_window);
}

void gate::confirm_silent(time_point now) {
  const nanoseconds enough = silence();
  while (!unconfirmed_.empty()) {
    const unconfirmed front = unconfirmed_.front();
    if (!front.answered && front.sent + enough > now) return;
    const std::uint64_t number = first_unconfirmed_++;
    unconfirmed_.pop_front();
    if (front.answered) continue;
    --waiting_;
    if (!shut_) {
      confirm_one(number);
    } else if (number == probe_out_ && !probe_needs_answer_) {
      open();
    }
  }
}

gate::nanoseconds gate::silence() const {
  return std::clamp<nanoseconds>(refusal_latency_ * 2, options_.silence,
                                 std::max<nanoseconds>(options_.silence, longest_silence));
}

gate::time_point gate::oldest_silence() const {
  for (const unconfirmed& each : unconfirmed_)
    if (!each.answered) return each.sent + silence();
  return when_heard;
}

gate::nanoseconds gate::probe_interval(double random) {
  // 1, 2, 4 s ... up to the cap; the jitter is in the upper half, so that the first is not at once
  const nanoseconds wait =
      options_.waits.delay(failed_probes_, 0.5 + std::clamp(random, 0.0, 1.0) / 2);
  ++failed_probes_;
  return std::min<nanoseconds>(wait, options_.cap);
}

}  // namespace reroute::detail
