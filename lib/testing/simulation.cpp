// The simulation: one coroutine per call, the real client, simulated routes, virtual time.
#include <reroute/client/client.hpp>
#include <reroute/route/anthropic.hpp>
#include <reroute/route/azure_foundry.hpp>
#include <reroute/testing/simulation.hpp>

#include "testing/scenario_plan.hpp"
#include "testing/simulated_route.hpp"

#include <asio/co_spawn.hpp>
#include <asio/executor_work_guard.hpp>
#include <asio/io_context.hpp>

#include <algorithm>
#include <exception>
#include <optional>
#include <utility>

namespace reroute::testing {
namespace {

constexpr const char* model = "claude-opus-4-8";

// what the client is told of a route's limits
quota stated_limits(const scenario_route& route) {
  quota made;
  if (!route.stated) return made;
  made.requests_per_minute = route.rate * 60;
  if (route.rate > 0) made.burst = route.burst;
  if (route.window_requests > 0) {
    const std::chrono::duration<double> length = route.window;
    const double rate = static_cast<double>(route.window_requests) / length.count() * 60;
    if (route.rate <= 0 || rate < made.requests_per_minute) made.requests_per_minute = rate;
  }
  made.input_tokens_per_minute = route.input_tokens * 60;
  made.output_tokens_per_minute = route.output_tokens * 60;
  return made;
}

reroute::route definition(const scenario_route& route, std::shared_ptr<transport> wire) {
  if (route.face == face::azure) {
    azure_foundry_options options;
    options.resource = "simulated";
    options.api_key = "simulated-key";
    options.name = route.name;
    options.transport = std::move(wire);
    options.limits = stated_limits(route);
    return azure_foundry(std::move(options));
  }
  anthropic_options options;
  options.api_key = "simulated-key";
  options.name = route.name;
  options.transport = std::move(wire);
  options.limits = stated_limits(route);
  return anthropic(std::move(options));
}

std::optional<std::size_t> route_named(const scenario& what, std::string_view name) {
  for (std::size_t at = 0; at < what.routes.size(); ++at)
    if (what.routes[at].name == name) return at;
  return std::nullopt;
}

client_options completed(client_options options, const std::shared_ptr<simulated_storm>& storm) {
  const scenario& what = storm->what;
  options.routes.clear();
  for (std::size_t at = 0; at < what.routes.size(); ++at)
    options.routes.push_back(
        definition(what.routes[at], std::make_shared<simulated_route>(storm, at)));
  options.plan = plan_of(what);
  options.deadline = what.deadline;
  options.max_waiting = std::max(options.max_waiting, what.calls);
  options.time = storm->time;
  options.seed = what.seed;
  options.observer.at_attempt =
      [storm, then = std::move(options.observer.at_attempt)](const attempt_event& event) {
        if (const auto route = route_named(storm->what, event.route))
          storm->ledger.launched(*route, storm->now());
        if (then) then(event);
      };
  return options;
}

// about four characters are a token
message_request question(const scenario& what) {
  return message_request(model)
      .max_tokens(static_cast<std::int64_t>(what.max_tokens))
      .user(std::string(what.input_tokens * 4, '?'));
}

asio::awaitable<void> one_call(std::shared_ptr<simulated_storm> storm, client& claude,
                               const message_request& asked_by_all, std::size_t number) {
  message_request asked = asked_by_all;
  asked.user_id(simulated_call_id(number));
  storm->ledger.begun(number, storm->now());
  std::optional<std::size_t> answered_by;
  try {
    const message reply = co_await claude.create(asked);
    answered_by = route_named(storm->what, reply.route());
    if (!answered_by)
      storm->ledger.complain("an answer of no route: " + std::string(reply.route()));
  } catch (const api_error&) {
    // the ledger knows a call without an answer
  }
  storm->ledger.ended(number, answered_by, storm->now());
}

void expect_no_throw(const std::shared_ptr<simulated_storm>& storm, std::exception_ptr thrown) {
  try {
    if (thrown) std::rethrow_exception(thrown);
  } catch (const std::exception& problem) {
    storm->ledger.complain(std::string("a call threw: ") + problem.what());
  }
}

asio::awaitable<void> all_calls(std::shared_ptr<simulated_storm> storm, asio::io_context& loop,
                                client& claude, const message_request& asked) {
  scripted_wait wait(loop.get_executor(), *storm->time);
  for (std::size_t number = 0; number < storm->what.calls; ++number) {
    const storm_time at = arrival_of(storm->what, number);
    if (at > storm->now()) {
      const bool come = co_await wait.wait(storm->begin + at);
      if (!come) co_return;
    }
    asio::co_spawn(loop, one_call(storm, claude, asked, number),
                   [storm](std::exception_ptr thrown) { expect_no_throw(storm, thrown); });
  }
}

void run(simulated_storm& storm, asio::io_context& loop) {
  const scenario& what = storm.what;
  const auto done = [&] { return storm.ledger.over() == what.calls; };
  const storm_time end = arrival_of(what, what.calls - 1) + what.deadline + what.stall_at +
                         what.stall + std::chrono::seconds(10);
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
  const message_request asked = question(what);
  std::optional<client> claude;
  claude.emplace(loop, completed(std::move(options), storm));
  asio::co_spawn(loop, all_calls(storm, loop, *claude, asked),
                 [storm](std::exception_ptr thrown) { expect_no_throw(storm, thrown); });
  run(*storm, loop);
  const storm_time end = storm->now();
  claude.reset();
  storm->time->run(loop);
  storm->ledger.close(end);
  return storm->ledger.result(best);
}

}  // namespace reroute::testing
