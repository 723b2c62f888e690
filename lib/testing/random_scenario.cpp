// Scenarios that nobody tuned anything for.
#include <reroute/testing/simulation.hpp>

#include "testing/limit_rules.hpp"
#include "testing/random_parts.hpp"

#include <algorithm>

namespace reroute::testing {
namespace {

constexpr double shortest_drain = 5, longest_drain = 400, most_calls = 6000;

void draw_load(scenario& storm, double capacity, dice& random) {
  double time = random.between(20, 120);
  for (const scenario_route& route : storm.routes)
    for (const limit_rule& each : route.limits)
      if (each.kind != limit_kind::at_once && each.per > std::chrono::seconds(20))
        time = std::max(time, 150.0);
  const double roll = random.unit();
  double answered = capacity;  // per second
  if (roll < 0.3) {
    tag(storm, "load: herd");
  } else if (roll < 0.75) {
    storm.arrivals = capacity * random.by_magnitude(0.1, 3);
    storm.poisson = roll > 0.45;
    answered = std::min(answered, storm.arrivals);
    tag(storm, storm.poisson ? "load: at random" : "load: even");
    tag(storm,
        storm.arrivals > capacity ? "load: more than the quota" : "load: less than the quota");
  } else {
    // the ideal takes the first route that is open, whether or not a caller comes back from it soon
    for (scenario_route& route : storm.routes)
      route.latency = storm.routes[0].latency;
    const double latency =
        std::max(0.2, std::chrono::duration<double>(storm.routes[0].latency).count());
    const double needed = capacity * latency * random.by_magnitude(0.3, 5);
    storm.workers = static_cast<std::size_t>(std::clamp(needed, 1.0, 1000.0));
    answered = std::min(answered, static_cast<double>(storm.workers) / latency);
    tag(storm, "load: workers");
  }
  storm.calls = static_cast<std::size_t>(std::clamp(answered * time, 30.0, most_calls));
}

scenario draw(std::uint64_t seed, dice& random) {
  scenario made;
  made.name = "random";
  made.seed = seed;
  made.plan = "spill";  // the only plan that promises what the ideal does
  draw_sizes(made, random);
  const double roll = random.unit();
  const std::size_t routes = roll < 0.5 ? 1 : roll < 0.85 ? 2 : 3;
  constexpr const char* names[] = {"routes: one", "routes: two", "routes: three"};
  tag(made, names[routes - 1]);
  double capacity = 0;
  for (std::size_t at = 0; at < routes; ++at) {
    scenario_route& route = made.routes.emplace_back();
    route.name = std::string(1, static_cast<char>('a' + at));
    draw_limits(made, route, random);
    draw_voice(made, route, random);
    draw_mishaps(made, route, random);
    capacity += capacity_of(made, route);
  }
  draw_load(made, capacity, random);
  made.deadline = std::chrono::minutes(30);
  made.attempt_timeout = std::chrono::seconds(15);
  for (const scenario_route& route : made.routes)
    made.attempt_timeout = std::max(made.attempt_timeout, route.latency * 8);
  return made;
}

// Where most of the ideal's answers come at the very end, in a single window or because they all take so long, who is a
// second late misses all of them: that says nothing of a client.
bool is_telling(const scenario& what) {
  const schedule best = ideal(what);
  const std::chrono::duration<double> drain = best.drain;
  if (drain.count() < shortest_drain || drain.count() > longest_drain) return false;
  const auto late = best.drain - best.drain / 20 - std::chrono::milliseconds(500);
  const auto at_the_end = std::count_if(best.calls.begin(), best.calls.end(),
                                        [&](const auto& each) { return each.finished > late; });
  return best.answered == what.calls && static_cast<std::size_t>(at_the_end) * 3 < what.calls;
}

}  // namespace

scenario random_scenario(std::uint64_t seed) {
  dice random(seed ^ 0xbed);
  for (;;) {
    scenario made = draw(seed, random);
    if (!is_telling(made)) continue;
    std::sort(made.tags.begin(), made.tags.end());
    return made;
  }
}

}  // namespace reroute::testing
