// The engine: what calls have under way.
#include <reroute/error/errc.hpp>

#include "client/engine.hpp"
#include "client/run_attempt.hpp"
#include "detail/cancelled_by.hpp"
#include "detail/recycling.hpp"
#include "traffic/effect.hpp"

#include <asio/co_spawn.hpp>
#include <asio/error.hpp>

#include <algorithm>
#include <exception>
#include <utility>

namespace reroute::detail {
namespace {

constexpr std::chrono::nanoseconds soonest_hedge = std::chrono::milliseconds(200);

// a head of 2xx was taken for an admission, and its body says otherwise, in the provider's own words
bool takes_back_admission(const normalized_error& error) {
  return error.status != 0 && effect_of(error) != effect::admitted;
}

}  // namespace

// what is read from the cache counts in no limit
consumption engine::consumed(const token_usage& usage) {
  return {static_cast<double>(usage.input_tokens + usage.cache_creation_input_tokens),
          static_cast<double>(usage.output_tokens)};
}

// ---- sending

void engine::launch(call& which, int route, permit held, bool hedge) {
  const std::shared_ptr<call> keep = calls_[which.place];  // an observer may end the call
  held.call = which.id;
  const std::shared_ptr<flight> ahead = make_recycled<flight>(which, route, held);
  ahead->hedge = hedge;
  if (which.attempt_timeout.count() > 0) ahead->timeout = now() + which.attempt_timeout;
  if (!which.story) {
    which.story = std::make_unique<call_story>();
    which.story->waiting_since = which.machine.began();
  }
  which.story->flights.push_back(ahead);
  ahead->due = std::min(which.deadline, ahead->timeout);
  flights_.push(*ahead);
  begin_exchange(*ahead);
  if (!ahead->owner) return;  // cancelled by an observer
  // the coroutine's handler lets go of the signal last of all: it must outlive the coroutine's frame
  auto landed = [ahead, self = weak_from_this()](std::exception_ptr thrown) {
    if (!thrown) return;
    // Asio throws where a coroutine begins that was cancelled before
    if (const auto alive = self.lock())
      alive->failed(
          *ahead,
          resolve_transport_failure(alive->route(ahead->route).definition.name,
                                    make_error_code(asio::error::operation_aborted), false),
          {});
  };
  asio::co_spawn(strand_, run_attempt(shared_from_this(), ahead, which.op, which.request),
                 cancelled_by(ahead->cancel.slot(), std::move(landed)));
}

// asks another route too, if it is open and there is something left to spend
bool engine::ask_too(call& which, int route, bool from_budget) {
  gate& at = dispatcher_.gate_of(route, which.scope);
  const time_point when = now();  // once: real time goes on between two looks
  if (at.earliest(when, which.need) > when || at.current(when) != gate_state::open) return false;
  const double tokens = at.tokens_of(which.need);
  const instant at_second = std::chrono::duration<double>(when.time_since_epoch()).count();
  if (tokens > hedge_tokens_.size) return false;
  hedge_tokens_.advance(at_second);
  if (hedge_tokens_.wait(tokens, at_second) > 0) return false;
  // never more than the budget holds now: a hedge does not wait for it
  const time_point at_once = when + std::chrono::nanoseconds(1);
  if (from_budget && rules_.budget.reserve(when, at_once) == time_point::max()) return false;
  hedge_tokens_.take(tokens, at_second);
  ++counts_.hedges;
  launch(which, route, at.admit(when, which.need), true);
  return true;
}

void engine::hedge(flight& slow) {
  call& which = *slow.owner;
  const std::shared_ptr<call> keep = calls_[which.place];
  slow.hedge_at = time_point::max();
  set_due(slow);
  const route_set others = which.machine.usable(now()) & ~(route_set{1} << slow.route);
  for (int route = 0; route < static_cast<int>(routes_.size()); ++route)
    if (holds(others, route) && ask_too(which, route, true)) return;
  ++counts_.hedges_withheld;
}

void engine::race(call& which) {
  const std::shared_ptr<call> keep = calls_[which.place];
  const route_set others =
      which.machine.usable(now()) & ~(route_set{1} << which.story->flights.front()->route);
  for (int route = 0; route < static_cast<int>(routes_.size()); ++route) {
    if (!holds(others, route)) continue;
    if (!ask_too(which, route, false)) ++counts_.hedges_withheld;
    if (!which.done || which.story->flights.empty()) return;  // an observer has ended it
  }
}

// when another route is asked too: counted from sending
engine::time_point engine::hedge_time(const flight& from) {
  const call& which = *from.owner;
  const plan& how = which.machine.how();
  if (how.type() != plan::kind::hedge || which.story->flights.size() > 1) return time_point::max();
  if (how.hedge_after())
    return now() + std::min<std::chrono::milliseconds>(*how.hedge_after(), http::longest_wait);
  const gate& at = dispatcher_.gate_of(from.route, from.scope);
  const auto usual = which.stream ? at.contents.usual() : at.heads.usual();
  return usual ? now() + std::max(*usual, soonest_hedge) : time_point::max();
}

void engine::set_due(flight& from) {
  if (!flights_.contains(from)) return;
  flights_.erase(from);
  from.due = std::min({from.owner->deadline, from.timeout, from.silence, from.hedge_at});
  flights_.push(from);
}

void engine::sending(flight& from) noexcept {
  from.sent = true;
  from.sent_at = now();
  if (!from.gate_knows) dispatcher_.gate_of(from.route, from.scope).sent(from.held, from.sent_at);
  if (!from.owner) return;
  if (from.owner->stream) {
    const auto limit = stream_watch(from.owner->stream->guards(), now()).before_head();
    silence(from, limit.at, limit.why);
  }
  if (from.hedge) return;
  from.hedge_at = hedge_time(from);
  if (from.hedge_at == time_point::max()) return;
  set_due(from);
  schedule_pump();  // the timer may have to be set earlier
}

// the peer of a connection that died at once may have taken it
void engine::resent(flight& from) noexcept {
  ++counts_.possibly_billed;
  if (from.owner) ++from.owner->story->attempts[from.line].resent;
}

// ---- hearing

void engine::begin_exchange(flight& from) {
  call& which = *from.owner;
  const reroute::route& on = this->route(from.route).definition;
  attempt line;
  line.route = on.name;
  line.model = on.models.on_route(which.request.model());
  const time_point at = now();
  line.started = at - which.machine.began();
  line.waited = at - which.story->waiting_since;
  line.hedge = from.hedge;
  from.line = which.story->attempts.size();
  which.story->attempts.push_back(std::move(line));
  ++counts_.attempts;
  const std::size_t number = which.story->attempts.size();
  if (!from.hedge && number > 1 && which.story->attempts[number - 2].route != on.name)
    tell(observer_.at_failover, "observer::at_failover",
         failover_event{which.id, which.story->attempts[number - 2].route, on.name});
  if (!which.done) return;  // cancelled by an observer
  const attempt& begun = which.story->attempts[from.line];
  tell(observer_.at_attempt, "observer::at_attempt",
       attempt_event{which.id, begun.route, begun.model, static_cast<int>(number), begun.waited});
}

void engine::end_exchange(flight& from, const normalized_error& error, exchange_facts& facts) {
  call& which = *from.owner;
  attempt& line = which.story->attempts[from.line];
  const time_point at = now();
  line.took = at - which.machine.began() - line.started;
  line.status = facts.status;
  line.request_id = std::move(facts.request_id);
  line.limits = std::move(facts.limits);
  line.error = error;
  line.possibly_billed = error && error.status == 0 && error.sent;
  if (line.possibly_billed) ++counts_.possibly_billed;
  which.story->waiting_since = at;
  if (!error) return;
  const bool limit =
      error.category == category::rate_limit || error.category == category::overloaded;
  ++(limit ? counts_.refusals : counts_.faults);
  tell(observer_.at_refusal, "observer::at_refusal",
       refusal_event{which.id, static_cast<int>(from.line + 1), line.error});
}

void engine::tell_gate(flight& from, const normalized_error& error,
                       const http::rate_limits* limits) {
  const bool knew = std::exchange(from.gate_knows, true);
  if (knew && !takes_back_admission(error)) return;
  gate& at = dispatcher_.gate_of(from.route, from.scope);
  const time_point when = now();
  if (limits && !knew) at.read(from.held, *limits);
  switch (effect_of(error)) {
    case effect::admitted:
      if (!error && from.sent) at.heads.saw(when - from.sent_at);
      at.admitted(from.held, when);
      break;
    case effect::refused:
      at.refused(from.held, error, when, random());
      break;
    case effect::alone:
      at.refused_alone(from.held, error, when, random());
      break;
    case effect::faulted:
      at.faulted(from.held, error.status != 0, when, random());
      break;
    case effect::released:
      at.released(from.held, when);
      break;
    case effect::quarantined: {
      std::optional<std::chrono::nanoseconds> opens;
      // in seconds until it is clamped: a date of the year 9999 has no nanoseconds
      if (error.opens_at)
        opens = std::clamp<std::chrono::seconds>(
            *error.opens_at - today(), std::chrono::seconds(0),
            std::chrono::floor<std::chrono::seconds>(http::longest_wait));
      at.quarantined(from.held, error, when, opens);
      break;
    }
  }
  from.held.given_back = true;
  schedule_pump();
}

void engine::head_came(flight& from, const exchange_facts& facts) noexcept {
  if (facts.status / 100 == 2) tell_gate(from, {}, facts.limits.get());
  if (facts.status / 100 == 2 && from.owner && from.owner->stream) keep_place(from);
  if (!from.owner || from.hedge_at == time_point::max() || from.owner->stream) return;
  from.hedge_at = time_point::max();  // it is not slow any more; a stream shows it by its content
  set_due(from);
}

void engine::exchange_failed(flight& from, normalized_error error, exchange_facts facts) noexcept {
  from.sent = false;
  if (!from.owner) return;
  const std::shared_ptr<call> keep = calls_[from.owner->place];
  end_exchange(from, error, facts);
  if (from.owner) begin_exchange(from);
}

// it is not under way any more; whoever tells of it (its coroutine, `leave_all`) keeps it alive
void engine::land(flight& from) {
  call& which = *from.owner;
  if (flights_.contains(from)) flights_.erase(from);
  from.owner = nullptr;
  const auto found = std::find_if(which.story->flights.begin(), which.story->flights.end(),
                                  [&from](const auto& each) { return each.get() == &from; });
  if (found != which.story->flights.end()) which.story->flights.erase(found);
}

void engine::failed(flight& from, normalized_error error, exchange_facts facts) noexcept {
  if (from.timed_out)
    error = resolve_transport_failure(route(from.route).definition.name, make_error_code(from.late),
                                      error.sent);
  const bool admitted = from.gate_knows;
  tell_gate(from, error, facts.limits.get());
  // refused behind a good head: it took nothing
  if (admitted && takes_back_admission(error))
    dispatcher_.gate_of(from.route, from.scope).settle(from.held, {}, now());
  free_place(from);
  if (!from.owner) return;
  call& which = *from.owner;
  const std::shared_ptr<call> keep = calls_[which.place];
  end_exchange(from, error, facts);
  if (!from.owner) return;  // cancelled by an observer
  land(from);
  const call_machine::step next = which.machine.heard(
      from.route, which.story->attempts[from.line].error, rules_, now(), random(), from.held.probe);
  // another attempt may still answer; what was decided here counts if it does not
  std::optional<std::size_t>& ended_by = which.story->ended_by;
  if (!ended_by && next.finished && next.why == stopped::permanent) ended_by = from.line;
  if (!which.story->flights.empty()) return;
  if (ended_by) return finish(which, stopped::permanent, which.story->attempts[*ended_by].error);
  if (next.finished) {
    // what the last attempt met is the error, unless a limit of our own ended the call
    const bool own = next.why != stopped::attempts;
    return finish(which, next.why,
                  own ? own_error(next.why, which) : which.story->attempts[from.line].error);
  }
  tell_wait(which, from, next.wait);
  if (which.done) apply(which, next);
}

// after a refusal the gate knows better than the hint, which may be missing
void engine::tell_wait(const call& which, const flight& failed, std::chrono::nanoseconds backoff) {
  const std::string& route = this->route(failed.route).definition.name;
  const auto closed = dispatcher_.gate_of(failed.route, failed.scope).closed_until() - now();
  const auto wait = std::max(backoff, closed);
  if (wait > wait.zero())
    tell(observer_.at_wait, "observer::at_wait", wait_event{which.id, route, wait});
}

void engine::answered(flight& from, outcome&& answer, exchange_facts facts) noexcept {
  tell_gate(from, {}, facts.limits.get());
  if (answer.answer)
    dispatcher_.gate_of(from.route, from.scope)
        .settle(from.held, consumed(answer.answer->usage()), now());
  if (!from.owner) return;
  call& which = *from.owner;
  const std::shared_ptr<call> keep = calls_[which.place];
  won(which, from, facts);
  const attempt& line = which.story->attempts[from.line];
  if (answer.answer) {
    answer.answer->set_route(line.route);
    answer.answer->set_request_id(line.request_id);
  }
  finish(which, stopped::answered, {}, std::move(answer));
}

// the others that are under way have lost
void engine::won(call& which, flight& from, exchange_facts& facts) {
  end_exchange(from, {}, facts);
  land(from);
  if (!which.has_flights()) return;
  normalized_error lost = own_error(stopped::cancelled, which);
  lost.message = "another route answered first";
  leave_all(which, lost);
}

// ---- giving up

// the call goes on, or ends, without waiting for what it has under way
void engine::leave(call& which, flight& from, const normalized_error& why) {
  attempt& line = which.story->attempts[from.line];
  line.took = now() - which.machine.began() - line.started;
  line.error = why;
  line.error.route = line.route;
  line.error.sent = from.sent;
  line.possibly_billed = from.sent;
  if (from.sent) ++counts_.possibly_billed;
  land(from);
  // the end of the call says nothing about the route
  tell_gate(
      from,
      resolve_transport_failure(line.route, make_error_code(asio::error::operation_aborted), false),
      nullptr);
  free_place(from);
  from.cancel.emit(asio::cancellation_type::terminal);
}

void engine::leave_all(call& which, const normalized_error& why) {
  if (!which.has_flights()) return;
  const auto all = which.story->flights;
  for (const std::shared_ptr<flight>& each : all)
    leave(which, *each, why);
}

// the attempt is given up; what it says then (was the request sent?) decides
void engine::attempt_timed_out(flight& late, errc why) {
  late.timeout = late.silence = late.hedge_at = time_point::max();
  set_due(late);
  late.timed_out = true;
  late.late = why;
  late.cancel.emit(asio::cancellation_type::terminal);
}

}  // namespace reroute::detail
