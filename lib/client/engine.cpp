// The engine: between the machines, which decide, and the coroutines, which do.
#include "client/engine.hpp"

#include <reroute/error/errc.hpp>

#include "client/check_options.hpp"
#include "client/run_attempt.hpp"
#include "client/shutdown_service.hpp"
#include "traffic/effect.hpp"

#include <asio/bind_cancellation_slot.hpp>
#include <asio/co_spawn.hpp>
#include <asio/dispatch.hpp>
#include <asio/error.hpp>
#include <asio/post.hpp>

#include <algorithm>
#include <exception>
#include <stdexcept>
#include <utility>

namespace reroute::detail {
namespace {

// work done in one turn of the loop, so that a storm does not starve the sockets
constexpr int verdicts_per_turn = 256;
// a timer this late means that the loop stood still
constexpr auto lateness_that_counts = std::chrono::milliseconds(50);

std::vector<gated_route> gates_of(const client_options& options) {
  std::vector<gated_route> all;
  for (const route& each : options.routes)
    all.push_back({options.gate, each.limits});
  return all;
}

}  // namespace

engine::engine(asio::any_io_executor executor, client_options options)
    : executor_(std::move(executor)),
      clock_(options.time),
      timer_(clock_->make_timer(executor_)),
      observer_(std::move(options.observer)),
      plan_(options.plan),
      deadline_(options.deadline),
      attempt_timeout_(options.attempt_timeout),
      max_waiting_(options.max_waiting),
      rules_{std::move(options.decide), options.waits, options.gate.hint_jitter,
             options.retry_lost_answers, retry_budget(options.retry_budget)},
      dispatcher_(gates_of(options)),
      generator_(static_cast<std::minstd_rand::result_type>(
          options.seed ? *options.seed : std::random_device{}())) {
  for (reroute::route& each : options.routes) {
    live_route live;
    live.transport = each.transport;
    if (!live.transport) {
      if (!own_transport_) own_transport_ = make_https_transport(executor_, options.https, clock_);
      live.transport = own_transport_;
    }
    if (each.credential.refreshable())
      live.tokens = std::make_shared<token_cache>(executor_, clock_, each.credential.source());
    live.definition = std::move(each);
    routes_.push_back(std::move(live));
  }
}

engine::~engine() = default;

double engine::random() { return std::uniform_real_distribution<double>(0, 1)(generator_); }

// ---- calls come and go

// on the caller's thread: touches nothing of the engine that changes
std::shared_ptr<call> engine::prepare(operation op, encoded_request request,
                                      const call_options& options, completion_ptr handler) {
  const time_point at = now();
  const auto limit = options.deadline().value_or(deadline_);
  const time_point deadline =
      limit.count() == 0 || limit > http::longest_wait ? time_point::max() : at + limit;
  call_machine decisions(options.plan().value_or(plan_), static_cast<int>(routes_.size()), at,
                         deadline);
  auto which =
      std::make_shared<call>(std::move(decisions), op, std::move(request), std::move(handler));
  which->priority = options.priority();
  which->deadline = deadline;
  which->attempt_timeout =
      std::min(options.attempt_timeout().value_or(attempt_timeout_), http::longest_wait);
  which->waiting_since = at;

  if (asio::cancellation_slot slot = which->done->slot(); slot.is_connected()) {
    slot.assign([self = weak_from_this(), it = std::weak_ptr(which)](asio::cancellation_type type) {
      const auto alive = self.lock();
      const auto found = it.lock();
      if (!alive || !found || type == asio::cancellation_type::none) return;
      asio::dispatch(alive->executor_, [alive, found] { alive->cancel(*found); });
    });
  }
  return which;
}

void engine::begin(std::shared_ptr<call> which) {
  which->id = ++last_id_;
  which->scope = dispatcher_.scope(which->request.model());
  which->place = calls_.size();
  which->begun = true;
  calls_.push_back(which);
  rules_.budget.earn();
  if (closed_ || which->unwanted)
    return finish(*which, stopped::cancelled, own_error(stopped::cancelled, *which));
  if (dispatcher_.size() >= max_waiting_)
    return finish(*which, stopped::too_many_waiting, own_error(stopped::too_many_waiting, *which));
  apply(*which, which->machine.start());
}

void engine::apply(call& which, const call_machine::step& next) {
  if (next.finished) {
    // what the last attempt met is the error, unless a limit of our own ended the call
    const bool provider = next.why == stopped::permanent || next.why == stopped::attempts;
    return finish(which, next.why,
                  provider && !which.attempts.empty() ? which.attempts.back().error
                                                      : own_error(next.why, which));
  }
  which.routes = next.routes;
  which.due = next.due;
  dispatcher_.add(which);
  schedule_pump();
}

void engine::cancel(call& which) {
  which.unwanted = true;
  if (!which.begun || !which.done) return;  // about to begin, or over already
  finish(which, stopped::cancelled, own_error(stopped::cancelled, which));
}

void engine::cancel_all() {
  const auto now_here = calls_;  // a handler or an observer may begin others
  for (const std::shared_ptr<call>& each : now_here)
    cancel(*each);
}

void engine::close() {
  if (std::exchange(closed_, true)) return;
  cancel_all();
  timer_->cancel();
  for (live_route& each : routes_)
    if (each.tokens) each.tokens->shutdown();
  if (own_transport_) own_transport_->shutdown();
}

void engine::abandon() noexcept {
  closed_ = true;
  // a handler's end may end this engine's client and start others' destructors: take all out first
  const auto calls = std::exchange(calls_, {});
  for (const auto& each : calls) {
    dispatcher_.remove(*each);
    if (flights_.contains(*each)) flights_.erase(*each);
    if (each->under_way) each->under_way->owner = nullptr;
  }
}

void engine::finish(call& which, reroute::stopped why, normalized_error error, outcome result) {
  const std::shared_ptr<call> keep = calls_[which.place];
  completion_ptr done =
      std::move(which.done);  // from here on it is over, whatever an observer does
  dispatcher_.remove(which);
  leave_flight(which, error);

  result.error = std::move(error);
  result.stopped = why;
  result.attempts = std::move(which.attempts);
  result.took = now() - which.machine.began();
  calls_[which.place] = std::move(calls_.back());
  calls_[which.place]->place = which.place;
  calls_.pop_back();

  if (observer_.at_outcome) observer_.at_outcome({which.id, result});
  const std::error_code code = to_error_code(result.error);
  if (done) done.release()->complete(code, std::move(result));
  schedule_pump();
}

normalized_error engine::own_error(reroute::stopped why, const call& which) const {
  normalized_error error;
  if (!which.attempts.empty()) error.route = which.attempts.back().route;
  error.category = category::timeout;
  switch (why) {
    case stopped::deadline:
      error.cause = errc::deadline_exceeded;
      break;
    case stopped::would_miss_deadline:
      error.cause = errc::would_miss_deadline;
      break;
    case stopped::too_many_waiting:
      error.category = category::overloaded;
      error.cause = errc::too_many_waiting;
      break;
    default:
      error.category = category::cancelled;
      error.cause = asio::error::operation_aborted;
  }
  error.message = error.cause.message();
  return error;
}

// ---- attempts

void engine::launch(call& which, int route, permit held) {
  const std::shared_ptr<call> keep = calls_[which.place];  // an observer may end the call
  const std::shared_ptr<flight> ahead = std::make_shared<flight>(which, route, held);
  which.under_way = ahead;
  which.due = which.deadline;
  if (which.attempt_timeout.count() > 0)
    which.due = std::min(which.due, now() + which.attempt_timeout);
  flights_.push(which);
  begin_exchange(which, route);
  if (!ahead->owner) return;  // cancelled by an observer
  // the coroutine's handler lets go of the signal last of all: it must outlive the coroutine's frame
  auto landed = [ahead, self = weak_from_this()](std::exception_ptr thrown) {
    if (!thrown) return;
    // a route's own transport or writer broke its promise; the call must not wait for its deadline
    if (const auto alive = self.lock())
      alive->failed(*ahead,
                    resolve_transport_failure(alive->route(ahead->route).definition.name,
                                              make_error_code(errc::protocol_error), ahead->sent,
                                              "the route's own code threw an exception"),
                    {});
  };
  asio::co_spawn(executor_, run_attempt(shared_from_this(), ahead, which.op, which.request),
                 asio::bind_cancellation_slot(ahead->cancel.slot(), std::move(landed)));
}

void engine::begin_exchange(call& which, int route) {
  const reroute::route& on = this->route(route).definition;
  attempt line;
  line.route = on.name;
  line.model = on.models.on_route(which.request.model());
  line.started = now() - which.machine.began();
  line.waited = now() - which.waiting_since;
  which.attempts.push_back(std::move(line));
  const std::size_t number = which.attempts.size();
  if (number > 1 && observer_.at_failover && which.attempts[number - 2].route != on.name)
    observer_.at_failover({which.id, which.attempts[number - 2].route, on.name});
  if (!which.done || !observer_.at_attempt) return;
  const attempt& begun = which.attempts.back();
  observer_.at_attempt(
      {which.id, begun.route, begun.model, static_cast<int>(number), begun.waited});
}

void engine::end_exchange(flight& from, const normalized_error& error, exchange_facts& facts) {
  call& which = *from.owner;
  attempt& line = which.attempts.back();
  line.took = now() - which.machine.began() - line.started;
  line.status = facts.status;
  line.request_id = std::move(facts.request_id);
  line.limits = std::move(facts.limits);
  line.error = error;
  line.possibly_billed = error && error.status == 0 && error.sent;
  which.waiting_since = now();
  if (error && observer_.at_refusal)
    observer_.at_refusal({which.id, static_cast<int>(which.attempts.size()), line.error});
}

void engine::tell_gate(flight& from, const normalized_error& error) {
  if (std::exchange(from.gate_knows, true)) return;
  gate& at = dispatcher_.gate_of(from.route, from.scope);
  const time_point when = now();
  switch (effect_of(error)) {
    case effect::admitted:
      at.admitted(from.held, when);
      break;
    case effect::refused:
      at.refused(from.held, error, when, random());
      break;
    case effect::faulted:
      at.faulted(from.held, when, random());
      break;
    case effect::released:
      at.released(from.held, when);
      break;
    case effect::quarantined: {
      std::optional<std::chrono::nanoseconds> opens;
      // in seconds until it is clamped: a date of the year 9999 has no nanoseconds
      if (error.opens_at)
        opens = std::clamp<std::chrono::seconds>(
            *error.opens_at -
                std::chrono::time_point_cast<std::chrono::seconds>(clock_->wall_now()),
            std::chrono::seconds(0), std::chrono::floor<std::chrono::seconds>(http::longest_wait));
      at.quarantined(from.held, error, when, opens);
      break;
    }
  }
  schedule_pump();
}

void engine::sending(flight& from) noexcept {
  from.sent = true;
  if (!from.gate_knows) dispatcher_.gate_of(from.route, from.scope).sent(from.held, now());
}

void engine::head_came(flight& from, int status) noexcept {
  if (status / 100 == 2) tell_gate(from, {});
}

void engine::exchange_failed(flight& from, normalized_error error, exchange_facts facts) noexcept {
  from.sent = false;
  if (!from.owner) return;
  const std::shared_ptr<call> keep = calls_[from.owner->place];
  end_exchange(from, error, facts);
  if (from.owner) begin_exchange(*from.owner, from.route);
}

void engine::failed(flight& from, normalized_error error, exchange_facts facts) noexcept {
  if (from.timed_out)
    error = resolve_transport_failure(route(from.route).definition.name,
                                      make_error_code(errc::attempt_timeout), error.sent);
  tell_gate(from, error);
  if (!from.owner) return;
  call& which = *from.owner;
  const std::shared_ptr<call> keep = calls_[which.place];
  end_exchange(from, error, facts);
  if (!from.owner) return;  // cancelled by an observer
  flights_.erase(which);
  which.under_way.reset();
  from.owner = nullptr;
  const call_machine::step next = which.machine.heard(from.route, error, rules_, now(), random());
  if (!next.finished && next.wait.count() > 0 && observer_.at_wait)
    observer_.at_wait({which.id, error.route, next.wait});
  if (which.done) apply(which, next);
}

void engine::answered(flight& from, outcome answer, exchange_facts facts) noexcept {
  tell_gate(from, {});
  if (!from.owner) return;
  call& which = *from.owner;
  end_exchange(from, {}, facts);
  if (answer.answer) {
    answer.answer->set_route(which.attempts.back().route);
    answer.answer->set_request_id(which.attempts.back().request_id);
  }
  flights_.erase(which);
  which.under_way.reset();
  from.owner = nullptr;
  finish(which, stopped::answered, {}, std::move(answer));
}

// the call goes on, or ends, without waiting for what it has under way
void engine::leave_flight(call& which, const normalized_error& why) {
  if (!which.under_way) return;
  const std::shared_ptr<flight> left = std::exchange(which.under_way, nullptr);
  left->owner = nullptr;
  flights_.erase(which);
  attempt& line = which.attempts.back();
  line.took = now() - which.machine.began() - line.started;
  line.error = why;
  line.error.route = line.route;
  line.error.sent = left->sent;
  line.possibly_billed = left->sent;
  // the end of the call says nothing about the route
  tell_gate(*left, resolve_transport_failure(line.route, asio::error::operation_aborted, false));
  left->cancel.emit(asio::cancellation_type::terminal);
}

// the attempt is given up; what it says then (was the request sent?) decides
void engine::attempt_timed_out(call& which) {
  const std::shared_ptr<flight> late = which.under_way;
  flights_.erase(which);
  which.due = which.deadline;
  flights_.push(which);
  late->timed_out = true;
  late->cancel.emit(asio::cancellation_type::terminal);
}

// ---- the pump: what the dispatcher says is done, in small portions

void engine::schedule_pump() {
  if (closed_ || std::exchange(pumping_, true)) return;
  asio::post(executor_, [self = weak_from_this()] {
    if (const auto alive = self.lock()) alive->pump();
  });
}

void engine::pump() {
  pumping_ = false;
  if (closed_) return;
  const time_point at = now();
  look_for_a_stall(at);
  for (int budget = verdicts_per_turn; budget > 0; --budget) {
    if (!flights_.empty() && flights_.top().due <= at) {
      call& late = static_cast<call&>(flights_.top());
      if (late.deadline <= at) {
        finish(late, stopped::deadline, own_error(stopped::deadline, late));
      } else {
        attempt_timed_out(late);
      }
      continue;
    }
    const verdict said = dispatcher_.poll(at);
    if (said.what == verdict::kind::none) return arm();
    act(said);
  }
  schedule_pump();
}

void engine::act(const verdict& said) {
  call& which = static_cast<call&>(*said.who);
  switch (said.what) {
    case verdict::kind::none:
      break;
    case verdict::kind::admit:
      launch(which, said.route, said.held);
      break;
    case verdict::kind::due:
      apply(which, which.machine.due(now()));
      break;
    case verdict::kind::shut:
    case verdict::kind::would_miss:
      closed_to(which, said);
      break;
  }
}

// the routes that it may use now are of no use to it; others may be
void engine::closed_to(call& which, const verdict& said) {
  if (which.due < which.deadline) {  // then others are back
    which.routes = 0;
    return dispatcher_.add(which);
  }
  const call_machine::step next = which.machine.closed(which.routes, now());
  if (!next.finished) return apply(which, next);
  if (said.what == verdict::kind::shut) return finish(which, stopped::permanent, *said.reason);
  normalized_error error = own_error(stopped::would_miss_deadline, which);
  error.retry_after = std::chrono::ceil<std::chrono::milliseconds>(said.opens - now());
  finish(which, stopped::would_miss_deadline, std::move(error));
}

void engine::arm() {
  const time_point at = now();
  time_point next = dispatcher_.wake(at);
  if (!flights_.empty()) next = std::min(next, flights_.top().due);
  if (next == time_point::max()) {
    // a timer that waits for nothing would keep the loop from ending
    if (armed_ != time_point::max()) timer_->cancel();
    armed_ = next;
    return;
  }
  if (next >= armed_) return;  // it looks earlier, and then sees for itself
  armed_ = next;
  timer_->wake_at(next, [self = weak_from_this()] {
    if (const auto alive = self.lock()) alive->pump();
  });
}

// a wake-up that is long overdue says that the loop stood still, be it this pump's or not
void engine::look_for_a_stall(time_point at) {
  if (armed_ > at) return;
  if (at - armed_ > lateness_that_counts) dispatcher_.stalled(at);
  armed_ = time_point::max();
  timer_->cancel();
}

}  // namespace reroute::detail
