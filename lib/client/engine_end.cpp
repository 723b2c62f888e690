// The engine: calls are cancelled, one or all, and the engine ends, in order or at once.
#include "client/engine.hpp"

#include <asio/post.hpp>

#include <algorithm>
#include <utility>

namespace reroute::detail {

void engine::cancel(call& which) {
  which.unwanted = true;
  if (!which.begun || !which.done) return;  // about to begin, or over already
  finish(which, stopped::cancelled, own_error(stopped::cancelled, which));
}

void engine::cancel_all() {
  // a handler or an observer may begin others, with higher numbers: they are not meant
  unwanted_up_to_ = last_id_;
  to_cancel_ = calls_.size();
  cancel_streams();
  if (!cancelling_) cancel_some();
}

// In portions, as the pump works: a hundred thousand at once would be a tenth of a second. Meanwhile
// nothing is admitted.
void engine::cancel_some() {
  const std::shared_ptr<engine> keep = shared_from_this();  // an observer may end the client
  cancelling_ = true;
  const time_point at = now();
  for (int budget = calls_per_turn; to_cancel_ > 0 && budget > 0; --budget) {
    cancel_next();
    if (now() - at > time_per_turn) break;
  }
  cancelling_ = to_cancel_ > 0;
  if (!cancelling_) return schedule_pump();
  asio::post(strand_, [self = weak_from_this()] {
    if (const auto alive = self.lock()) alive->cancel_some();
  });
}

// Those that are still to be looked at are the first `to_cancel_` of the list: to the place of one that
// leaves comes the last, which was looked at, or is new, or is one of them and remains one.
void engine::cancel_next() {
  to_cancel_ = std::min(to_cancel_, calls_.size());
  if (to_cancel_ == 0) return;
  call& next = *calls_[--to_cancel_];
  if (next.id <= unwanted_up_to_) cancel(next);
}

void engine::add(const std::shared_ptr<errand>& which) {
  std::erase_if(errands_, [](const std::weak_ptr<errand>& old) { return old.expired(); });
  errands_.push_back(which);
}

std::vector<std::shared_ptr<transport>> engine::own_transports() const {
  std::vector<std::shared_ptr<transport>> all;
  if (own_transport_) all.push_back(own_transport_);
  if (plain_transport_) all.push_back(plain_transport_);
  return all;
}

void engine::close() {
  const thread_check::stay inside(threads_);
  if (std::exchange(closed_, true)) return;
  for (const std::weak_ptr<errand>& each : std::exchange(errands_, {}))
    if (const auto under_way = each.lock()) under_way->cancel();
  cancel_streams();
  unwanted_up_to_ = last_id_;
  to_cancel_ = calls_.size();
  while (to_cancel_ > 0)  // all at once: observers may end with the client
    cancel_next();
  timer_->cancel();
  for (live_route& each : routes_)
    if (each.tokens) each.tokens->shutdown();
  for (const std::shared_ptr<transport>& each : own_transports())
    each->shutdown();
}

void engine::abandon() noexcept {
  closed_ = true;
  for (open_stream* const each : std::exchange(streams_, {}))
    each->abandon();
  to_cancel_ = 0;
  busy_ = {};
  // a handler's end may end this engine's client and start others' destructors: take all out first
  const auto calls = std::exchange(calls_, {});
  for (const auto& each : calls) {
    dispatcher_.remove(*each);
    if (each->stream) each->stream->abandon();
    if (!each->story) continue;
    for (const auto& ahead : each->story->flights) {
      if (flights_.contains(*ahead)) flights_.erase(*ahead);
      ahead->owner = nullptr;
    }
  }
}

}  // namespace reroute::detail
