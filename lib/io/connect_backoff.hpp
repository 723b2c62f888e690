// When another connection is worth a try, where the last ones brought nobody any further. Pure.
#pragma once

#include <reroute/io/clock.hpp>

#include <algorithm>
#include <chrono>

namespace reroute::detail {

/// The first connection in vain may have been bad luck (one of several back ends): a second one is tried at
/// once. Then they wait, each twice as long as the one before, until one is worth it.
class connect_backoff {
 public:
  static constexpr std::chrono::seconds first_wait{4}, longest_wait{32};

  /// A connection came up and takes no requests, or did not come up. Several at once count as one.
  void in_vain(time_point now) noexcept {
    if (now < next_) return;
    next_ = strained_ ? now + wait_ : now;
    if (strained_) wait_ = std::min(2 * wait_, longest_wait);
    strained_ = true;
  }
  /// One takes requests.
  void worthwhile() noexcept { *this = {}; }

  /// True while the last one was in vain: one at a time, and not before `next`.
  [[nodiscard]] bool strained() const noexcept { return strained_; }
  [[nodiscard]] time_point next() const noexcept { return next_; }

 private:
  bool strained_ = false;
  time_point next_{};
  std::chrono::seconds wait_ = first_wait;
};

}  // namespace reroute::detail
