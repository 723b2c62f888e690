// Whole storms in virtual time: the real client against simulated routes, and the ideal beside it.
#pragma once

#include <reroute/client/client_options.hpp>
#include <reroute/testing/scenario.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <iosfwd>
#include <optional>
#include <string>
#include <vector>

/// Simulate your own quotas before you buy them:
///
///     reroute::testing::scenario mine{.name = "launch day", .calls = 5000, .arrivals = 60};
///     mine.routes = {{.name = "direct", .rate = 40, .burst = 40},
///                    {.name = "azure", .face = face::azure, .rate = 25, .burst = 25}};
///     std::cout << reroute::testing::simulate(mine) << '\n';
///
/// Minutes of a storm take well under a second. The same scenario and seed give the same result.
namespace reroute::testing {

/// What the ideal does with one call. Times count from the beginning of the storm.
struct ideal_call {
  std::chrono::nanoseconds arrived{0};
  std::chrono::nanoseconds admitted{0};
  std::chrono::nanoseconds finished{0};
  std::size_t route = 0;  ///< index in `scenario::routes`
  bool answered = false;  ///< false: nobody could have answered it before its deadline
};

/// What an all-knowing first-come scheduler makes of a scenario.
struct schedule {
  std::vector<ideal_call> calls = {};  ///< in the order of arrival
  std::size_t answered = 0;            ///< calls that can be answered at all
  std::chrono::nanoseconds drain{0};   ///< when the last answer is there
  double p50_s = 0, p99_s = 0;         ///< latency from arrival to answer, in seconds
};

/// Admits each call in the order of arrival at the earliest moment at which any route's limiters let it
/// through, on the first such route. It knows limits, neighbours and quotas to come, and sends each call so that it
/// comes at the very moment, over the shortest way. Of a bad moment it hears by asking, and keeps to its hint, unless
/// that is longer than 30 s; bad moments of a share of the requests it does not meet. Where answers are counted as
/// they are generated, it pays for each at its admission if that takes longer: nobody must borrow. Throws as `check`.
[[nodiscard]] schedule ideal(const scenario& what);

/// What one simulated route saw.
struct simulated_route_counts {
  std::string name = {};
  std::size_t admitted = 0;   ///< attempts that its limiters let through
  std::size_t refused = 0;    ///< attempts answered by 429, 503 or 529
  std::size_t faulted = 0;    ///< attempts answered by any other error
  std::size_t silent = 0;     ///< attempts never answered
  std::size_t cancelled = 0;  ///< attempts that the client gave up
  std::size_t violations =
      0;                     ///< attempts sent into a window that the client had heard to be closed
  std::size_t into_far = 0;  ///< the same into windows that it announced for more than 30 s
  std::size_t most_in_flight = 0;
};

/// 100 ms of a storm.
struct simulated_moment {
  std::chrono::milliseconds since{0};  ///< the beginning of the moment
  /// Per route: attempts admitted, and attempts refused or faulted.
  std::vector<std::size_t> admitted = {}, refused = {};
  std::size_t answers = 0;
  /// Calls that have arrived, and are neither over nor under way on a route, at the end of the moment.
  std::size_t waiting = 0;
};

/// What a storm came to. Ratios compare with the ideal.
struct simulation_result {
  std::string scenario = {};
  std::uint64_t seed = 0;
  std::size_t calls = 0;
  std::size_t answers = 0;
  /// Answers until half a second and 2 % after the ideal's drain, over the ideal's.
  double goodput = 0;
  /// Time of the last answer over that of the ideal's.
  double drain = 0;
  /// 429, 503 and 529 per answer.
  double wasted = 0;
  /// Calls without an answer, less those that the ideal cannot answer either.
  std::size_t lost = 0;
  /// Attempts begun on a route that the client had heard to be closed, up to the default cap of 30 s:
  /// beyond it a client may probe.
  std::size_t violations = 0;
  /// The same where the route had asked for more.
  std::size_t into_far = 0;
  /// The longest time, in steps of 20 ms, in which calls waited, nothing was sent to a route, and it would have let one
  /// through, a typical one. What a limit has left counts, as does the time by which a hint was too long.
  double idle_s = 0;
  /// Latency of the answered calls, from arrival to answer, in seconds.
  double p50_s = 0, p99_s = 0, ideal_p99_s = 0;
  /// Calls that were admitted more than once.
  std::size_t billed_twice = 0;
  double drain_s = 0, ideal_drain_s = 0;
  std::vector<simulated_route_counts> routes = {};
  std::vector<simulated_moment> timeline = {};
  /// When each call was answered, in the order of arrival; empty if it was not.
  std::vector<std::optional<std::chrono::nanoseconds>> answered_at = {};
  /// Invariants that did not hold, for people; empty if all is well. At most 20.
  ///
  /// Checked at every event: a call completes exactly once, before its deadline, and nothing is sent for
  /// it afterwards; it has one attempt under way at a time unless its plan is "hedge" or "race"; its answer
  /// is one that a route gave to an admitted attempt of its own; nothing goes into an announced closed
  /// window; what is in flight is never negative, and nothing is left at the end.
  std::vector<std::string> broken = {};
};

/// One line: the figures, and how many invariants are broken.
std::ostream& operator<<(std::ostream& out, const simulation_result& value);

/// Runs the storm with a client as it is in production: the same machines and coroutines, one coroutine
/// per call, request writers, resolvers and header parsers; only the routes and the time are simulated.
/// Throws as `check`.
[[nodiscard]] simulation_result simulate(const scenario& what);
/// The same with options of your own; routes, plan, deadline, time and seed come from the scenario. For a
/// larger `gate.cap` than the default violations are still counted up to 30 s.
[[nodiscard]] simulation_result simulate(const scenario& what, client_options options);

/// A plausible scenario that nobody has tuned anything for: 1 to 3 routes with any kind of limit, hints, sentences,
/// headers, latencies and mishaps, and any load, at random; its tags say what was drawn. The ideal answers all its
/// calls and drains it in 5 to 400 s, long before the deadline, and gives less than a third of the answers at the very
/// end. The same seed gives the same scenario, as long as nothing is added to what is drawn.
[[nodiscard]] scenario random_scenario(std::uint64_t seed);
/// The same as it was drawn before there was more than buckets and windows of requests, buckets of tokens, honest
/// hints and constant refusals: its seeds still mean what they did. Drained in about 5 to 120 s.
[[nodiscard]] scenario classic_random_scenario(std::uint64_t seed);

}  // namespace reroute::testing
