// Quantiles of the recent past.
#include "traffic/latency_watch.hpp"

#include <algorithm>
#include <cmath>

namespace reroute::detail {
namespace {

constexpr double per_octave = 16;
constexpr std::uint32_t forget_half_at = 1024;
constexpr std::uint32_t enough = 20;
constexpr double outlier = 4;  // times the median

}  // namespace

int latency_watch::bucket_of(std::chrono::nanoseconds latency) {
  const double ms = std::chrono::duration<double, std::milli>(latency).count();
  if (!(ms > 1)) return 0;
  return std::min(buckets - 1, static_cast<int>(std::ceil(std::log2(ms) * per_octave - 1e-9)));
}

double latency_watch::upper_edge(int bucket) { return std::exp2(bucket / per_octave); }

void latency_watch::saw(std::chrono::nanoseconds latency) {
  ++counts_[static_cast<std::size_t>(bucket_of(latency))];
  if (++total_ < forget_half_at) return;
  total_ = 0;
  for (std::uint16_t& each : counts_)
    total_ += each = static_cast<std::uint16_t>(each / 2);
}

// the bucket in which this share of the first `of` lies
int latency_watch::at_share(std::uint32_t of, double share) const {
  const double wanted = share * of;
  double seen = 0;
  for (int bucket = 0; bucket < buckets; ++bucket) {
    seen += counts_[static_cast<std::size_t>(bucket)];
    if (seen >= wanted) return bucket;
  }
  return buckets - 1;
}

std::optional<std::chrono::nanoseconds> latency_watch::usual() const {
  if (total_ < enough) return std::nullopt;
  const double limit = outlier * upper_edge(at_share(total_, 0.5));
  std::uint32_t ordinary = 0;
  for (int bucket = 0; bucket < buckets && upper_edge(bucket) <= limit; ++bucket)
    ordinary += counts_[static_cast<std::size_t>(bucket)];
  const std::chrono::duration<double, std::milli> edge(upper_edge(at_share(ordinary, 0.97)));
  return std::chrono::ceil<std::chrono::nanoseconds>(edge);
}

}  // namespace reroute::detail
