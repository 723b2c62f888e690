// One route's limit for one model.
#include "traffic/gate.hpp"

#include <reroute/http/retry_after.hpp>
#include <reroute/policy/backoff.hpp>

#include <algorithm>
#include <utility>

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
    if (probe_out_ != 0) {
      if (!probe_needs_answer_) return oldest_silence();
      if (now < probe_again_) return probe_again_;
      probe_out_ = 0;  // lost in a black hole
    }
    if (now < closed_until_) return closed_until_;
    if (probe_first_) return now;
    open();
  }
  return waiting_ < window_ ? now : oldest_silence();
}

permit gate::admit(time_point now) {
  const permit given{next_number_++, epoch_, shut_, now};
  if (given.probe) {
    probe_out_ = given.number;
    probe_again_ = now + options_.cap;
  }
  unconfirmed_.emplace_back();
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

void gate::sent(const permit& held, time_point now) {
  unconfirmed* const entry = entry_of(held.number);
  if (!entry || std::exchange(entry->on_the_wire, true)) return;
  sent_.push_back({held.number, now});
}

void gate::admitted(const permit& held, time_point) {
  const bool first_word = take_back(held);
  if (stale(held)) return;
  refusals_ = faults_ = failed_probes_ = 0;
  if (held.probe && shut_) {
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
  // clamped in milliseconds: in nanoseconds it might not fit
  const nanoseconds hint = std::clamp(error.retry_after.value_or(std::chrono::milliseconds(0)),
                                      std::chrono::milliseconds(0), http::longest_wait);
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
  if ((held.probe && shut_) || faults_ >= options_.faults_to_close)
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

void gate::stalled(time_point now) {
  for (sending& each : sent_)
    each.at = now;
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
  unconfirmed* const entry = entry_of(held.number);
  if (!entry || entry->answered) return false;
  confirm(held.number);
  return true;
}

gate::unconfirmed* gate::entry_of(std::uint64_t number) {
  if (number < first_unconfirmed_) return nullptr;
  return &unconfirmed_[static_cast<std::size_t>(number - first_unconfirmed_)];
}

void gate::confirm(std::uint64_t number) {
  entry_of(number)->answered = true;
  --waiting_;
  while (!unconfirmed_.empty() && unconfirmed_.front().answered) {
    unconfirmed_.pop_front();
    ++first_unconfirmed_;
  }
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
  while (!sent_.empty() && sent_.front().at + enough <= now) {
    const std::uint64_t number = sent_.front().number;
    sent_.pop_front();
    const unconfirmed* const entry = entry_of(number);
    if (!entry || entry->answered) continue;
    confirm(number);
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

gate::time_point gate::oldest_silence() {
  while (!sent_.empty()) {
    const unconfirmed* const entry = entry_of(sent_.front().number);
    if (entry && !entry->answered) return sent_.front().at + silence();
    sent_.pop_front();
  }
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
