// Percentiles of a sample. Pure.
#pragma once

#include <algorithm>
#include <cmath>
#include <vector>

namespace reroute::testing {

/// The smallest value that at least `share` of the sample does not exceed; 0 for an empty sample.
[[nodiscard]] inline double percentile(std::vector<double> sample, double share) {
  if (sample.empty()) return 0;
  const double rank = std::ceil(share * static_cast<double>(sample.size()));
  const auto at = std::min(sample.size() - 1, static_cast<std::size_t>(std::max(1.0, rank)) - 1);
  std::nth_element(sample.begin(), sample.begin() + static_cast<std::ptrdiff_t>(at), sample.end());
  return sample[at];
}

}  // namespace reroute::testing
