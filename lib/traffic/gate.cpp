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
constexpr nanoseconds unseen_for = std::chrono::milliseconds(50);  // on its way to the server
constexpr nanoseconds after_a_stall = std::chrono::milliseconds(20);
constexpr int most_unexplained = 4;
constexpr nanoseconds unexplained_for = std::chrono::minutes(5);
constexpr std::size_t most_remembered = 256;  // refusals
constexpr double first_at_once = 4;
constexpr double ramp_speed = 0.9;        // windows per time of silence
constexpr std::size_t large_window = 33;  // from here on it quadruples
// a probe goes after this part of an outage: soon where nobody said how long it lasts
constexpr int fault_part = 6;
constexpr int beyond_cap_part = 3;
constexpr std::size_t first_window = 8;  // where one refusal is all that is known
constexpr double ramp_burst =
    0.25;  // of the burst, besides what the rate sends in the time of silence
constexpr double learn_tokens = 0.1;  // weight of the newest observation

// how much more than the truth a hint may ask for
nanoseconds grain_of(const normalized_error& error) {
  switch (error.retry_after_source) {
    case http::hint_source::retry_after_ms:
      return std::chrono::milliseconds(2);
    case http::hint_source::retry_after_date:
      return std::chrono::seconds(2);  // a date in whole seconds, and the response's own
    default:
      return std::chrono::seconds(1);
  }
}

}  // namespace

gate::gate(gate_options options, const quota& stated)
    : options_(options),
      cap_(options.max_in_flight),
      requests_(std::min(first_at_once, static_cast<double>(options.initial_window))),
      window_(static_cast<std::size_t>(options.initial_window)) {
  if (options.learning == limit_learning::replayed)
    replayed_ = std::make_unique<route_limits>(stated);
  requests_.state(stated);
  input_.state(stated.input_tokens_per_minute);
  output_.state(stated.output_tokens_per_minute);
  if (requests_.known_by() != limit_evidence::none) window_ = widest_window;
  ramp();
}

gate::time_point gate::earliest(time_point now, const cost& need, const demand& of) {
  confirm_silent(now);
  if (!cap_.admits(in_flight())) return when_heard;
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
  if (replayed_) return earliest_replayed(now, need, of);
  if (waiting_ >= window_) return oldest_silence();
  time_point paced = requests_.earliest(now, of);
  // (that it is under way is the window's belief; never wait for what nobody will tell)
  if (paced == time_point::max() && in_flight_ > 0) return oldest_silence();
  if (paced == time_point::max()) paced = now;
  if (paced > now) paced_ = true;
  const allowance next = allowed(paced, need, now);
  return std::min(next.when, next.latest);
}

// what headers announce or refusals taught is not waited for without end: a single one looks again. What
// the user states is
gate::allowance gate::allowed(time_point requests, const cost& need, time_point now) {
  time_point all = requests, stated = requests_.stated() ? requests : now;
  nanoseconds for_one = std::max<nanoseconds>(options_.cap, requests_.stated_for_one());
  const auto also = [&](token_mirror& mirror, double tokens) {
    const time_point when = mirror.earliest(tokens, now);
    all = std::max(all, when);
    if (mirror.stated()) stated = std::max(stated, when);
    for_one = std::max(for_one, mirror.stated_for(tokens));
  };
  const double input = need.bytes * tokens_per_byte_;
  also(input_, input);
  also(output_, need.output_tokens);
  also(tokens_, input + need.output_tokens);
  return {all, std::max({now, stated, last_granted_ + for_one})};
}

// it was let through: a limit of which nothing is there for as long again is not what was believed
void gate::overdue_passed(time_point now) {
  const permit held = *std::exchange(overdue_, std::nullopt);
  const time_point longest = held.at + options_.cap;
  bool wrong = false;
  if (!requests_.stated() && requests_.earliest(now, {}) > longest) {
    wrong = true;
    requests_.forget(now);
    window_ = first_window;
    widen_from_ = next_number_;
    ramp();
  }
  const auto look_at = [&](token_mirror& mirror, double tokens) {
    if (mirror.stated() || mirror.earliest(tokens, now) <= longest) return;
    wrong = true;
    mirror.forget();
  };
  look_at(input_, held.input_tokens);
  look_at(output_, held.output_tokens);
  look_at(tokens_, held.input_tokens + held.output_tokens);
  if (wrong && limits_of_ == held.number) read(held, limits_, now);
}

