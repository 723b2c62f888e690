// What a server says is left of a limit, against our own account of it.
#pragma once

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdint>
#include <optional>
#include <utility>

namespace reroute::detail {

/// What is known of a response that says how much was left.
struct limit_reading {
  double unseen = 0;  ///< sent so lately that the server may not have seen it when it answered
  double since = 0;   ///< sent since the attempt whose response it is, and not refused
  std::chrono::nanoseconds age{0};  ///< of that attempt
  /// What was left by our own account after that attempt; empty if there was none then.
  std::optional<double> predicted = std::nullopt;
  std::uint64_t number = 0;  ///< of that attempt
  std::uint64_t last = 0;    ///< of the last attempt until now
  double taken = 0;          ///< by all attempts up to that one that were not refused
  double own = 0;            ///< of that, by that one; 0: not known
  /// Of it, what comes back with this response, as far as is known. `since` is less than that already.
  double back = 0;
  std::chrono::steady_clock::time_point now = {};
  bool established = false;  ///< our own account was set beyond doubt before
};

/// Some servers write what is left when they let a request through, some when they answer it, many
/// seconds later, and none says which. So what they say is compared with what was taken between two readings:
/// between those two attempts, or between the two answers. Our own account of the level counts where
/// the two moments are far apart: it is coarse. Pure.
class reading_judge {
 public:
  /// What is left now, given our own account of it. The limit fills with `rate` per second up to `limit`.
  [[nodiscard]] double corrected(double own, double remaining, const limit_reading& told,
                                 double limit, double rate) {
    if (fresh(told)) return remaining - told.unseen;
    weigh(remaining, told, limit, rate);
    // those that were under way when it was corrected still say what was believed before
    const bool known = told.predicted && told.number > corrected_;
    if (known)
      vote(remaining, *told.predicted, own + told.back + told.unseen, std::max(3.0, 0.05 * limit));
    double left = own;
    if (told.established && !told.predicted && (believed_ == 0 || written_then(told))) {
      return own;  // nothing to compare with
    } else if (!written_then(told)) {
      left = remaining - told.unseen;
    } else if (!told.predicted) {
      if (told.age < moderate) left = remaining - told.since - told.back;
    } else if (known) {
      left = own + remaining - *told.predicted;
    }
    if (std::abs(left - own) > 0.5) corrected_ = told.last;
    return left;
  }

  /// Both moments are one.
  [[nodiscard]] static bool fresh(const limit_reading& told) { return told.age < at_once; }
  /// What it says is taken for what was left when that attempt was let through.
  [[nodiscard]] bool written_then(const limit_reading& told) const {
    return believed_ == 0 ? told.age < soon : believed_ > 0;
  }

  /// The same, while our own account says nothing.
  void weigh(double remaining, const limit_reading& told, double limit, double rate) {
    const reading next{remaining,   told.taken,          told.taken + told.since - told.unseen,
                       told.unseen, told.now - told.age, told.now};
    const std::optional<reading> before = std::exchange(before_, next);
    if (!before) return;
    const auto guess = [&](double taken, std::chrono::duration<double> passed) {
      return std::clamp(before->remaining - taken + rate * passed.count(), 0.0, limit);
    };
    const double then = guess(next.taken_then - before->taken_then, next.then - before->then);
    const double now = guess(next.taken_now - before->taken_now, next.now - before->now);
    const double blur = std::abs(next.unseen - before->unseen);
    vote(remaining, then, now, std::max(1.0, 0.02 * limit) + blur);
  }

 private:
  static constexpr std::chrono::nanoseconds at_once = std::chrono::milliseconds(30);
  static constexpr std::chrono::nanoseconds soon = std::chrono::seconds(1);
  static constexpr std::chrono::nanoseconds moderate = std::chrono::seconds(4);
  static constexpr double weight = 0.1;

  struct reading {
    double remaining, taken_then, taken_now, unseen;
    std::chrono::steady_clock::time_point then, now;
  };

  // guesses that differ by less than that are one
  void vote(double remaining, double then, double now, double least) {
    const double apart = std::abs(then - now);
    if (apart < least) return;
    const double nearer = std::abs(remaining - now) - std::abs(remaining - then);
    believed_ += weight * (std::clamp(nearer / apart, -1.0, 1.0) - believed_);
  }

  double believed_ = 0;  // above zero: written then; below: now
  std::optional<reading> before_;
  std::uint64_t corrected_ = 0;
};

}  // namespace reroute::detail
