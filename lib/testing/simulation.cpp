// The simulation: one coroutine per call, the real client, simulated routes, virtual time.
#include <reroute/client/client.hpp>
#include <reroute/testing/simulation.hpp>

#include "testing/simulated_client.hpp"
#include "testing/simulated_route.hpp"

#include <asio/co_spawn.hpp>
#include <asio/executor_work_guard.hpp>
#include <asio/io_context.hpp>

#include <exception>
#include <memory>
#include <optional>
#include <utility>

namespace reroute::testing {
namespace {

// all that the calls of a storm share
struct asking {
  asking(std::shared_ptr<simulated_storm> at, asio::io_context& on, client_options options)
      : storm(std::move(at)), loop(on) {
    claude.emplace(on, completed(std::move(options), storm));
    for (const scenario_mix& each : mixes_of(storm->what))
      questions.push_back(question(each));
  }
  std::shared_ptr<simulated_storm> storm;
  asio::io_context& loop;
  std::optional<client> claude;  // until the storm is over
  std::vector<message_request> questions;
  std::size_t next = 0;  // the number of the next call
};

asio::awaitable<void> one_call(std::shared_ptr<asking> with, std::size_t number) {
  const std::shared_ptr<simulated_storm> storm = with->storm;
  message_request asked = with->questions[mix_of(storm->what, number)];
  asked.user_id(simulated_call_id(number));
  storm->ledger.begun(number, storm->now());
  std::optional<std::size_t> answered_by;
  try {
    const message reply = co_await with->claude->create(asked);
    answered_by = route_named(storm->what, reply.route());
    if (!answered_by)
      storm->ledger.complain("an answer of no route: " + std::string(reply.route()));
  } catch (const api_error&) {
    // the ledger knows a call without an answer
  }
  storm->ledger.ended(number, answered_by, storm->now());
}

void expect_no_throw(const std::shared_ptr<simulated_storm>& of, std::exception_ptr thrown) {
  try {
    if (thrown) std::rethrow_exception(thrown);
  } catch (const std::exception& problem) {
    of->ledger.complain(std::string("a call threw: ") + problem.what());
  }
}

void spawn(const std::shared_ptr<asking>& with, asio::awaitable<void> what) {
  asio::co_spawn(with->loop, std::move(what), [storm = with->storm](std::exception_ptr thrown) {
    expect_no_throw(storm, thrown);
  });
}

asio::awaitable<void> all_calls(std::shared_ptr<asking> with) {
  const std::shared_ptr<simulated_storm> storm = with->storm;
  scripted_wait wait(with->loop.get_executor(), *storm->time);
  const std::vector<storm_time> arrivals = arrivals_of(storm->what);
  for (const storm_time at : arrivals) {
    if (at > storm->now()) {
      const bool come = co_await wait.wait(storm->begin + at);
      if (!come) co_return;
    }
    spawn(with, one_call(with, with->next++));
  }
}

// calls again when the last call is over
asio::awaitable<void> one_worker(std::shared_ptr<asking> with) {
  while (with->claude && with->next < with->storm->what.calls) {
    const std::size_t number = with->next++;
    co_await one_call(with, number);
  }
}

void begin(const std::shared_ptr<asking>& with) {
  const std::size_t workers = with->storm->what.workers;
  if (workers == 0) return spawn(with, all_calls(with));
  for (std::size_t each = 0; each < workers; ++each)
    spawn(with, one_worker(with));
}

// by then all calls must be over
storm_time latest_end(const scenario& what) {
  const auto turns = what.workers > 0 ? 1 + (what.calls - 1) / what.workers : 1;
  return arrivals_of(what).back() + what.deadline * turns + what.stall_at + what.stall +
         std::chrono::seconds(10);
}

void run(simulated_storm& storm, asio::io_context& loop) {
  const scenario& what = storm.what;
  const auto done = [&] { return storm.ledger.over() == what.calls; };
  const storm_time end = latest_end(what);
  if (what.stall.count() > 0) {
    if (storm.time->run_until(loop, done, what.stall_at)) return;
    storm.time->advance(what.stall);
  }
  storm.time->run_until(loop, done, end - storm.now());
}

}  // namespace

simulation_result simulate(const scenario& what) { return simulate(what, client_options()); }

simulation_result simulate(const scenario& what, client_options options) {
  const schedule best = ideal(what);
  const auto storm = std::make_shared<simulated_storm>(what);
  asio::io_context loop(1);
  const auto busy = asio::make_work_guard(loop);
  const auto all = std::make_shared<asking>(storm, loop, std::move(options));
  begin(all);
  run(*storm, loop);
  const storm_time end = storm->now();
  all->claude.reset();
  storm->time->run(loop);
  storm->ledger.close(end);
  return storm->ledger.result(best);
}

}  // namespace reroute::testing
