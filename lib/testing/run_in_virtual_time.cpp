// Runs a loop in virtual time: what is ready first, then a jump to the earliest timer.
#include <reroute/testing/manual_clock.hpp>

#include <algorithm>

namespace reroute::testing {
namespace {

// how long `run_until` waits for what only real time brings
constexpr auto real_patience = std::chrono::minutes(1);

}  // namespace

// Runs what is ready now; true once `done` holds.
bool manual_clock::run_ready(asio::io_context& loop, const std::function<bool()>& done) {
  if (done && done()) return true;
  if (loop.stopped()) loop.restart();
  while (loop.poll_one() != 0) {
    if (done && done()) return true;
  }
  return false;
}

// Waits in real time until something is ready, at most `patience`; true if something ran.
bool manual_clock::run_quiet(asio::io_context& loop, const std::function<bool()>& done,
                             std::chrono::milliseconds patience) {
  const auto end = std::chrono::steady_clock::now() + patience;
  while (!loop.stopped()) {
    const auto left = end - std::chrono::steady_clock::now();
    if (left <= left.zero()) break;
    // in small steps: `done` may also look at what another thread does
    if (loop.run_one_for(std::min<std::chrono::nanoseconds>(left, std::chrono::milliseconds(1))) !=
        0) {
      return true;
    }
    if (done && done()) return true;
  }
  // a thread that slept through its patience has not looked yet
  return loop.poll_one() != 0;
}

duration manual_clock::run(asio::io_context& loop, std::optional<duration> limit) {
  const auto start = now_;
  run_until(loop, nullptr, limit);
  return now_ - start;
}

bool manual_clock::run_until(asio::io_context& loop, const std::function<bool()>& done,
                             std::optional<duration> limit) {
  const auto start = now_;
  const auto end = limit ? start + *limit : time_point::max();
  for (;;) {
    if (run_ready(loop, done)) return true;
    if (run_quiet(loop, done, grace_)) continue;
    const auto next = next_timer();
    if (!next || *next > end) {
      if (limit) {
        // what is left of the limit passes, but for a loop that has nothing to do any more
        if (next || !loop.stopped()) advance_to(end);
        return done && done();
      }
      if (done && run_quiet(loop, done, real_patience)) continue;
      return done && done();
    }
    advance_to(*next);
  }
}

}  // namespace reroute::testing
