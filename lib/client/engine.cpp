// The engine: calls come and go.
#include "client/engine.hpp"

#include <reroute/error/errc.hpp>

#include "client/check_options.hpp"
#include "detail/recycling.hpp"
#include "io/guarded_clock.hpp"
#include "route/plain_transport.hpp"

#include <asio/dispatch.hpp>
#include <asio/error.hpp>
#include <asio/execution/outstanding_work.hpp>
#include <asio/prefer.hpp>

#include <algorithm>
#include <utility>

namespace reroute::detail {
namespace {

std::vector<gated_route> gates_of(const client_options& options) {
  std::vector<gated_route> all;
  for (const route& each : options.routes)
    all.push_back({options.gate, each.limits});
  return all;
}

}  // namespace

engine::engine(asio::any_io_executor executor, client_options options)
    : threads_(thread_check::make()),
      executor_(std::move(executor)),
      strand_(checked_executor::over(executor_, threads_)),
      clock_(guarded(options.time)),
      timer_(clock_->make_timer(strand_)),
      observer_(std::move(options.observer)),
      plan_(options.plan),
      deadline_(options.deadline.value_or(default_deadline)),
      attempt_timeout_(options.attempt_timeout),
      deadline_is_default_(!options.deadline),
      guards_(options.guards),
      max_waiting_(options.max_waiting),
      rules_{std::move(options.decide), options.waits, options.gate.hint_jitter,
             options.retry_lost_answers, retry_budget(options.retry_budget)},
      dispatcher_(gates_of(options)),
      stream_limits_(strand_, clock_),
      generator_(static_cast<std::minstd_rand::result_type>(
          options.seed ? *options.seed : std::random_device{}())) {
  if (const double cap = options.hedging.tokens_per_minute; cap > 0) {
    hedge_tokens_.rate = cap / 60;
    hedge_tokens_.size = hedge_tokens_.left = cap;
  }
  for (reroute::route& each : options.routes) {
    live_route live;
    live.transport = each.transport;
    if (!live.transport) {
      if (!own_transport_) own_transport_ = make_https_transport(strand_, options.https, clock_);
      live.transport = own_transport_;
    }
    live.tokens = tokens_of(each, options.https);
    live.definition = std::move(each);
    routes_.push_back(std::move(live));
  }
}

engine::~engine() = default;

// routes with the same source share its tokens
std::shared_ptr<token_cache> engine::tokens_of(const reroute::route& on,
                                               const https_options& https) {
  const credential& from = on.credential;
  if (!from.refreshable()) return nullptr;
  for (const live_route& other : routes_)
    if (other.definition.credential.source() == from.source()) return other.tokens;
  if (!own_transport_) own_transport_ = make_https_transport(strand_, https, clock_);
  if (!plain_transport_) plain_transport_ = make_plain_transport(strand_, clock_);
  token_cache::warning_listener warned;
  if (observer_.at_credential)
    warned = [hook = observer_.at_credential, name = on.name](const token_result& what) {
      tell(hook, "observer::at_credential", credential_event{name, what.error, what.detail});
    };
  return std::make_shared<token_cache>(strand_, clock_, from.source(),
                                       lent_transports{own_transport_, plain_transport_},
                                       token_cache::usual_timeout, std::move(warned));
}

double engine::random() { return std::uniform_real_distribution<double>(0, 1)(generator_); }

// ---- calls come and go

// on the caller's thread: touches nothing of the engine that changes
std::shared_ptr<call> engine::prepare(operation op, encoded_request request,
                                      const call_options& options, completion_ptr handler,
                                      std::shared_ptr<open_stream> stream) {
  const time_point at = now();
  const auto limit = options.deadline().value_or(deadline_);
  const time_point deadline =
      limit.count() == 0 || limit > http::longest_wait ? time_point::max() : at + limit;
  call_machine decisions(options.plan().value_or(plan_), static_cast<int>(routes_.size()), at,
                         deadline);
  auto which =
      make_recycled<call>(std::move(decisions), op, std::move(request), std::move(handler));
  which->stream = std::move(stream);
  which->priority = options.priority();
  if (op != operation::count_tokens) {  // a count takes none
    which->need.bytes = static_cast<double>(which->request.size());
    which->need.output_tokens = static_cast<double>(which->request.max_tokens());
  }
  which->deadline = deadline;
  which->attempt_timeout =
      std::min(options.attempt_timeout().value_or(attempt_timeout_), http::longest_wait);

  if (asio::cancellation_slot slot = which->done->slot(); slot.is_connected()) {
    slot.assign([self = weak_from_this(), it = std::weak_ptr(which)](asio::cancellation_type type) {
      const auto alive = self.lock();
      const auto found = it.lock();
      if (!alive || !found || type == asio::cancellation_type::none) return;
      asio::dispatch(alive->strand_, [alive, found] { alive->cancel(*found); });
    });
  }
  return which;
}

void engine::begin(std::shared_ptr<call> which, const std::string& tenant) {
  const thread_check::stay inside(threads_);
  which->id = ++last_id_;
  which->scope = dispatcher_.scope(which->request.model(), which->op == operation::count_tokens
                                                               ? limit_of::token_counts
                                                               : limit_of::messages);
  which->place = calls_.size();
  which->begun = true;
  calls_.push_back(which);
  if (calls_.size() == 1) busy_ = asio::prefer(strand_, asio::execution::outstanding_work.tracked);
  rules_.budget.earn();
  ++counts_.calls;
  if (closed_ || which->unwanted)
    return finish(*which, stopped::cancelled, own_error(stopped::cancelled, *which));
  if (draining_) return finish(*which, stopped::draining, own_error(stopped::draining, *which));
  if (dispatcher_.size() >= max_waiting_)
    return finish(*which, stopped::too_many_waiting, own_error(stopped::too_many_waiting, *which));
  dispatcher_.enrol(*which, tenant);
  apply(*which, which->machine.start());
}

void engine::apply(call& which, const call_machine::step& next) {
  if (next.finished) return finish(which, next.why, own_error(next.why, which));
  which.routes = next.routes;
  which.due = next.due;
  dispatcher_.add(which);
  schedule_pump();
}

void engine::finish(call& which, reroute::stopped why, normalized_error error, outcome&& result) {
  const std::shared_ptr<call> keep = calls_[which.place];
  completion_ptr done =
      std::move(which.done);  // from here on it is over, whatever an observer does
  dispatcher_.remove(which);
  leave_all(which, error);

  const bool goes_on = which.stream && why == stopped::answered;  // its caller reads on
  if (!goes_on) count(why);

  result.error = std::move(error);
  result.stopped = why;
  if (which.story) result.attempts = std::move(which.story->attempts);
  result.took = now() - which.machine.began();
  calls_[which.place] = std::move(calls_.back());
  calls_[which.place]->place = which.place;
  calls_.pop_back();

  if (!goes_on) tell(observer_.at_outcome, "observer::at_outcome", outcome_event{which.id, result});
  const std::error_code code = to_error_code(result.error);
  if (done) done.release()->complete(executor_, code, std::move(result));
  if (calls_.empty()) busy_ = {};
  if (idle()) idle_watchers_.ring();
  schedule_pump();
}

void engine::count(reroute::stopped why) {
  switch (why) {
    case stopped::answered:
      ++counts_.answered;
      break;
    case stopped::cancelled:
      ++counts_.cancelled;
      break;
    default:
      ++counts_.failed;
  }
}

normalized_error engine::own_error(reroute::stopped why, const call& which) const {
  normalized_error error;
  if (which.story && !which.story->attempts.empty())
    error.route = which.story->attempts.back().route;
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
    case stopped::draining:
      error.category = category::network;
      error.cause = errc::draining;
      break;
    default:
      error.category = category::cancelled;
      error.cause = make_error_code(asio::error::operation_aborted);
  }
  error.message = error.cause.message();
  return error;
}

}  // namespace reroute::detail
