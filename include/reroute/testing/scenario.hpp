// A storm as data: routes with their limits and whims, and the calls that come.
#pragma once

#include <reroute/testing/fake_route_options.hpp>
#include <reroute/testing/limit_rule.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace reroute::testing {

/// A change in a route's behaviour, at a time since the storm began.
struct scenario_event {
  enum class kind : std::uint8_t {
    quota,      ///< all its limits become `factor` times what they were at the start
    fault,      ///< for `time` it answers everything with `status`, after `hint` if that is not 0
    silence,    ///< for `time` it takes requests and never answers them
    neighbour,  ///< others begin to take `factor` of its quota
  };
  kind what = kind::quota;
  std::chrono::milliseconds at{0};
  std::chrono::milliseconds time{0};
  double factor = 1;
  int status = 529;
  /// What the fault asks to wait, in the route's refusal form; may be days.
  std::chrono::milliseconds hint{0};
};

/// A route of a scenario.
struct scenario_route {
  std::string name = "a";
  testing::face face = face::anthropic;
  /// Requests per second, and how many at once after a pause. 0: no such limit.
  double rate = 0;
  double burst = 1;
  /// So many requests per window, which begins with the first request after the last one ended. 0: none.
  std::size_t window_requests = 0;
  std::chrono::milliseconds window = std::chrono::seconds(60);
  /// Tokens per second, and how many at once. 0: no such limit.
  double input_tokens = 0, input_tokens_burst = 0;
  double output_tokens = 0, output_tokens_burst = 0;
  /// Limits of any kind, besides those above: all must agree.
  std::vector<limit_rule> limits = {};
  /// How refusals say how long to wait, in turns. Not empty.
  std::vector<refusal_form> forms = {refusal_form::seconds};
  /// Says the state of its limits on every response.
  bool limit_headers = false;
  /// That state is what was left when the request was let through, not when it was answered.
  bool headers_at_admission = false;
  /// The client is told its quota (`route::limits`).
  bool stated = false;
  /// Median and spread (sigma of the logarithm; 0: exact) of its answers' latency.
  std::chrono::milliseconds latency = std::chrono::milliseconds(200);
  double latency_sigma = 0;
  /// This share of its answers takes so many times longer.
  double tail_share = 0;
  double tail_factor = 1;
  std::chrono::milliseconds refusal_latency = std::chrono::milliseconds(5);
  /// How far its clock is ahead of the client's.
  std::chrono::milliseconds skew{0};
  std::vector<scenario_event> events = {};
};

/// The storm.
struct scenario {
  std::string name = {};
  std::string about = {};  ///< a sentence for people
  std::uint64_t seed = 1;
  std::size_t calls = 1000;
  /// Calls per second; 0: all at the beginning.
  double arrivals = 0;
  std::chrono::milliseconds deadline = std::chrono::minutes(10);
  /// "spill", "in_order", "hedge" or "race".
  std::string plan = "spill";
  /// Tokens of each call: of its prompt, and of its answer, which `max_tokens` bounds.
  std::size_t input_tokens = 20;
  std::size_t output_tokens = 5;
  std::size_t max_tokens = 64;
  /// The loop stands still for `stall` at `stall_at`. 0: never.
  std::chrono::milliseconds stall_at{0}, stall{0};
  std::vector<scenario_route> routes = {};
};

/// Throws `std::invalid_argument` that names the field and the cure.
void check(const scenario& what);

}  // namespace reroute::testing
