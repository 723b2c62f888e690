// How many attempts a route takes at once: stated by the user, or learned from refusals that say so.
#pragma once

#include <algorithm>
#include <cstddef>

namespace reroute::detail {

/// Nothing is learned until a refusal says that too many were under way: those that still are is what
/// the route takes. After a while at that number one more is tried, ever more rarely. Pure.
class in_flight_cap {
 public:
  /// `stated` by the user; 0: not.
  explicit in_flight_cap(std::size_t stated) : stated_(stated) {}

  /// 0: none is known.
  [[nodiscard]] std::size_t known() const {
    if (stated_ == 0 || learned_ == 0) return std::max(stated_, learned_);
    return std::min(stated_, learned_);
  }
  [[nodiscard]] bool admits(std::size_t in_flight) const {
    return known() == 0 || in_flight < known();
  }
  /// One was too many; so many are left under way, more than none.
  void refused(std::size_t in_flight) {
    // several that were sent in a go are refused in a row: one lesson
    if (learned_ == 0 || at_cap_ > 0) patience_ = std::min(patience_ * 2, most_patience);
    learned_ = learned_ == 0 ? in_flight : std::min(learned_, in_flight);
    at_cap_ = 0;
  }
  /// One was let through, and answered; so many are left under way.
  void answered(std::size_t in_flight) {
    if (learned_ == 0 || in_flight + 1 < learned_ || ++at_cap_ < patience_) return;
    at_cap_ = 0;
    ++learned_;
  }

 private:
  static constexpr std::size_t first_patience = 8, most_patience = 1024;  // answers
  std::size_t stated_;
  std::size_t learned_ = 0;
  std::size_t at_cap_ = 0;  // answers while it was used up
  std::size_t patience_ = first_patience;
};

}  // namespace reroute::detail
