// Random scenarios: sizes of calls, limits, latencies.
#include "testing/limit_rules.hpp"
#include "testing/random_parts.hpp"
#include "testing/storm_draws.hpp"

#include <algorithm>

namespace reroute::testing {
namespace {

using kind = limit_kind;
using unit = limit_unit;
using std::chrono::milliseconds;
using std::chrono::seconds;

double seconds_of(milliseconds time) { return std::chrono::duration<double>(time).count(); }

void add(scenario_route& route, kind what, unit of, double amount, milliseconds per,
         double burst = 0) {
  route.limits.push_back({what, of, std::max(1.0, std::round(amount)), per, burst, {}});
}

scenario_mix drawn_mix(dice& random, double slack) {
  scenario_mix made;
  made.input_tokens = static_cast<std::size_t>(random.by_magnitude(20, 4000));
  made.output_tokens = static_cast<std::size_t>(random.by_magnitude(10, 1000));
  made.max_tokens =
      static_cast<std::size_t>(std::ceil(static_cast<double>(made.output_tokens) * slack));
  return made;
}

// what providers sell: requests, prompt tokens and answer tokens per minute
void add_real(scenario& storm, scenario_route& route, dice& random) {
  struct tier {
    double requests, input, output;
  };
  constexpr tier tiers[] = {
      {40, 40e3, 8e3}, {50, 50e3, 10e3}, {1000, 2e6, 400e3}, {400, 400e3, 80e3}};
  const tier& sold = random.one_of(tiers);
  const bool foundry = sold.requests == 40 || sold.requests == 400;
  route.face = foundry ? face::azure : face::anthropic;
  const kind what = foundry ? kind::aligned : kind::bucket;
  const seconds minute(60);
  // "60 RPM may be enforced as 1 request per second"
  if (!foundry && random.chance(0.3)) {
    add(route, kind::gcra, unit::requests, sold.requests, minute, std::ceil(sold.requests / 60));
    tag(storm, "limit: gcra");
  } else {
    add(route, what, unit::requests, sold.requests, minute);
  }
  add(route, what, unit::input_tokens, sold.input, minute);
  add(route, what, foundry ? unit::output_reserved : unit::output_generated, sold.output, minute);
  for (limit_rule& each : route.limits)
    each.phase = foundry ? seconds(7) : seconds(0);
  tag(storm, foundry ? "limit: Foundry's" : "limit: direct's");
}

void add_kind(scenario& storm, scenario_route& route, dice& random, double rate, unit of,
              double cost) {
  const double amount = rate * cost;
  switch (random.below(7)) {
    case 0:
    case 1: {
      const double bursts[] = {0.2, 1, 1, 2, 60};
      const double burst = std::max(cost, std::round(amount * random.one_of(bursts)));
      add(route, kind::bucket, of, amount * 60, seconds(60), burst);
      return tag(storm, "limit: bucket");
    }
    case 2:
      add(route, kind::gcra, of, amount * 60, seconds(60),
          std::ceil(cost) * static_cast<double>(1 + random.below(3)));
      return tag(storm, "limit: gcra");
    case 3: {
      const seconds length(5 + random.below(56));
      add(route, kind::window, of, amount * seconds_of(length), length);
      return tag(storm, "limit: window");
    }
    case 4: {
      constexpr seconds lengths[] = {seconds(1), seconds(10), seconds(60), seconds(60)};
      const seconds length = random.one_of(lengths);
      add(route, kind::aligned, of, amount * seconds_of(length), length);
      route.limits.back().phase = random.time(0, seconds_of(length));
      return tag(storm, "limit: aligned");
    }
    case 5: {
      const seconds length(5 + random.below(56));
      add(route, kind::sliding, of, amount * seconds_of(length), length);
      return tag(storm, "limit: sliding");
    }
    default:
      add(route, kind::bucket, of, amount, seconds(1));
      add(route, kind::window, of, amount * 10 * random.between(0.7, 1.3), seconds(10));
      return tag(storm, "limit: two");
  }
}

void draw_latency(scenario& storm, scenario_route& route, dice& random) {
  const bool is_long = random.chance(0.4);
  const double median = is_long ? random.by_magnitude(2, 40) : random.by_magnitude(0.05, 2);
  route.latency = milliseconds(std::llround(median * 1000));
  route.latency_sigma = random.between(0.1, 0.5);
  tag(storm, is_long ? "answers: long" : "answers: short");
  if (random.chance(0.7)) {
    route.way = milliseconds(2);
    route.way_to = milliseconds(2 + random.below(15));
  }
  route.refusal_latency = milliseconds(2 + random.below(30));
  const bool varies = random.chance(0.5);
  if (varies) route.refusal_latency_to = random.time(0.05, 0.3);
  tag(storm, varies ? "refusals: overtake" : "refusals: in order");
}

}  // namespace

void tag(scenario& storm, std::string text) {
  if (std::find(storm.tags.begin(), storm.tags.end(), text) == storm.tags.end())
    storm.tags.push_back(std::move(text));
}

double capacity_of(const scenario& storm, const scenario_route& route) {
  const double latency = std::max(0.01, seconds_of(route.latency));
  double most = limiter(rules_of(route)).per_second(typical_cost(storm));
  for (const limit_rule& each : route.limits)
    if (each.kind == kind::at_once)
      most = most > 0 ? std::min(most, each.amount / latency) : each.amount / latency;
  return most;
}

void draw_sizes(scenario& storm, dice& random) {
  const double slack = random.chance(0.3) ? random.between(10, 40) : random.between(1, 4);
  const std::size_t count = random.chance(0.5) ? 1 : 3;
  for (std::size_t at = 0; at < count; ++at) {
    storm.mixes.push_back(drawn_mix(random, slack));
    storm.mixes.back().share = random.between(0.2, 1);
  }
  tag(storm, count == 1 ? "sizes: one" : "sizes: mixed");
  if (slack >= 10) tag(storm, "sizes: max_tokens far too large");
  if (count > 1 && random.chance(0.4)) {
    storm.mixes.back().model = "claude-haiku-4-5";
    tag(storm, "models: two");
  }
}

void draw_limits(scenario& storm, scenario_route& route, dice& random) {
  draw_latency(storm, route, random);
  const std::size_t choice = random.below(20);
  if (choice < 4) return add_real(storm, route, random);
  const double rate =
      random.chance(0.3) ? random.by_magnitude(0.7, 5) : random.by_magnitude(5, 150);
  tag(storm, rate < 5 ? "rate: below 5 per second" : "rate: above 5 per second");
  const request_cost cost = typical_cost(storm);
  if (choice == 4) {
    add(route, kind::at_once, unit::requests, std::max(4.0, rate * seconds_of(route.latency)),
        seconds(1));
    return tag(storm, "limit: at once");
  }
  if (choice < 14) return add_kind(storm, route, random, rate, unit::requests, 1);
  // tokens; requests beside them are no narrower
  add(route, kind::bucket, unit::requests, rate * 60 * random.between(1, 3), seconds(60));
  if (choice < 16) {
    add_kind(storm, route, random, rate, unit::input_tokens, cost.input);
    return tag(storm, "counts: input tokens");
  }
  const bool reserved = choice < 18;
  // what is reserved at the same time has room
  const double most = reserved ? std::max(cost.output, cost.max_output / 4) : cost.output;
  add_kind(storm, route, random, rate, reserved ? unit::output_reserved : unit::output_generated,
           most);
  tag(storm, reserved ? "counts: reserved tokens" : "counts: generated tokens");
}

}  // namespace reroute::testing
