// The exchanges under way on one transport: while there are some, time runs, and who drains it waits.
#pragma once

#include "io/bells.hpp"
#include "io/deadlines.hpp"

#include <cstddef>

namespace reroute::detail {

class in_flight {
 public:
  explicit in_flight(deadlines& time) : time_(time) {}
  in_flight(const in_flight&) = delete;
  in_flight& operator=(const in_flight&) = delete;

  [[nodiscard]] std::size_t count() const noexcept { return count_; }

  /// One of them, for as long as it lives.
  class entry {
   public:
    explicit entry(in_flight& in) : in_(in), time_runs_(in.time_) { ++in_.count_; }
    entry(const entry&) = delete;
    entry& operator=(const entry&) = delete;
    ~entry() {
      if (--in_.count_ == 0) in_.watchers_.ring();
    }

   private:
    in_flight& in_;
    deadlines::hold time_runs_;
  };

  /// They ring whenever the last of them has ended.
  [[nodiscard]] bells& watchers() noexcept { return watchers_; }

 private:
  deadlines& time_;
  std::size_t count_ = 0;
  bells watchers_;
};

}  // namespace reroute::detail
