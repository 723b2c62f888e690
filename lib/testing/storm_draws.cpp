// What is drawn for a storm.
#include "testing/storm_draws.hpp"

#include <cmath>
#include <numbers>

namespace reroute::testing {
namespace {

double unit(std::uint64_t bits) { return static_cast<double>(bits >> 11) * 0x1.0p-53; }

// a stream of numbers of one thing
class numbers {
 public:
  explicit numbers(std::uint64_t of) : state_(of) {}
  double next() { return unit(state_ = mixed_bits(state_)); }

 private:
  std::uint64_t state_;
};

storm_time between(std::chrono::milliseconds low, std::chrono::milliseconds high, double random) {
  if (high <= low) return low;
  const std::chrono::duration<double> width = high - low;
  return low + std::chrono::floor<std::chrono::microseconds>(width * random);
}

std::size_t answer_tokens(const scenario& storm, std::size_t call) {
  return storm.mixes.empty() ? storm.output_tokens : storm.mixes[mix_of(storm, call)].output_tokens;
}

}  // namespace

std::uint64_t mixed_bits(std::uint64_t value) {
  value += 0x9e3779b97f4a7c15;
  value = (value ^ (value >> 30)) * 0xbf58476d1ce4e5b9;
  value = (value ^ (value >> 27)) * 0x94d049bb133111eb;
  return value ^ (value >> 31);
}

std::vector<storm_time> arrivals_of(const scenario& storm) {
  std::vector<storm_time> made(storm.calls, storm_time(0));
  if (storm.arrivals <= 0) return made;
  numbers random(storm.seed ^ 0xa881);
  double at = 0;
  for (std::size_t call = 0; call < storm.calls; ++call) {
    if (storm.poisson) {
      at -= std::log(1 - random.next()) / storm.arrivals;
    } else {
      at = static_cast<double>(call) / storm.arrivals;
    }
    made[call] = std::chrono::ceil<std::chrono::microseconds>(std::chrono::duration<double>(at));
  }
  return made;
}

std::vector<scenario_mix> mixes_of(const scenario& storm) {
  if (!storm.mixes.empty()) return storm.mixes;
  scenario_mix only;
  only.input_tokens = storm.input_tokens;
  only.output_tokens = storm.output_tokens;
  only.max_tokens = storm.max_tokens;
  return {only};
}

std::size_t mix_of(const scenario& storm, std::size_t call) {
  if (storm.mixes.size() < 2) return 0;
  double all = 0;
  for (const scenario_mix& each : storm.mixes)
    all += each.share;
  double at = unit(mixed_bits(mixed_bits(storm.seed ^ 0x3173) ^ call)) * all;
  std::size_t number = 0;
  while (number + 1 < storm.mixes.size() && at >= storm.mixes[number].share)
    at -= storm.mixes[number++].share;
  return number;
}

request_cost cost_of(const scenario_mix& mix) {
  return {static_cast<double>(mix.input_tokens), static_cast<double>(mix.max_tokens),
          static_cast<double>(mix.output_tokens)};
}

request_cost typical_cost(const scenario& storm) {
  request_cost made;
  double all = 0;
  for (const scenario_mix& each : mixes_of(storm)) {
    const request_cost cost = cost_of(each);
    all += each.share;
    made.input += (cost.input - made.input) * each.share / all;
    made.max_output += (cost.max_output - made.max_output) * each.share / all;
    made.output += (cost.output - made.output) * each.share / all;
  }
  return made;
}

storm_time latency_of(const scenario& storm, std::size_t route, std::size_t call,
                      std::size_t before) {
  const scenario_route& on = storm.routes[route];
  numbers random(mixed_bits(mixed_bits(storm.seed) ^ route) ^ (call * 64 + before));
  const double first = random.next(), second = random.next(), third = random.next();
  // Box and Muller's normal variate
  const double normal =
      std::sqrt(-2 * std::log(1 - first)) * std::cos(2 * std::numbers::pi * second);
  double milliseconds =
      static_cast<double>(on.latency.count()) * std::exp(on.latency_sigma * normal);
  if (third < on.tail_share) milliseconds *= on.tail_factor;
  if (on.tokens_per_second > 0)
    milliseconds += static_cast<double>(answer_tokens(storm, call)) / on.tokens_per_second * 1000;
  return std::chrono::microseconds(std::llround(milliseconds * 1000));
}

request_draws draws_of(const scenario& storm, std::size_t route, std::size_t number) {
  const scenario_route& on = storm.routes[route];
  numbers random(mixed_bits(mixed_bits(storm.seed ^ 0x7a11) ^ route) ^ number);
  request_draws made;
  made.there = between(on.way, on.way_to, random.next());
  made.back = between(on.way, on.way_to, random.next());
  made.refusal = between(on.refusal_latency, on.refusal_latency_to, random.next());
  made.dice = random.next();
  return made;
}

}  // namespace reroute::testing
