// What a handle may tell and ask its route.
#include "testing/fake_route_state.hpp"

#include <stdexcept>
#include <utility>

namespace reroute::testing {

void fake_route_state::note(const std::function<void(fake_log&)>& change) {
  const std::lock_guard lock(mutex_);
  change(log_);
}

void fake_route_state::refuse_for(std::chrono::milliseconds time) {
  const std::lock_guard lock(mutex_);
  refusing_until_ = time_->now() + time;
}

void fake_route_state::inject(const fault& what) {
  if (what.time.count() < 0 || what.retry_after.count() < 0 || what.every.count() < 0)
    throw std::invalid_argument("fault: a time is negative");
  if (!(what.share >= 0 && what.share <= 1))
    throw std::invalid_argument("fault::share: must be from 0 to 1");
  if (what.bytes == 0) throw std::invalid_argument("fault::bytes: must be at least 1");
  const std::lock_guard lock(mutex_);
  faults_.push_back({what, time_->now() + what.time});
}

void fake_route_state::clear_faults() {
  const std::lock_guard lock(mutex_);
  faults_.clear();
}

void fake_route_state::set_quota(double factor) {
  if (!(factor > 0)) throw std::invalid_argument("fake_route::set_quota: must be more than 0");
  const std::lock_guard lock(mutex_);
  quota_ = factor;
  limits_.advance(time_->now() - begun_);
  limits_.scale(quota_ * (1 - neighbour_));
}

void fake_route_state::set_neighbour(double share) {
  if (!(share >= 0 && share < 1))
    throw std::invalid_argument("fake_route::set_neighbour: must be from 0 to less than 1");
  const std::lock_guard lock(mutex_);
  neighbour_ = share;
  limits_.advance(time_->now() - begun_);
  limits_.scale(quota_ * (1 - neighbour_));
}

void fake_route_state::set_bearer_tokens(std::vector<std::string> tokens) {
  const std::lock_guard lock(mutex_);
  options_.bearer_tokens = std::move(tokens);
}

void fake_route_state::set_hearing_time(std::chrono::milliseconds time) {
  const std::lock_guard lock(mutex_);
  hearing_time_ = time;
}

fake_log fake_route_state::log() const {
  const std::lock_guard lock(mutex_);
  return log_;
}

std::optional<fake_request> fake_route_state::last_request() const {
  const std::lock_guard lock(mutex_);
  if (!last_) return std::nullopt;
  fake_request made{last_->method, last_->target, {}, last_->body};
  for (const auto& [name, value] : last_->fields) {
    // the fake's reader lets pass what `headers` would not
    if (http::is_token(name) && http::is_field_value(value)) made.headers.add(name, value);
  }
  return made;
}

}  // namespace reroute::testing
