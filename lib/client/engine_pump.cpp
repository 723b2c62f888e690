// The engine's pump: what the dispatcher says is done, in small portions.
#include "client/engine.hpp"

#include <asio/post.hpp>

#include <utility>

namespace reroute::detail {
namespace {

// a timer this late means that the loop stood still
constexpr auto lateness_that_counts = std::chrono::milliseconds(50);

}  // namespace

void engine::schedule_pump() {
  if (closed_ || std::exchange(pumping_, true)) return;
  asio::post(strand_, [self = weak_from_this()] {
    if (const auto alive = self.lock()) alive->pump();
  });
}

void engine::pump() {
  pumping_ = false;
  if (closed_ || to_cancel_ > 0) return;  // it is called again when all are cancelled
  const time_point at = now();
  look_for_a_stall(at);
  for (int budget = calls_per_turn; budget > 0; --budget) {
    if (!flights_.empty() && flights_.top().due <= at) {
      look_at_flight(flights_.top(), at);
      continue;
    }
    const verdict said = dispatcher_.poll(at);
    if (said.what == verdict::kind::none) {
      if (observer_.at_gate) look_at_gates();
      return arm();
    }
    act(said);
    if (closed_) return;
    if (now() - at > time_per_turn) break;
  }
  schedule_pump();
}

void engine::look_at_flight(flight& due, time_point at) {
  call& which = *due.owner;
  if (which.deadline <= at) {
    finish(which, stopped::deadline, own_error(stopped::deadline, which));
  } else if (due.timeout <= at) {
    attempt_timed_out(due, errc::attempt_timeout);
  } else if (due.silence <= at) {
    attempt_timed_out(due, due.silence_says);
  } else {
    hedge(due);
  }
}

void engine::act(const verdict& said) {
  call& which = static_cast<call&>(*said.who);
  switch (said.what) {
    case verdict::kind::none:
      break;
    case verdict::kind::admit: {
      const std::shared_ptr<call> keep = calls_[which.place];
      launch(which, said.route, said.held);
      if (which.machine.how().type() == plan::kind::race && which.story->flights.size() == 1)
        race(which);
      break;
    }
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
