// The dispatcher by itself.
#include "bench/machines/queue.hpp"

#include "bench/machines/stopwatch.hpp"

#include <chrono>
#include <utility>

namespace bench {
namespace {

using namespace std::chrono_literals;
using reroute::detail::waiter;

const waiter::time_point now{1h};

std::vector<reroute::detail::gated_route> two_open_routes() {
  reroute::quota plenty;
  plenty.requests_per_minute = 6e9;
  plenty.burst = 1e9;
  return {{reroute::gate_options(), plenty}, {reroute::gate_options(), plenty}};
}

}  // namespace

full_queue::full_queue(std::size_t waiting, time_limits deadlines)
    : deadlines_(deadlines), queue_(two_open_routes()) {
  add(some_spare(waiting));
}

full_queue::~full_queue() {
  for (waiter& each : calls_)
    queue_.remove(each);
}

// those that left, or new ones
std::vector<waiter*> full_queue::some_spare(std::size_t count) {
  std::vector<waiter*> some;
  while (some.size() < count) {
    if (spare_.empty()) spare_.push_back(&calls_.emplace_back());
    waiter& call = *spare_.back();
    spare_.pop_back();
    call.routes = 3;
    call.sequence = 0;
    call.due = call.deadline =
        now + 600s +
        std::chrono::microseconds(deadlines_ == time_limits::any ? random_() % 600'000'000 : 0);
    some.push_back(&call);
  }
  return some;
}

void full_queue::add(const std::vector<waiter*>& coming) {
  for (waiter* each : coming)
    queue_.add(*each);
}

queue_costs full_queue::measure(std::size_t steps) {
  queue_costs costs;
  const auto coming = some_spare(2 * steps);
  {
    const stopwatch watch;
    add(coming);
    costs.add = watch.per(coming.size());
  }
  std::vector<waiter*> leaving;
  while (leaving.size() < steps) {
    waiter& any = calls_[random_() % calls_.size()];
    // marked, so that none is chosen twice
    if (any.in != nullptr && std::exchange(any.scope, 1U) == 0) leaving.push_back(&any);
  }
  {
    const stopwatch watch;
    for (waiter* each : leaving)
      queue_.remove(*each);
    costs.cancel = watch.per(steps);
  }
  for (waiter* each : leaving)
    each->scope = 0;
  std::vector<waiter*> gone;
  gone.reserve(steps);
  {
    const stopwatch watch;
    for (std::size_t i = 0; i < steps; ++i) {
      const auto said = queue_.poll(now);
      queue_.gate_of(said.route, 0).sent(said.held, now);
      queue_.gate_of(said.route, 0).admitted(said.held, now);
      gone.push_back(said.who);
    }
    costs.admit = watch.per(steps);
  }
  {
    const stopwatch watch;
    for (std::size_t i = 0; i < steps; ++i)
      (void)queue_.wake(now);
    costs.wake = watch.per(steps);
  }
  spare_.insert(spare_.end(), leaving.begin(), leaving.end());
  spare_.insert(spare_.end(), gone.begin(), gone.end());
  return costs;
}

}  // namespace bench
