// How long a fake takes to answer: distributions as plain functions of one random number.
#pragma once

#include <chrono>
#include <functional>

namespace reroute::testing::latency {

/// A latency from a random number in [0, 1): the quantile function of a distribution. The fake draws
/// the number from its own seeded generator, so that a run can be repeated.
using distribution = std::function<std::chrono::milliseconds(double random)>;

/// Always the same.
[[nodiscard]] distribution fixed(std::chrono::milliseconds time);
/// Evenly between two times.
[[nodiscard]] distribution uniform(std::chrono::milliseconds from, std::chrono::milliseconds to);
/// Log-normal: half the answers take less than `median`; `sigma` is the deviation of the logarithm
/// (0.5: the 99th percentile is three times the median). Throws `std::invalid_argument` if negative.
[[nodiscard]] distribution lognormal(std::chrono::milliseconds median, double sigma = 0.5);
/// `usual`, but for a share (0 to 1) of answers that take `slow`.
[[nodiscard]] distribution with_tail(distribution usual, double share,
                                     std::chrono::milliseconds slow);

}  // namespace reroute::testing::latency
