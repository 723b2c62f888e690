// One limit of a fake route in time: how much of it is used. Pure.
#pragma once

#include <reroute/testing/limit_rule.hpp>

#include <chrono>
#include <cstdint>
#include <deque>

namespace reroute::testing {

/// A value. Time counts from any beginning and never goes back: tell it by `advance`, all else is asked and done then.
class limit {
 public:
  using nanoseconds = std::chrono::nanoseconds;

  /// How long one waits for what is under way: nobody knows when it ends.
  static constexpr nanoseconds unknown_wait = std::chrono::seconds(1);

  /// Full. `wall`: what the server's clock shows at time 0, for windows that are aligned to it.
  explicit limit(const limit_rule& rule, nanoseconds wall = nanoseconds(0));

  void advance(nanoseconds now);
  /// Zero: so many are there. Else how long until then, if nobody else came.
  [[nodiscard]] nanoseconds wait(double amount) const;
  /// Takes, if need be more than is there. The ticket says later when it was taken.
  std::uint64_t take(double amount);
  /// What was taken with this ticket is not needed after all.
  void give_back(std::uint64_t ticket, double amount);
  /// Somebody else takes: at once, or, of a window that is used up, first thing in the next one.
  void take_for_others(double amount);
  /// Becomes this times what it was at the start; what is left stays, as far as there is room for it.
  void scale(double factor);
  /// This share of all was used so long ago, by others.
  void use_up(double share, nanoseconds ago);

  /// The most that it holds, now.
  [[nodiscard]] double size() const { return size_; }
  [[nodiscard]] double left() const { return used_ < size_ ? size_ - used_ : 0; }
  /// Until all of it is there again; zero for a limit on what is under way.
  [[nodiscard]] nanoseconds until_full() const;
  [[nodiscard]] const limit_rule& rule() const { return rule_; }
  /// So many per second; 0 for a limit on what is under way.
  [[nodiscard]] double per_second() const;

 private:
  struct entry {
    nanoseconds at;
    double amount;
  };
  [[nodiscard]] bool fills() const;
  [[nodiscard]] bool has_windows() const;
  void begin_window();

  limit_rule rule_;
  nanoseconds wall_, now_{0}, begin_{0};  // of the window
  double factor_ = 1;
  double size_, used_ = 0, owed_ = 0;
  bool under_way_ = false;     // a window is
  std::uint64_t serial_ = 0;   // of the window, or of the next entry
  std::deque<entry> entries_;  // of a log; the last one has the number serial_ - 1
};

}  // namespace reroute::testing
