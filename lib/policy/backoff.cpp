// Exponential backoff with full jitter.
#include <reroute/policy/backoff.hpp>

#include <algorithm>
#include <cmath>

namespace reroute {
namespace {

using nanoseconds = std::chrono::nanoseconds;

nanoseconds share(nanoseconds whole, double part) noexcept {
  return nanoseconds(static_cast<nanoseconds::rep>(static_cast<double>(whole.count()) * part));
}

}  // namespace

nanoseconds backoff::delay(int failures, double random) const noexcept {
  // 2^62 ns is beyond any cap that fits; past that the doubling has nothing to add
  const double top =
      std::ldexp(static_cast<double>(nanoseconds(base).count()), std::clamp(failures, 0, 62));
  const double bound = std::min(top, static_cast<double>(nanoseconds(cap).count()));
  return nanoseconds(static_cast<nanoseconds::rep>(bound * std::clamp(random, 0.0, 1.0)));
}

nanoseconds wait_for(const normalized_error& error, const backoff& waits, int failures,
                     double random, double jitter) noexcept {
  if (!error.retry_after || error.retry_after->count() <= 0) return waits.delay(failures, random);
  // a hint may be years: saturate in milliseconds before going to nanoseconds
  constexpr auto longest = std::chrono::milliseconds(std::chrono::hours(24 * 365 * 100));
  const nanoseconds hint = std::min(*error.retry_after, longest);
  // what matters is that processes do not come back in one moment: a quarter of a second is enough
  constexpr nanoseconds most_jitter = std::chrono::milliseconds(250);
  const nanoseconds later =
      hint + std::min(most_jitter, share(hint, std::max(0.0, jitter) * random));
  return failures > 0 ? std::max(later, waits.delay(failures, random)) : later;
}

}  // namespace reroute
