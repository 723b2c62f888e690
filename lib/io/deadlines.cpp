// Any number of time limits behind one timer: connect, head, idle, keep-alive.
#include "io/deadlines.hpp"

#include <utility>

namespace reroute::detail {
namespace {

// so many limits are served in one turn of the loop; then others have their turn
constexpr int fired_per_turn = 512;

}  // namespace

deadline::~deadline() {
  if (queue_.queue_.contains(*this)) queue_.queue_.erase(*this);
}

void deadline::set(time_point when) {
  wish_ = when;
  if (when == never) return;
  if (queue_.queue_.contains(*this)) {
    if (when >= queued_) return;
    queue_.queue_.erase(*this);
  }
  queued_ = when;
  queue_.queue_.push(*this);
  queue_.arm();
}

void deadline::set_after(std::chrono::milliseconds time) {
  if (time <= time.zero()) {
    clear();
    return;
  }
  const auto now = queue_.now();
  set(time < never - now ? now + time : never);
}

deadlines::deadlines(const asio::any_io_executor& executor, std::shared_ptr<clock> time)
    : clock_(std::move(time)), timer_(clock_->make_timer(executor)) {}

void deadlines::retain() {
  if (holders_++ == 0) arm();
}

void deadlines::release() noexcept {
  if (--holders_ > 0) return;
  timer_->cancel();
  armed_ = deadline::never;
}

void deadlines::arm() {
  if (holders_ == 0 || queue_.empty() || queue_.top().queued_ >= armed_) return;
  armed_ = queue_.top().queued_;
  timer_->wake_at(armed_, [this] { fire(); });
}

void deadlines::fire() {
  armed_ = deadline::never;
  const hold stay(*this);
  const auto now = clock_->now();
  for (int fired = 0; fired < fired_per_turn; ++fired) {
    if (queue_.empty() || queue_.top().queued_ > now) break;
    deadline& first = queue_.top();
    queue_.erase(first);
    if (first.wish_ > now && first.is_set()) {
      first.queued_ = first.wish_;
      queue_.push(first);
      continue;
    }
    if (!first.is_set()) continue;
    first.clear();
    first.expired_(first.self_);
  }
  arm();
}

}  // namespace reroute::detail
