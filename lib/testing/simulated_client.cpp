// The client of a simulated storm.
#include "testing/simulated_client.hpp"

#include <reroute/route/anthropic.hpp>
#include <reroute/route/azure_foundry.hpp>

#include "testing/limit_rules.hpp"
#include "testing/scenario_plan.hpp"
#include "testing/simulated_route.hpp"

#include <algorithm>
#include <utility>

namespace reroute::testing {
namespace {

// what the client is told of a route's limits
quota stated_limits(const scenario_route& route) {
  quota made;
  if (!route.stated) return made;
  for (const limit_rule& each : rules_of(route)) {
    if (each.kind == limit_kind::at_once) continue;
    const double per_minute = each.amount * 60 / std::chrono::duration<double>(each.per).count();
    const auto bound = [&](double& told) {
      if (told == 0 || per_minute < told) told = per_minute;
    };
    if (each.of == limit_unit::input_tokens) {
      bound(made.input_tokens_per_minute);
    } else if (each.of == limit_unit::requests) {
      bound(made.requests_per_minute);
      if (each.kind == limit_kind::bucket || each.kind == limit_kind::gcra)
        made.burst = limit(each).size();
    } else {
      bound(made.output_tokens_per_minute);
    }
  }
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

}  // namespace

std::optional<std::size_t> route_named(const scenario& what, std::string_view name) {
  for (std::size_t at = 0; at < what.routes.size(); ++at)
    if (what.routes[at].name == name) return at;
  return std::nullopt;
}

client_options completed(client_options options, const std::shared_ptr<simulated_storm>& storm) {
  const scenario& what = storm->what;
  options.routes.clear();
  std::vector<std::shared_ptr<simulated_route>> wires;
  for (std::size_t at = 0; at < what.routes.size(); ++at) {
    wires.push_back(std::make_shared<simulated_route>(storm, at));
    options.routes.push_back(definition(what.routes[at], wires.back()));
  }
  storm->ledger.look_with([wires = std::vector<std::weak_ptr<simulated_route>>(
                               wires.begin(), wires.end())](std::size_t route, storm_time now) {
    const auto at = wires[route].lock();
    return at && at->open(now);
  });
  options.plan = plan_of(what);
  options.deadline = what.deadline;
  if (what.attempt_timeout.count() > 0) options.attempt_timeout = what.attempt_timeout;
  options.max_waiting = std::max(options.max_waiting, what.calls);
  options.time = storm->time;
  options.seed = what.seed;
  options.observer.at_attempt =
      [storm, then = std::move(options.observer.at_attempt)](const attempt_event& event) {
        if (const auto route = route_named(storm->what, event.route))
          storm->ledger.launched(*route, storm->now(), event.model);
        if (then) then(event);
      };
  return options;
}

message_request question(const scenario_mix& of) {
  return message_request(of.model)
      .max_tokens(static_cast<std::int64_t>(of.max_tokens))
      .user(std::string(of.input_tokens * 4, '?'));
}

}  // namespace reroute::testing
