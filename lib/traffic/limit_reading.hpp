// What a server says is left of a limit, against our own account of it.
#pragma once

#include <chrono>
#include <cmath>
#include <cstdint>
#include <optional>

namespace reroute::detail {

/// What is known of a response that says how much was left.
struct limit_reading {
  double unseen = 0;  ///< sent so lately that the server may not have seen it when it answered
  double since = 0;   ///< sent since the attempt whose response it is
  std::chrono::nanoseconds age{0};  ///< of that attempt
  /// What was left by our own account after that attempt; empty if there was none then.
  std::optional<double> predicted = std::nullopt;
  std::uint64_t number = 0;  ///< of that attempt
  std::uint64_t last = 0;    ///< of the last attempt until now
};

/// Some servers write what is left when they let a request through, some when they answer it, many
/// seconds later, and none says which. So what it says is compared with our own account at both
/// moments, and what fits better is believed. Pure.
class reading_judge {
 public:
  /// What is left now, given our own account of it.
  [[nodiscard]] double corrected(double own, double remaining, const limit_reading& told) {
    if (told.age < fresh) return remaining - told.unseen;
    if (!told.predicted) return remaining - (told.age < moderate ? told.since : told.unseen);
    then_ += weight * (std::abs(remaining - *told.predicted) - then_);
    now_ += weight * (std::abs(remaining - (own + told.unseen)) - now_);
    const bool written_then = then_ == now_ ? told.age < soon : then_ < now_;
    if (!written_then) return remaining - told.unseen;
    // those that were under way when it was corrected tell the same difference again
    if (told.number <= corrected_) return own;
    corrected_ = told.last;
    return own + remaining - *told.predicted;
  }

 private:
  static constexpr std::chrono::nanoseconds fresh = std::chrono::milliseconds(30);
  static constexpr std::chrono::nanoseconds soon = std::chrono::seconds(1);
  static constexpr std::chrono::nanoseconds moderate = std::chrono::seconds(4);
  static constexpr double weight = 0.1;
  double then_ = 0, now_ = 0;  // mean differences
  std::uint64_t corrected_ = 0;
};

}  // namespace reroute::detail
