// The limits of a route's options as rules. Pure.
#pragma once

#include <reroute/testing/limit_rule.hpp>

#include <chrono>
#include <vector>

namespace reroute::testing {

/// The limits that options name by members (`rate`, `window_requests`, `input_tokens` ...) and those of `limits`, for
/// simulated routes and for those that listen.
template <class Options>
[[nodiscard]] std::vector<limit_rule> rules_of(const Options& of) {
  constexpr std::chrono::seconds second(1);
  std::vector<limit_rule> made;
  const auto bucket = [&](limit_unit unit, double rate, double burst) {
    if (rate > 0)
      made.push_back({limit_kind::bucket, unit, rate, second, burst > 0 ? burst : rate, {}});
  };
  bucket(limit_unit::requests, of.rate, of.burst);
  bucket(limit_unit::input_tokens, of.input_tokens, of.input_tokens_burst);
  bucket(limit_unit::output_reserved, of.output_tokens, of.output_tokens_burst);
  if (of.window_requests > 0) {
    const auto count = static_cast<double>(of.window_requests);
    const auto length = std::chrono::duration_cast<std::chrono::milliseconds>(of.window);
    made.push_back({limit_kind::window, limit_unit::requests, count, length, 0, {}});
  }
  made.insert(made.end(), of.limits.begin(), of.limits.end());
  return made;
}

/// What is wrong with a rule, and the cure; null if nothing is.
[[nodiscard]] inline const char* objection_to(const limit_rule& of) {
  if (!(of.amount > 0 && of.amount < 1e15)) return "amount: must be more than 0";
  if (of.per.count() <= 0) return "per: must be more than 0";
  if (!(of.burst >= 0 && of.burst < 1e15)) return "burst: must be 0 (the kind's own) or more";
  return nullptr;
}

}  // namespace reroute::testing
