// One route's limit for one model.
#include "traffic/gate.hpp"

#include <reroute/http/retry_after.hpp>
#include <reroute/policy/backoff.hpp>

#include <algorithm>
#include <cmath>
#include <utility>

namespace reroute::detail {
namespace {










using nanoseconds = std::chrono::nanoseconds;

constexpr std::size_t widest_window = std::size_t{1} << 20;
constexpr std::size_t careful_window = 2;
constexpr nanoseconds longest_silence = std::chrono::seconds(2);
constexpr nanoseconds unseen_for = std::chrono::milliseconds(50);  // on its way to the server
constexpr nanoseconds after_a_stall = std::chrono::milliseconds(20);
constexpr double first_at_once = 4;
constexpr double ramp_speed = 1.2;       // windows per time of silence
constexpr std::size_t large_window = 48;  // from here on it trebles
// a probe goes after this part of an outage: soon where nobody said how long it lasts
constexpr int fault_part = 6;
constexpr int beyond_cap_part = 3;
constexpr std::size_t first_window = 8;  // where one refusal is all that is known
constexpr double ramp_burst = 0.25;      // of the burst, besides what the rate sends in the time of silence
constexpr nanoseconds reset_grain = std::chrono::seconds(2);  // whole seconds, from a Date in whole seconds
constexpr double enough_due = 6;     // credits of a bucket since it was empty,
constexpr double few_of_due = 0.1;   // and so few of them were there: it is none
constexpr nanoseconds longest_first = std::chrono::seconds(5);
constexpr double enough_to_compare = 8;
constexpr double nearly_full = 0.9;  // of a window: a refusal is its end
constexpr double learn_tokens = 0.1;  // weight of the newest observation

// how much more than the truth a hint may ask for
nanoseconds grain_of(const normalized_error& error) {
  switch (error.retry_after_source) {
    case http::hint_source::retry_after_ms:
      return std::chrono::milliseconds(2);
    case http::hint_source::retry_after_date:
      return std::chrono::seconds(2);  // as `reset_grain`
    default:
      return std::chrono::seconds(1);
  }
}

}  // namespace

gate::gate(gate_options options, const quota& stated)
    : options_(options),
      pace_(std::min(first_at_once, static_cast<double>(options.initial_window))),
      window_(static_cast<std::size_t>(options.initial_window)) {
  pace_.state(stated);
  input_.state(stated.input_tokens_per_minute);
  output_.state(stated.output_tokens_per_minute);
  if (pace_.known_by() != limit_evidence::none) window_ = widest_window;
  ramp();
}

gate::time_point gate::earliest(time_point now, const cost& need, std::size_t waiting) {
  confirm_silent(now);
  if (options_.max_in_flight != 0 && in_flight_ >= options_.max_in_flight) return when_heard;
  if (now < hold_until_) return hold_until_;
  if (shut_) {
    if (probe_out_ != 0) {
      if (!probe_needs_answer_) return oldest_silence();
      if (now < probe_again_) return probe_again_;
      probe_out_ = 0;  // lost in a black hole
    }
    if (now < closed_until_) return closed_until_;
    if (probe_first_) return now;
    open(now);
  }
  if (waiting_ >= window_) return oldest_silence();
  if (window_only_ && window_limit_.over(now)) pace_.window_began(now);
  const time_point next_window = window_limit_.earliest(now);
  if (next_window == time_point::max()) return oldest_silence();
  const double input = need.bytes * tokens_per_byte_;
  const time_point paced = pace_.earliest(now, static_cast<double>(waiting));
  if (paced > now) paced_ = true;
  return std::max({paced, next_window, input_.earliest(input, now), output_.earliest(need.output_tokens, now),
                   tokens_.earliest(input + need.output_tokens, now)});
}

permit gate::admit(time_point now, const cost& need) {
  const permit given{
      next_number_++,    epoch_, shut_, now, need.bytes, need.bytes * tokens_per_byte_,
      need.output_tokens};
  if (given.number == period_first_) period_began_ = now;
  if (given.number == span_first_) span_began_ = now;
  if (given.probe) {
    probe_out_ = given.number;
    probe_again_ = now + options_.cap;
  }
  unconfirmed_.emplace_back();
  ++waiting_;
  ++in_flight_;
  pace_.take();
  window_limit_.take(given.number, now);
  input_.take(given.input_tokens);
  output_.take(given.output_tokens);
  tokens_.take(given.input_tokens + given.output_tokens);
  forget_seen(now);
  recent_.push_back({given.number, now, given.input_tokens, given.output_tokens});
  recent_input_ += given.input_tokens;
  recent_output_ += given.output_tokens;
  return given;
}

void gate::forget_seen(time_point now) {
  while (!recent_.empty() && recent_.front().at + unseen_for < now) {
    recent_input_ -= recent_.front().input;
    recent_output_ -= recent_.front().output;
    recent_.pop_front();
  }
}

void gate::sent(const permit& held, time_point now) {
  unconfirmed* const entry = entry_of(held.number);
  if (!entry || std::exchange(entry->on_the_wire, true)) return;
  sent_.push_back({held.number, now, 0, 0});
}

void gate::read(const http::rate_limits& limits, time_point now) {
  limits_ = limits;
  forget_seen(now);
  const auto told = [now](const http::quota_bucket& bucket, double unseen, auto& mirror) {
    if (!bucket.limit || !bucket.remaining) return;
    mirror.heard(static_cast<double>(*bucket.limit), static_cast<double>(*bucket.remaining),
                 bucket.reset.value_or(std::chrono::milliseconds(0)), unseen, now);
  };
  hear_requests(limits.requests, now);
  told(limits.input_tokens, recent_input_, input_);
  told(limits.output_tokens, recent_output_, output_);
  told(limits.tokens, recent_input_ + recent_output_, tokens_);
  not_requests_ = limits.requests.remaining && *limits.requests.remaining > 1;
}

// a bucket, or a window: what is said of it tells
void gate::hear_requests(const http::quota_bucket& bucket, time_point now) {
  if (!bucket.limit || !bucket.remaining) return;
  const auto limit = static_cast<double>(*bucket.limit);
  const auto remaining = static_cast<double>(*bucket.remaining);
  const nanoseconds reset = bucket.reset.value_or(std::chrono::milliseconds(0));
  // where there are both, they may speak of whichever has less left
  if (shapes_[0].limit() != limit) std::swap(shapes_[0], shapes_[1]);
  if (shapes_[0].limit() != limit) shapes_[0] = limit_shape(limit);
  limit_shape& shape = shapes_[0];
  shape.heard(remaining, reset, reset_grain);
  if (!shape.window() && std::abs(window_limit_.count() - limit) < 1)
    window_limit_.told_count(limit);
  if (!shape.window())
    return pace_.heard(limit, remaining, shape.rate(), shape.most_rate(), static_cast<double>(recent_.size()), now);
  window_limit_.told(limit, remaining, reset, reset_grain, now);
  const bool bucket_too = shapes_[1].limit() > 0 && !shapes_[1].window();
  if (!bucket_too) learn_window(limit_evidence::headers, now);
}

void gate::learn_window(limit_evidence by, time_point now) {
  window_only_ = true;
  pace_.windowed(window_limit_.count(), window_limit_.length(), by, now);
}

void gate::settle(const permit& held, const consumption& taken, bool told) {
  if (held.bytes > 0 && taken.input_tokens > 0)
    tokens_per_byte_ += learn_tokens * (taken.input_tokens / held.bytes - tokens_per_byte_);
  if (told) return;
  give_back(held.input_tokens - taken.input_tokens, held.output_tokens - taken.output_tokens);
}

void gate::give_back(double input, double output) {
  input_.give_back(input);
  output_.give_back(output);
  tokens_.give_back(input + output);
}

void gate::admitted(const permit& held, time_point now) {
  const bool first_word = take_back(held);
  window_limit_.confirmed(held.number);
  if (stale(held)) return;
  refusals_ = failed_probes_ = 0;
  if (held.number > last_fault_) faults_ = 0;  // what was sent before says nothing of the time since
  if (held.probe && shut_) {
    open(now);
  } else if (first_word) {
    confirm_one(held.number);
  }
}

void gate::refused(const permit& held, const normalized_error& error, time_point now,
                   double random) {
  take_back(held);
  if (held.number >= span_first_) span_not_admitted_ += 1;
  heard_no(held, now);
  // clamped in milliseconds: in nanoseconds it might not fit
  const nanoseconds hint = std::clamp(error.retry_after.value_or(std::chrono::milliseconds(0)),
                                      std::chrono::milliseconds(0), http::longest_wait);
  const bool beyond_cap = hint > options_.cap;
  const bool of_requests = !std::exchange(not_requests_, false);
  if (stale(held)) {
    // sent before the gate closed: it adds what it knows, and does not count as another closing
    window_limit_.give_back(held.number);
    if (hint.count() > 0 && !beyond_cap) keep_closed(now + hint, now);
    return;
  }
  // those sent before it in this period were let through
  const std::uint64_t before_it =
      held.number > period_first_ ? held.number - period_first_ : std::uint64_t{0};
  const std::size_t let_through =
      before_it > not_admitted_ && !held.probe ? static_cast<std::size_t>(before_it) - not_admitted_
                                               : 0;
  if (let_through > 0) refusals_ = 0;
  const int before = refusals_++;
  if (beyond_cap) {
    pace_.interrupted(now);
    announced_ = now + hint;
    close(now + probe_interval(now, random, beyond_cap_part), true, false);
    return;
  }
  announced_.reset();
  close(now + wait_for(error, options_.waits, before, random, options_.hint_jitter), before > 0,
        false);
  const period ended{period_first_, held.number, period_began_, held.at,
                     static_cast<double>(let_through)};
  if (of_requests && error.category == category::rate_limit) {
    learn_refusal(held, error, ended, now);
    if (ended.let_through >= 1) row_ = ended;
  } else {
    window_limit_.give_back(held.number);
    pace_.interrupted(now);
  }
}

// what a refusal says about the limit of requests: a bucket, a window, or both
void gate::learn_refusal(const permit& held, const normalized_error& error, const period& ended,
                         time_point now) {
  const nanoseconds hint = error.retry_after.value_or(std::chrono::milliseconds(0));
  if (hint.count() > 0) return learn_hint(held, hint, grain_of(error), ended, now);
  // nobody says when it opens. A bucket would have had some credits by now
  const std::chrono::duration<double> since = held.at - row_.ended;
  const double due = since.count() * pace_.rate();
  const bool again = row_.number != 0 && due > enough_due && ended.let_through < few_of_due * due;
  if (!window_limit_.known() && again && pace_.known_by() != limit_evidence::none) {
    window_limit_.adopt(row_.first, row_.began, row_.let_through);
    window_limit_.refused_blindly(row_.number, row_.ended);
    window_only_ = blind_ = true;
  }
  if (window_limit_.known() && (again || refusals_ > 1 || window_is_full(held.number))) {
    window_limit_.refused_blindly(held.number, held.at);
    if (window_only_) learn_window(limit_evidence::refusals, now);
    closed_until_ = std::max(now, window_limit_.next_try());
    return;
  }
  if (window_limit_.known()) window_only_ = false;  // there is a bucket, too
  if (std::exchange(blind_, false) && !window_limit_.proven()) window_limit_.forget();
  window_limit_.give_back(held.number);
  if (held.probe) return pace_.interrupted(now);
  pace_.refused(held.at, ended.let_through, now, closed_until_, nanoseconds::max());
}

bool gate::window_is_full(std::uint64_t number) const {
  return window_limit_.known() &&
         window_limit_.before(number) >= nearly_full * window_limit_.count();
}

void gate::learn_hint(const permit& held, nanoseconds hint, nanoseconds grain, const period& ended,
                      time_point now) {
  const bool known = pace_.known_by() != limit_evidence::none;
  const bool long_wait = known && pace_.too_long_for_a_bucket(hint, grain);
  const bool explained = window_limit_.known() && window_limit_.explains(held.at, hint);
  if (window_limit_.known() && !explained) window_only_ = false;  // there is a bucket, too
  if (explained && (window_only_ || long_wait || window_is_full(held.number))) {
    window_limit_.refused(held.number, held.at, hint, grain);
    return window_only_ ? learn_window(limit_evidence::refusals, now) : pace_.interrupted(now);
  }
  window_limit_.give_back(held.number);
  if (held.probe) return pace_.interrupted(now);
  const bool beside_a_bucket = long_wait && !pace_.windowed();
  if (beside_a_bucket) {
    pace_.interrupted(now);
  } else {
    pace_.refused(held.at, ended.let_through, now, closed_until_, grain);
  }
  remember(ended);
  new_span_ = new_span_ || long_wait;
  if (window_limit_.known()) return;
  const bool window_alone = !beside_a_bucket && pace_.windowed();
  const bool same = !long_wait && !window_alone && same_count();
  if (!beside_a_bucket && !window_alone && !same) return;
  // a bucket's refusals end no window. Where the limit was not always used up, several may have passed
  const period whole = same ? ended : since_window(held);
  if (whole.ended - whole.began > std::max<nanoseconds>(2 * hint, longest_first)) return;
  window_limit_.adopt(whole.first, whole.began, whole.let_through);
  window_limit_.refused(held.number, held.at, hint, grain);
  doubtful_ = !known;
  if (window_alone) learn_window(limit_evidence::refusals, now);
  if (same)
    pace_.at_least(window_limit_.count() /
                   std::chrono::duration<double>(window_limit_.length()).count());
}

// what was let through since a window may have begun
gate::period gate::since_window(const permit& held) const {
  return {span_first_, held.number, span_began_, held.at,
          std::max(1.0, static_cast<double>(held.number - span_first_) - span_not_admitted_)};
}

void gate::remember(const period& ended) {
  periods_.push_back(ended);
  if (periods_.size() > 3) periods_.pop_front();
}

// A window lets the same number through however long that takes; a bucket lets more through in a
// longer time.
bool gate::same_count() const {
  const period& last = periods_.back();
  if (last.let_through < enough_to_compare) return false;
  const double tolerance = 1 + 0.01 * last.let_through;
  for (const period& each : periods_) {
    const std::chrono::duration<double> longer =
        (each.ended - each.began) - (last.ended - last.began);
    if (std::abs(each.let_through - last.let_through) <= tolerance &&
        std::abs(longer.count()) * pace_.rate() > std::max(2.0, 0.04 * last.let_through))
      return true;
  }
  return false;
}

void gate::faulted(const permit& held, bool answered, time_point now, double random) {
  take_back(held);
  if (answered) heard_no(held, now);
  if (stale(held)) return;
  mute_ = (mute_ && (faults_ > 0 || shut_)) || !answered;
  ++faults_;
  last_fault_ = std::max(last_fault_, held.number);
  if ((held.probe && shut_) || faults_ >= options_.faults_to_close) {
    pace_.interrupted(now);
    close(now + probe_interval(now, random, fault_part), true, mute_);
  }
}

// refusals tell how long silence must last before it means admission; an old lesson fades slowly
void gate::heard_no(const permit& held, time_point now) {
  refusal_latency_ = std::max<nanoseconds>(now - held.at, refusal_latency_ * 9 / 10);
}

void gate::quarantined(const permit& held, const normalized_error& error, time_point now,
                       std::optional<nanoseconds> opens_in) {
  take_back(held);
  if (stale(held) && reason_) return;
  auto reason = std::make_shared<const normalized_error>(error);
  pace_.interrupted(now);
  close(now + options_.quarantine, true, true);
  reason_ = std::move(reason);
  if (opens_in) announced_ = now + *opens_in;
}

void gate::released(const permit& held, time_point) {
  take_back(held);
  if (held.number == probe_out_) probe_out_ = 0;
  give_back(held.input_tokens, held.output_tokens);
  if (stale(held)) return;
  pace_.give_back();
  window_limit_.give_back(held.number);
  if (held.number >= period_first_) ++not_admitted_;
  if (held.number >= span_first_) span_not_admitted_ += 1;
}

void gate::stalled(time_point now) {
  for (sending& each : sent_)
    each.at = now;
  hold_until_ = now + after_a_stall;
}

gate::state gate::current(time_point now) const {
  if (!shut_) return state::open;
  if (reason_) return state::quarantined;
  if (probe_out_ != 0) return state::probing;
  if (now < closed_until_) return state::closed;
  return probe_first_ ? state::probing : state::open;
}

bool gate::spreading() const {
  return !shut_ && pace_.known_by() == limit_evidence::none && waiting_ < window_;
}

gate_status gate::status(time_point now) const {
  gate_status told;
  told.state = current(now);
  if (shut_ && closed_until_ > now) told.opens_in = closed_until_ - now;
  if (announced_ && *announced_ > now) told.announced_in = *announced_ - now;
  told.evidence = pace_.known_by();
  if (told.evidence != limit_evidence::none) {
    told.rate = pace_.rate();
    told.burst = pace_.burst();
  }
  told.in_flight = in_flight_;
  told.reason = reason_;
  told.limits = limits_;
  return told;
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

void gate::keep_closed(time_point until, time_point now) {
  if (shut_) {
    closed_until_ = std::max(closed_until_, until);
  } else {
    pace_.interrupted(now);
    close(until, false, false);
  }
}

void gate::open(time_point now) {
  pace_.opened(now, probe_first_);
  window_ = widest_window;
  if (pace_.known_by() == limit_evidence::none || std::exchange(doubtful_, false)) {
    window_ = first_window;
  } else if (probe_first_) {
    const double in_silence = pace_.rate() * std::chrono::duration<double>(silence()).count();
    window_ = std::max(careful_window,
                       static_cast<std::size_t>(in_silence + ramp_burst * pace_.burst()));
  }
  ramp();
  if (std::exchange(new_span_, false)) {
    span_first_ = next_number_;
    span_not_admitted_ = 0;
  }
  period_first_ = next_number_;
  not_admitted_ = 0;
  widen_from_ = next_number_;
  shut_ = false;
  probe_out_ = 0;
  announced_.reset();
  reason_.reset();
}

// a window in two thirds of the time that silence takes: what is too much is heard of before the next
void gate::ramp() {
  pace_.ramp(ramp_speed * static_cast<double>(window_) / std::chrono::duration<double>(silence()).count());
}

void gate::confirm_one(std::uint64_t number) {
  if (number < widen_from_) return;
  // a window that was not used has not proved that it is too small
  const bool paced = std::exchange(paced_, false) && pace_.known_by() == limit_evidence::none;
  if (waiting_ + 1 < window_ / 2 && !paced) return;
  window_ = std::min(window_ + (window_ < large_window ? 1 : 2), widest_window);
  ramp();
}

void gate::confirm_silent(time_point now) {
  const nanoseconds enough = silence();
  while (!sent_.empty() && sent_.front().at + enough <= now) {
    const std::uint64_t number = sent_.front().number;
    sent_.pop_front();
    const unconfirmed* const entry = entry_of(number);
    if (!entry || entry->answered) continue;
    confirm(number);
    window_limit_.confirmed(number);
    if (!shut_) {
      confirm_one(number);
    } else if (number == probe_out_ && !probe_needs_answer_) {
      open(now);
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

// a part of the time that it has been closed, at least half the backoff's base, at most the cap: so it
// is found again soon after a short outage, and a long one costs few probes
gate::nanoseconds gate::probe_interval(time_point now, double random, int part_of_outage) {
  if (failed_probes_++ == 0) closed_since_ = now;
  const nanoseconds longer =
      std::max<nanoseconds>(options_.waits.base / 2, (now - closed_since_) / part_of_outage);
  // the jitter is in the upper quarter, so that the first is not at once
  const double part = 0.75 + std::clamp(random, 0.0, 1.0) / 4;
  const auto wait = static_cast<nanoseconds::rep>(static_cast<double>(longer.count()) * part);
  return std::min<nanoseconds>(nanoseconds(wait), options_.cap);
}

}  // namespace reroute::detail
