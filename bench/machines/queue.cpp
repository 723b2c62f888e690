// The dispatcher by itself.
#include "bench/machines/queue.hpp"

#include "traffic/dispatcher.hpp"

#include <algorithm>
#include <chrono>
#include <memory>
#include <numeric>
#include <random>
#include <vector>

namespace bench {
namespace {

using namespace std::chrono_literals;
using reroute::detail::dispatcher;
using reroute::detail::waiter;
using time_point = waiter::time_point;

class stopwatch {
 public:
  [[nodiscard]] double per(std::size_t count) const {
    const std::chrono::duration<double, std::nano> passed =
        std::chrono::steady_clock::now() - begin_;
    return passed.count() / static_cast<double>(count);
  }

 private:
  std::chrono::steady_clock::time_point begin_ = std::chrono::steady_clock::now();
};

}  // namespace

queue_costs measure_queue(std::size_t waiting) {
  const std::size_t steps = std::min<std::size_t>(waiting / 10, 10'000);
  reroute::quota plenty;
  plenty.requests_per_minute = 6e9;
  plenty.burst = 1e9;
  dispatcher queue({{reroute::gate_options(), plenty}, {reroute::gate_options(), plenty}});
  const time_point now{1h};
  std::minstd_rand random(1);
  std::vector<std::unique_ptr<waiter>> calls;
  for (std::size_t i = 0; i < waiting + steps; ++i) {
    auto call = std::make_unique<waiter>();
    call->routes = 3;
    call->due = call->deadline = now + 10s + std::chrono::microseconds(random() % 600'000'000);
    calls.push_back(std::move(call));
  }
  queue_costs costs;
  costs.waiting = waiting;
  for (std::size_t i = 0; i < waiting; ++i)
    queue.add(*calls[i]);
  {
    const stopwatch watch;
    for (std::size_t i = waiting; i < waiting + steps; ++i)
      queue.add(*calls[i]);
    costs.add = watch.per(steps);
  }
  std::vector<std::size_t> order(waiting);
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::shuffle(order.begin(), order.end(), random);
  {
    const stopwatch watch;
    for (std::size_t i = 0; i < steps; ++i)
      queue.remove(*calls[order[i]]);
    costs.cancel = watch.per(steps);
  }
  {
    const stopwatch watch;
    for (std::size_t i = 0; i < steps; ++i) {
      const auto said = queue.poll(now);
      queue.gate_of(said.route, 0).sent(said.held, now);
      queue.gate_of(said.route, 0).admitted(said.held, now);
    }
    costs.admit = watch.per(steps);
  }
  {
    const stopwatch watch;
    for (std::size_t i = 0; i < steps; ++i)
      (void)queue.wake(now);
    costs.wake = watch.per(steps);
  }
  for (const auto& each : calls)
    queue.remove(*each);
  return costs;
}

}  // namespace bench
