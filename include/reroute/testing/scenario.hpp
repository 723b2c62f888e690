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
    reset,      ///< for `time` it resets connections instead of answering
  };
  kind what = kind::quota;
  std::chrono::milliseconds at{0};
  /// How long it lasts. 0, for `quota` and `neighbour` only: until the next one.
  std::chrono::milliseconds time{0};
  /// It comes again, each time so long after the time before. 0: it does not.
  std::chrono::milliseconds every{0};
  double factor = 1;
  int status = 529;
  /// What the fault asks to wait, in the route's refusal form; may be days.
  std::chrono::milliseconds hint{0};
  /// For `fault`, `silence` and `reset`: the share of requests that it hits, more than 0 and at most 1.
  double share = 1;
  /// For `fault`: it comes from a gateway that knows nothing of limits, without their headers.
  bool bare = false;
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
  /// What refusals by a limit ask to wait: `hint_always`, or if that is 0 the truth times `hint_scale`, and `hint_plus`.
  std::chrono::milliseconds hint_always{0}, hint_plus{0};
  double hint_scale = 1;
  /// Refusals by a limit name it in the face's own sentence, so many times as large as it is (1: truly; 4: that of another
  /// level; 0.5: an old one), and over this time (0: its own; anthropic's sentence always says "per minute").
  /// 0: they name nothing.
  double sentence = 0;
  std::chrono::milliseconds sentence_per{0};
  /// Said instead of any sentence about limits. Empty: nothing.
  std::string words = {};
  /// This share of its limits is used up when the storm begins, by somebody else, who took it so long ago.
  double used = 0;
  std::chrono::milliseconds used_since{0};
  /// Says the state of its limits on every response.
  bool limit_headers = false;
  /// That state is what was left when the request was let through, not when it was answered.
  bool headers_at_admission = false;
  /// What headers say instead of the truth: limits over another time (`headers_per` 60 s: a minute's numbers where ten
  /// per second are enforced; 0: the limit's own), so many times as large, and tokens in whole thousands.
  std::chrono::milliseconds headers_per{0};
  double headers_scale = 1;
  bool headers_rounded = false;
  /// The client is told its quota (`route::limits`).
  bool stated = false;
  /// Median and spread (sigma of the logarithm; 0: exact) of its answers' latency.
  std::chrono::milliseconds latency = std::chrono::milliseconds(200);
  double latency_sigma = 0;
  /// This share of its answers takes so many times longer.
  double tail_share = 0;
  double tail_factor = 1;
  /// How long a refusal takes; each its own time up to `refusal_latency_to`, if that is more: one may overtake another.
  std::chrono::milliseconds refusal_latency = std::chrono::milliseconds(5);
  std::chrono::milliseconds refusal_latency_to{0};
  /// From the client to the route, and back; each its own time up to `way_to`, if that is more.
  std::chrono::milliseconds way{0}, way_to{0};
  /// Answers take longer by their tokens at this speed. 0: by nothing.
  double tokens_per_second = 0;
  /// How far its clock is ahead of the client's.
  std::chrono::milliseconds skew{0};
  std::vector<scenario_event> events = {};
};

/// Calls of one size.
struct scenario_mix {
  /// So much of all calls, against the other shares. More than 0.
  double share = 1;
  /// The model that they ask; all models of a route share its limits.
  std::string model = "claude-opus-4-8";
  /// Tokens of the prompt and of the answer, which `max_tokens` bounds.
  std::size_t input_tokens = 20;
  std::size_t output_tokens = 5;
  std::size_t max_tokens = 64;
};

/// The storm.
struct scenario {
  std::string name = {};
  std::string about = {};  ///< a sentence for people
  /// What it is made of, as "limit: window": results can be grouped by that.
  std::vector<std::string> tags = {};
  std::uint64_t seed = 1;
  std::size_t calls = 1000;
  /// Calls per second; 0: all at the beginning. `poisson`: at random times.
  double arrivals = 0;
  bool poisson = false;
  /// More than 0: so many callers, each of whom calls again when the last call is over; `arrivals` must be 0.
  std::size_t workers = 0;
  std::chrono::milliseconds deadline = std::chrono::minutes(10);
  /// The client's time for one attempt; whoever meets silence needs one. 0: what its options say, which is none unless
  /// they are given.
  std::chrono::milliseconds attempt_timeout{0};
  /// "spill", "in_order", "hedge" or "race".
  std::string plan = "spill";
  /// Tokens of each call: of its prompt, and of its answer, which `max_tokens` bounds.
  std::size_t input_tokens = 20;
  std::size_t output_tokens = 5;
  std::size_t max_tokens = 64;
  /// Calls of several sizes, at random; unless empty it goes before the three above.
  std::vector<scenario_mix> mixes = {};
  /// The loop stands still for `stall` at `stall_at`. 0: never.
  std::chrono::milliseconds stall_at{0}, stall{0};
  std::vector<scenario_route> routes = {};
};

/// Throws `std::invalid_argument` that names the field and the cure.
void check(const scenario& what);

}  // namespace reroute::testing
