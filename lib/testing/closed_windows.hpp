// What a route has announced: closed until when, and since when its clients can know it. Pure.
#pragma once

#include <algorithm>
#include <chrono>
#include <deque>

namespace reroute::testing {

class closed_windows {
 public:
  using time_point = std::chrono::steady_clock::time_point;

  /// An announcement, heard by everybody at `heard`. Announcements are made in the order of `heard`.
  void announce(time_point heard, time_point until) {
    // one that says no more than the one before teaches nobody anything
    if (!unheard_.empty() && unheard_.back().until >= until) return;
    unheard_.push_back({heard, until});
  }
  /// Whether a request that arrives now should have known better.
  [[nodiscard]] bool closed(time_point now) {
    while (!unheard_.empty() && unheard_.front().heard < now) {
      until_ = std::max(until_, unheard_.front().until);
      unheard_.pop_front();
    }
    return now < until_;
  }

 private:
  struct announcement {
    time_point heard, until;
  };
  std::deque<announcement> unheard_;
  time_point until_{};
};

}  // namespace reroute::testing
