// The decisions of one call.
#include "client/call_machine.hpp"

#include "detail/user_function.hpp"
#include "error/text.hpp"

#include <algorithm>
#include <exception>
#include <string>

namespace reroute::detail {
namespace {

// A policy that throws has not decided: the call stops, since to go on may cost money, and its error says why.
decision decided_by(const policy& decide, normalized_error& error, const progress& so_far) {
  if (!decide) return default_policy(error, so_far);
  try {
    return decide(error, so_far);
  } catch (...) {
    std::string text = "the policy threw: " + thrown_text(std::current_exception());
    if (!error.message.empty()) text += "; it was asked about: " + error.message;
    error.message = one_line(text);
    return decision::stop;
  }
}

}  // namespace

call_machine::step call_machine::heard(int route, normalized_error& error, call_rules& rules,
                                       time_point now, double random, bool probe) {
  remember();
  route_progress& here = progress_[static_cast<std::size_t>(route)];
  // what a probe finds out is everybody's, and not at the cost of the call that stood first
  const effect told = effect_of(error);
  const bool gate_waits = told == effect::refused || (probe && told == effect::faulted);
  ++attempts_;
  // a busy route uses up no attempt: the deadline bounds the call, and the budget its retries
  const bool busy = gate_waits || error.category == category::overloaded;
  if (!busy || plan_.refusals_count()) ++here.attempts;

  progress so_far;
  so_far.attempts_on_route = here.attempts;
  so_far.attempts_per_route = plan_.attempts_per_route();
  so_far.attempts = attempts_;
  so_far.elapsed = now - began_;
  so_far.retry_lost_answers = rules.retry_lost_answers;
  const decision decided = decided_by(rules.decide, error, so_far);

  if (now >= deadline_) return finish(stopped::deadline);
  const bool used_up = error.retryable && here.attempts >= plan_.attempts_per_route();
  switch (decided) {
    case decision::stop:
      return finish(used_up ? stopped::attempts : stopped::permanent);
    case decision::fail_over:
      here.out = true;
      pinned_ = -1;
      if (none_left()) return finish(used_up ? stopped::attempts : stopped::permanent);
      return next(now);
    case decision::retry:
      break;
  }
  pinned_ = static_cast<std::int8_t>(error.failover_worthy ? -1 : route);
  if (gate_waits) {
    // the gate is closed for everybody, and knows when it opens; where only some are refused, this call keeps to its hint
    if (error.category == category::overloaded && !probe)
      here.not_before = now + wait_for(error, rules.waits, 0, random, rules.hint_jitter);
    step after = next(now);
    after.wait = std::clamp(error.retry_after.value_or(std::chrono::milliseconds(0)),
                            std::chrono::milliseconds(0), http::longest_wait);
    return after;
  }
  const time_point earliest = rules.budget.reserve(now, deadline_);
  if (earliest == time_point::max()) {  // no retry can be paid for in time: this route is done
    here.out = true;
    if (!error.failover_worthy || none_left()) return finish(stopped::attempts);
    return next(now);
  }
  const nanoseconds wait = wait_for(error, rules.waits, here.failures++, random, rules.hint_jitter);
  here.not_before =
      std::max(earliest, wait < time_point::max() - now ? now + wait : time_point::max());
  step after = next(now);
  after.wait = here.not_before - now;
  return after;
}

call_machine::step call_machine::closed(route_set routes, time_point now) {
  remember();
  for (int route = 0; route < count_; ++route)
    if (holds(routes, route)) progress_[static_cast<std::size_t>(route)].out = true;
  return pinned_ >= 0 || none_left() ? finish(stopped::would_miss_deadline) : next(now);
}

// the routes that the plan allows now, and when that changes
call_machine::step call_machine::next(time_point now) const {
  if (now >= deadline_) return finish(stopped::deadline);
  step after;
  after.due = deadline_;
  time_point first_back = time_point::max();
  for (int route = 0; route < count_; ++route) {
    if (pinned_ >= 0 && route != pinned_) continue;
    const route_progress* const here = progress_of(route);
    if (here && here->out) continue;
    if (!here || here->not_before <= now) {
      after.routes |= route_set{1} << route;
    } else {
      first_back = std::min(first_back, here->not_before);
    }
    if (plan_.type() == plan::kind::in_order) break;
  }
  // all routes are out of the question until after the deadline: say so now
  if (after.routes == 0 && first_back >= deadline_) return finish(stopped::would_miss_deadline);
  after.due = std::min(after.due, first_back);
  return after;
}

route_set call_machine::usable(time_point now) const {
  route_set all = 0;
  for (int route = 0; route < count_; ++route) {
    const route_progress* const here = progress_of(route);
    if (!here || (!here->out && here->not_before <= now)) all |= route_set{1} << route;
  }
  return all;
}

void call_machine::remember() {
  if (!progress_) progress_ = std::make_unique<route_progress[]>(static_cast<std::size_t>(count_));
}

// null as long as nothing failed
const call_machine::route_progress* call_machine::progress_of(int route) const {
  return progress_ ? &progress_[static_cast<std::size_t>(route)] : nullptr;
}

bool call_machine::none_left() const {
  return progress_ && std::all_of(progress_.get(), progress_.get() + count_,
                                  [](const route_progress& each) { return each.out; });
}

call_machine::step call_machine::finish(reroute::stopped why) {
  step last;
  last.finished = true;
  last.why = why;
  return last;
}

}  // namespace reroute::detail