permit gate::admit(time_point now, const cost& need) {
  permit given;
  given.number = next_number_++;
  given.epoch = epoch_;
  given.probe = shut_;
  given.at = now;
  given.bytes = need.bytes;
  given.input_tokens = need.bytes * tokens_per_byte_;
  given.output_tokens = need.output_tokens;
  given.requests_so_far = all_requests_ += 1;
  given.input_so_far = all_input_ += given.input_tokens;
  given.output_so_far = all_output_ += given.output_tokens;
  if (given.probe) {
    probe_out_ = given.number;
    probe_again_ = now + options_.cap;
  }
  if (replayed_) {
    replayed_->sent(given.number, need, seconds(now));
    given.input_tokens = need.bytes * replayed_->tokens_per_byte();
    last_granted_ = now;
    unconfirmed_.emplace_back();
    ++waiting_;
    ++in_flight_;
    return given;
  }
  if (!shut_ && now - last_granted_ >= options_.cap &&
      allowed(requests_.earliest(now, {.waiting = 0}), need, now).when > now)
    overdue_ = given;
  last_granted_ = now;
  unconfirmed_.emplace_back();
  ++waiting_;
  ++in_flight_;
  requests_.take(given.number, now);
  input_.take(given.input_tokens);
  output_.take(given.output_tokens);
  tokens_.take(given.input_tokens + given.output_tokens);
  given.requests_left = requests_.account();
  given.input_left = input_.account();
  given.output_left = output_.account();
  given.tokens_left = tokens_.account();
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

// the server's limits are as if it had never come
void gate::took_nothing(const permit& held) {
  input_.refused(held.number, held.input_tokens);
  output_.refused(held.number, held.output_tokens);
  tokens_.refused(held.number, held.input_tokens + held.output_tokens);
  all_requests_ -= 1;
  all_input_ -= held.input_tokens;
  all_output_ -= held.output_tokens;
  refused_.push_back({held.number, next_number_, held.input_tokens, held.output_tokens});
  if (refused_.size() > most_remembered) refused_.pop_front();
  const auto unseen = std::lower_bound(
      recent_.begin(), recent_.end(), held.number,
      [](const sending& each, std::uint64_t number) { return each.number < number; });
  if (unseen == recent_.end() || unseen->number != held.number) return;
  recent_input_ -= unseen->input;
  recent_output_ -= unseen->output;
  recent_.erase(unseen);
}

// what was still believed to be taken when it was sent
gate::amounts gate::not_taken_before(const permit& held) const {
  amounts all;
  for (auto each = refused_.rbegin(); each != refused_.rend(); ++each) {
    if (each->heard_before <= held.number) break;
    if (each->number >= held.number) continue;
    all.requests += 1;
    all.input += each->input;
    all.output += each->output;
  }
  return all;
}

void gate::sent(const permit& held, time_point now) {
  unconfirmed* const entry = entry_of(held.number);
  if (!entry || std::exchange(entry->on_the_wire, true)) return;
  if (replayed_) replayed_->on_the_wire(held.number, seconds(now));
  sent_.push_back({held.number, now, 0, 0});
}

void gate::read(const permit& held, const http::rate_limits& limits, time_point now) {
  limits_ = limits;
  limits_of_ = held.number;
  if (replayed_) return;  // with what it is a part of
  forget_seen(now);
  const auto reading_of = [&](double unseen, double all, double so_far,
                              const std::optional<double>& left, double own = 0, double back = 0) {
    return limit_reading{unseen,        all - back - so_far,
                         now - held.at, left,
                         held.number,   next_number_ - 1,
                         so_far,        own,
                         back,          now};
  };
  const auto told = [&](const http::quota_bucket& bucket, const limit_reading& of,
                        token_mirror& mirror) {
    if (!bucket.limit || !bucket.remaining) return;
    mirror.heard(static_cast<double>(*bucket.limit), static_cast<double>(*bucket.remaining),
                 bucket.reset.value_or(std::chrono::milliseconds(0)), of, now);
  };
  // the server has seen those before it
  auto unseen = static_cast<double>(recent_.size());
  double unseen_input = recent_input_, unseen_output = recent_output_;
  for (auto each = recent_.begin(); each != recent_.end() && each->number <= held.number; ++each) {
    unseen -= 1;
    unseen_input -= each->input;
    unseen_output -= each->output;
  }
  const amounts refused = not_taken_before(held);
  const auto plus = [](std::optional<double> left, double more) {
    return left ? std::optional(*left + more) : left;
  };
  // a closing has corrected the account of requests since
  requests_.heard(
      limits.requests,
      reading_of(unseen, all_requests_, held.requests_so_far - refused.requests,
                 stale(held) ? std::nullopt : plus(held.requests_left, refused.requests)),
      now);
  told(limits.input_tokens,
       reading_of(unseen_input, all_input_, held.input_so_far - refused.input,
                  plus(held.input_left, refused.input), held.input_tokens),
       input_);
  // a server that writes now has taken back what this answer did not use; we hear of that next
  const double back = held.output_tokens * (1 - output_share_);
  told(limits.output_tokens,
       reading_of(unseen_output, all_output_, held.output_so_far - refused.output,
                  plus(held.output_left, refused.output), held.output_tokens, back),
       output_);
  const double refused_both = refused.input + refused.output;
  told(limits.tokens,
       reading_of(unseen_input + unseen_output, all_input_ + all_output_,
                  held.input_so_far + held.output_so_far - refused_both,
                  plus(held.tokens_left, refused_both), held.input_tokens + held.output_tokens,
                  back),
       tokens_);
  const auto lacks = [](const http::quota_bucket& of, double tokens) {
    return of.limit && of.remaining && static_cast<double>(*of.remaining) < tokens;
  };
  const bool lacking = lacks(limits.input_tokens, held.input_tokens) ||
                       lacks(limits.output_tokens, held.output_tokens) ||
                       lacks(limits.tokens, held.input_tokens + held.output_tokens);
  of_tokens_ = lacking && !limits.requests.remaining ? held.number : std::uint64_t{0};
  too_many_at_once_ = limits.concurrency;
  not_requests_ =
      limits.requests.remaining && *limits.requests.remaining > 1 ? held.number : std::uint64_t{0};
}

void gate::settle(const permit& held, const consumption& taken, bool told) {
  if (replayed_) {
    const bool known = taken.input_tokens > 0;
    return replayed_->ended(held.number, known ? taken.input_tokens : -1,
                            known ? taken.output_tokens : -1, seconds(latest_));
  }
  if (held.bytes > 0 && taken.input_tokens > 0)
    tokens_per_byte_ += learn_tokens * (taken.input_tokens / held.bytes - tokens_per_byte_);
  if (held.output_tokens > 0)
    output_share_ +=
        learn_tokens * (std::min(taken.output_tokens / held.output_tokens, 1.0) - output_share_);
  output_came_back(held.number, held.output_tokens - taken.output_tokens);
  if (told) return;
  input_.give_back(held.input_tokens - taken.input_tokens);
  tokens_.give_back(held.input_tokens - taken.input_tokens);
}

void gate::output_came_back(std::uint64_t number, double output) {
  all_output_ -= output;
  output_.came_back(number, output);
  tokens_.came_back(number, output);
}

void gate::admitted(const permit& held, time_point now) {
  const bool first_word = take_back(held);
  if (replayed_) {
    read_replayed(held, false, now);
    replayed_->admitted(held.number, seconds(now));
  } else {
    requests_.confirmed(held.number);
  }
  cap_.answered(in_flight());
  if (stale(held)) return;
  if (overdue(held)) overdue_passed(now);
  forget_failures(held.number);
  if (held.probe && shut_) {
    probe_passed(now);
  } else if (first_word) {
    confirm_one(held.number);
  }
}

void gate::refused(const permit& held, const normalized_error& error, time_point now,
                   double random) {
  take_back(held);
  if (replayed_) return refused_replayed(held, error, now, random);
  if (!held.given_back) {
    heard_no(held, now);
    took_nothing(held);
  }
  // clamped in milliseconds: in nanoseconds it might not fit
  const nanoseconds hint = std::clamp(error.retry_after.value_or(std::chrono::milliseconds(0)),
                                      std::chrono::milliseconds(0), http::longest_wait);
  const bool beyond_cap = hint > options_.cap;
  const bool looked_again = overdue(held);
  if (looked_again) overdue_.reset();
  const bool at_once = std::exchange(too_many_at_once_, false) && in_flight() > 0;
  const bool of_others = std::exchange(of_tokens_, 0) == held.number ||
                         (std::exchange(not_requests_, 0) == held.number && !doubtful_headers(now));
  if (limits_of_ == held.number && limits_.requests.remaining.value_or(2) <= 1) not_explained_ = 0;
  const bool of_requests = !of_others && !at_once;
  if (at_once) {
    cap_.refused(in_flight());
    // the next goes when one of those has come back; what it would have taken was not taken
    if (hint.count() == 0) {
      requests_.released(held.number, stale(held));
      if (held.probe && !stale(held) && shut_) probe_passed(now);
      return;
    }
  }
  if (stale(held)) {
    // sent before the gate closed: it adds what it knows, and does not count as another closing
    requests_.refused_too(held.number);
    if (hint.count() > 0 && !beyond_cap) keep_closed(now + hint, now);
    return;
  }
  // those sent before it since the opening were let through
  if (!held.probe && requests_.let_through(held.number) >= 1) refusals_ = 0;
  const int before = refusals_++;
  if (beyond_cap) {
    requests_.interrupted(held.number, now);
    announced_ = now + hint;
    close(now + probe_interval(now, random, beyond_cap_part), true, false);
    return;
  }
  announced_.reset();
  const time_point announced_before = shut_ ? closed_until_ : time_point::min();
  close(now + wait_for(error, options_.waits, before, random, options_.hint_jitter), before > 0,
        false);
  if (!of_requests || error.category != category::rate_limit)
    return requests_.interrupted(held.number, now);
  const limit_refusal by{held.number, held.at, hint, grain_of(error), held.probe || looked_again};
  // only our own backoff gives way to what is known better
  if (const auto better = requests_.refused(by, now, closed_until_))
    closed_until_ = std::max(std::min<time_point>(*better, now + options_.cap), announced_before);
}

void gate::faulted(const permit& held, bool answered, time_point now, double random) {
  take_back(held);
  if (replayed_) {
    replayed_->faulted(held.number, seconds(now));
  } else {
    requests_.lost(held.number);
    if (!held.given_back) output_came_back(0, held.output_tokens);
  }
  if (answered) heard_no(held, now);
  if (stale(held)) return;
  mute_ = (mute_ && (faults_ > 0 || shut_)) || !answered;
  ++faults_;
  last_fault_ = std::max(last_fault_, held.number);
  // a probe that is told a second time has opened it by its head
  if ((held.probe && (shut_ || held.given_back)) || faults_ >= options_.faults_to_close) {
    requests_.interrupted(0, now);
    failed_replayed(now);
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
  requests_.interrupted(0, now);
  close(now + options_.quarantine, true, true);
  reason_ = std::move(reason);
  if (opens_in) announced_ = now + *opens_in;
}

void gate::released(const permit& held, time_point) {
  const unconfirmed* const entry = entry_of(held.number);
  const bool never_sent = entry && !entry->on_the_wire;
  take_back(held);
  if (held.number == probe_out_) probe_out_ = 0;
  if (replayed_) {
    if (never_sent) return replayed_->never_sent(held.number, seconds(latest_));
    return replayed_->lost(held.number);
  }
  if (never_sent && overdue(held)) last_granted_ = held.at - options_.cap;
  if (!never_sent) return requests_.lost(held.number);  // whoever gave it up, the route has it
  input_.give_back(held.input_tokens);
  tokens_.give_back(held.input_tokens);
  output_came_back(0, held.output_tokens);
  requests_.released(held.number, stale(held));
}

// requests are left, say the headers of refusals, and no other limit is known: again and again
bool gate::doubtful_headers(time_point now) {
  if (input_.known() || output_.known() || tokens_.known()) return false;
  if (now - std::exchange(not_explained_at_, now) > unexplained_for) not_explained_ = 0;
  return ++not_explained_ >= most_unexplained;
}

void gate::stalled(time_point now) {
  // a loop that is always late must not wait for a better day
  if (std::exchange(stalled_before_, next_number_) == next_number_) return;
  for (sending& each : sent_)
    each.at = now;
  if (replayed_) replayed_->stalled(seconds(now));
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
  if (replayed_) return !shut_ && !replayed_->requests() && waiting_ < window_;
  return !shut_ && requests_.known_by() == limit_evidence::none && waiting_ < window_;
}

gate_status gate::status(time_point now) const {
  gate_status told;
  told.state = current(now);
  if (shut_ && closed_until_ > now) told.opens_in = closed_until_ - now;
  if (announced_ && *announced_ > now) told.announced_in = *announced_ - now;
  if (replayed_) {
    status_replayed(told);
  } else {
    told.evidence = requests_.known_by();
  }
  if (!replayed_ && told.evidence != limit_evidence::none) {
    told.rate = requests_.rate();
    told.burst = requests_.burst();
  }
  told.in_flight = in_flight();
  if (told.in_flight_limit == 0) told.in_flight_limit = cap_.known();
  told.reason = reason_;
  told.limits = limits_;
  return told;
}

bool gate::take_back(const permit& held) {
  if (held.given_back) {
    if (held.number != before_admission_.number) return false;
    // it was no admission: what failed in a row before it still does
    refusals_ = std::max(refusals_, before_admission_.refusals);
    faults_ = std::max(faults_, before_admission_.faults);
    failed_probes_ = std::max(failed_probes_, before_admission_.failed_probes);
    before_admission_ = {};
    return false;
  }
  --in_flight_;
  unconfirmed* const entry = entry_of(held.number);
  if (!entry || entry->answered) return false;
  confirm(held.number);
  return true;
}

void gate::forget_failures(std::uint64_t number) {
  if (refusals_ + faults_ + failed_probes_ > 0)
    before_admission_ = {number, refusals_, faults_, failed_probes_};
  refusals_ = failed_probes_ = 0;
  if (number > last_fault_) faults_ = 0;  // what was sent before says nothing of the time since
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
    requests_.interrupted(0, now);
    close(until, false, false);
  }
}

// what was heard meanwhile may keep it closed
void gate::probe_passed(time_point now) {
  if (closed_until_ <= now) return open(now);
  probe_out_ = 0;
  probe_first_ = false;
}

void gate::open(time_point now) {
  if (replayed_) {
    shut_ = false;
    probe_out_ = 0;
    announced_.reset();
    reason_.reset();
    return;
  }
  window_ = widest_window;
  if (requests_.known_by() == limit_evidence::none || requests_.doubtful()) {
    window_ = first_window;
  } else if (probe_first_) {
    const double in_silence = requests_.rate() * std::chrono::duration<double>(silence()).count();
    window_ = std::max(careful_window,
                       static_cast<std::size_t>(in_silence + ramp_burst * requests_.burst()));
  }
  requests_.opened(now, probe_first_, next_number_);
  ramp();
  widen_from_ = next_number_;
  shut_ = false;
  probe_out_ = 0;
  announced_.reset();
  reason_.reset();
}

// a window in about the time that silence takes: what is too much is heard of before the next
void gate::ramp() {
  requests_.ramp(ramp_speed * static_cast<double>(window_) /
                 std::chrono::duration<double>(silence()).count());
}

void gate::confirm_one(std::uint64_t number) {
  if (number < widen_from_) return;
  // a window that was not used has not proved that it is too small
  const bool paced = std::exchange(paced_, false) && requests_.known_by() == limit_evidence::none;
  if (waiting_ + 1 < window_ / 2 && !paced) return;
  window_ = std::min(window_ + (window_ < large_window ? 1 : 3), widest_window);
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
    requests_.confirmed(number);
    if (!shut_ && overdue_ && overdue_->number == number) overdue_passed(now);
    if (!shut_) {
      confirm_one(number);
    } else if (number == probe_out_ && !probe_needs_answer_) {
      probe_passed(now);
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
