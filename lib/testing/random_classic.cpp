// Random scenarios as they were drawn at first: buckets and windows of requests, constant refusals.
#include <reroute/testing/simulation.hpp>

#include "testing/dice.hpp"

#include <algorithm>
#include <cmath>
#include <initializer_list>

namespace reroute::testing {
namespace {

constexpr double shortest_drain = 5, longest_drain = 120;

double window_rate(const scenario_route& route) {
  const std::chrono::duration<double> length = route.window;
  return static_cast<double>(route.window_requests) / length.count();
}

// calls per second of the limits on requests, which is what token limits are made from
double request_rate(const scenario_route& route) {
  if (route.window_requests == 0) return route.rate;
  return route.rate > 0 ? std::min(route.rate, window_rate(route)) : window_rate(route);
}

void choose_limits(scenario_route& route, const scenario& storm, dice& random) {
  const std::size_t kind = random.below(5);  // bucket more often than window, now and then both
  const double rate = std::round(random.by_magnitude(5, 200));
  if (kind != 3) {
    route.rate = rate;
    route.burst = std::round(rate * random.between(1, 2));
  }
  if (kind >= 3) {
    route.window = std::chrono::seconds(1 + random.below(10));
    const std::chrono::duration<double> length = route.window;
    const double slack = kind == 4 ? random.between(0.7, 1.3) : 1;
    route.window_requests =
        static_cast<std::size_t>(std::max(5.0, std::round(rate * length.count() * slack)));
  }
  const double calls = request_rate(route) * random.between(0.6, 2);
  if (random.chance(0.15)) {
    route.input_tokens = std::round(calls * static_cast<double>(storm.input_tokens));
    route.input_tokens_burst =
        std::max(route.input_tokens, static_cast<double>(storm.input_tokens));
  }
  if (random.chance(0.15)) {
    route.output_tokens = std::round(calls * static_cast<double>(storm.max_tokens));
    route.output_tokens_burst =
        std::max(route.output_tokens, static_cast<double>(storm.max_tokens));
  }
}

void choose_voice(scenario_route& route, dice& random) {
  route.face = random.chance(0.5) ? face::anthropic : face::azure;
  constexpr refusal_form all[] = {refusal_form::seconds, refusal_form::http_date,
                                  refusal_form::milliseconds, refusal_form::text_only,
                                  refusal_form::none};
  route.forms.assign(1, all[random.below(5)]);
  if (random.chance(0.2)) route.forms.push_back(all[random.below(5)]);
  route.limit_headers = random.chance(0.4);
  route.stated = random.chance(0.2);
  if (random.chance(0.2)) route.skew = random.time(-600, 600);
}

void choose_latency(scenario_route& route, dice& random) {
  route.latency = std::chrono::milliseconds(std::llround(random.by_magnitude(0.05, 30) * 1000));
  route.latency_sigma = random.chance(0.5) ? random.between(0.1, 0.6) : 0;
  if (random.chance(0.2)) {
    route.tail_share = random.between(0.005, 0.05);
    route.tail_factor = random.between(2, 5);
  }
  route.refusal_latency = random.time(0.002, 0.1);
}

void choose_mishaps(scenario_route& route, dice& random) {
  using kind = scenario_event::kind;
  const auto add = [&](kind what) -> scenario_event& {
    scenario_event& event = route.events.emplace_back();
    event.what = what;
    event.at = random.time(0, 30);
    return event;
  };
  if (random.chance(0.25)) {
    scenario_event& brownout = add(kind::fault);
    brownout.time = random.time(0.5, 8);
    brownout.status = random.chance(0.5) ? 529 : 503;
    if (random.chance(0.5)) brownout.hint = random.time(0.5, 5);
  }
  if (random.chance(0.2)) {
    scenario_event& neighbour = add(kind::neighbour);
    neighbour.factor = random.between(0.1, 0.6);
    const auto from = neighbour.at;
    if (random.chance(0.5)) {
      scenario_event& gone = add(kind::neighbour);
      gone.at = from + random.time(5, 20);
      gone.factor = 0;
    }
  }
  if (random.chance(0.2)) {
    scenario_event& cut = add(kind::quota);
    cut.factor = random.between(0.3, 0.8);
    const auto from = cut.at;
    scenario_event& restored = add(kind::quota);
    restored.at = from + random.time(3, 20);
    restored.factor = 1;
  }
}

scenario draw(std::uint64_t seed, dice& random) {
  scenario made;
  made.name = "random";
  made.seed = seed;
  made.plan = "spill";  // the only plan that promises what the ideal does
  made.input_tokens = static_cast<std::size_t>(random.by_magnitude(20, 500));
  made.max_tokens = static_cast<std::size_t>(random.by_magnitude(32, 1024));
  made.output_tokens =
      1 + static_cast<std::size_t>(random.unit() * static_cast<double>(made.max_tokens - 1));
  const std::size_t routes = 1 + random.below(3);
  double capacity = 0;
  for (std::size_t at = 0; at < routes; ++at) {
    scenario_route& route = made.routes.emplace_back();
    route.name = std::string(1, static_cast<char>('a' + at));
    choose_limits(route, made, random);
    choose_voice(route, random);
    choose_latency(route, random);
    choose_mishaps(route, random);
    capacity += request_rate(route);
  }
  made.calls = 300 + random.below(2701);
  if (random.chance(0.5)) made.arrivals = capacity * random.between(0.5, 1.5);
  return made;
}

}  // namespace

scenario classic_random_scenario(std::uint64_t seed) {
  dice random(seed);
  for (;;) {
    scenario made = draw(seed, random);
    const std::chrono::duration<double> drain = ideal(made).drain;
    if (drain.count() < shortest_drain || drain.count() > longest_drain) continue;
    made.deadline = std::chrono::minutes(30);
    return made;
  }
}

}  // namespace reroute::testing
