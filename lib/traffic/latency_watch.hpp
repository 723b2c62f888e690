// How long a route takes to answer: quantiles of the recent past in a few hundred bytes.
#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <optional>

namespace reroute::detail {

/// A histogram with buckets that grow by a sixteenth of an octave, halved when it has seen much, so that
/// it follows changes. Pure.
class latency_watch {
 public:
  void saw(std::chrono::nanoseconds latency);
  /// The 97th percentile of the answers that are no outliers (beyond four times the median), rounded
  /// up to its bucket; nothing before twenty answers.
  [[nodiscard]] std::optional<std::chrono::nanoseconds> usual() const;

 private:
  static constexpr int buckets = 320;  // from 1 ms to over 17 minutes
  [[nodiscard]] static int bucket_of(std::chrono::nanoseconds latency);
  [[nodiscard]] static double upper_edge(int bucket);  // ms
  [[nodiscard]] int at_share(std::uint32_t of, double share) const;

  std::array<std::uint16_t, buckets> counts_{};
  std::uint32_t total_ = 0;
};

}  // namespace reroute::detail
