// The client's copy of a route's token limit: prompt tokens or answer tokens.
#pragma once

#include "traffic/limit_reading.hpp"
#include "traffic/limit_shape.hpp"

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <optional>

namespace reroute::detail {

/// A bucket of tokens as its headers or the user describe it; until then it holds nobody up. Headers
/// bound how fast it fills; what was taken between two readings measures it. Pure.
class token_mirror {
 public:
  using time_point = std::chrono::steady_clock::time_point;
  using nanoseconds = std::chrono::nanoseconds;

  /// The user knows the limit. 0: nothing is known.
  void state(double per_minute);
  /// The server says what was left.
  void heard(double limit, double remaining, nanoseconds reset, limit_reading told, time_point now);

  /// When a call that needs `tokens` may go: `now` or later. One that needs more than there ever are
  /// may go when the bucket is full; the server then says what it thinks of it.
  [[nodiscard]] time_point earliest(double tokens, time_point now);
  void take(double tokens) { level_ = std::max(level_ - tokens, -limit_); }
  /// An attempt that had taken so many was refused, for this limit or another.
  void refused(std::uint64_t number, double tokens);
  /// A reservation was too large, or was never used.
  void give_back(double tokens);
  /// With an attempt's answer; what it said was left may include that already.
  void came_back(std::uint64_t number, double tokens);
  /// Nothing is true of what was heard: it begins anew.
  void forget();
  /// All that is known is what the user states.
  [[nodiscard]] bool stated() const { return stated_ > 0 && shape_.limit() <= 0; }
  /// How long so many take by what the user states; 0: nothing is stated.
  [[nodiscard]] nanoseconds stated_for(double tokens) const;
  [[nodiscard]] bool known() const { return limit_ > 0; }
  /// Tokens left now; below zero if more was taken than was there.
  [[nodiscard]] double left() const { return level_; }
  /// The same; nothing if no limit is known.
  [[nodiscard]] std::optional<double> account() const {
    return known() ? std::optional(level_) : std::nullopt;
  }

 private:
  struct sample {  // what was left, and had been taken, when an attempt was sent
    time_point at;
    double remaining, taken;
    bool empty;  // the attempt was refused for it
  };
  void refill(time_point now);
  void measure(const sample& next);
  void add(double tokens);
  [[nodiscard]] double rate() const;
  [[nodiscard]] double bounded(double rate) const;
  double stated_ = 0;  // per minute
  double limit_ = 0;   // 0: unknown
  double rate_ = 0;    // per second
  limit_shape shape_;
  time_point begun_{};
  std::optional<sample> before_;
  sample heard_{};
  std::uint64_t heard_number_ = 0;
  std::uint64_t included_ = 0;  // the attempt whose reservation has come back with what it said
  bool measurable_ = false;
  bool gives_back_ = false;  // answers return a part of what was reserved, all at once
  bool full_ = false;        // then it was, since `before_`: what came is lost
  // growth, while nobody says what is left
  time_point told_at_{};
  bool pressed_ = false;
  std::chrono::duration<double> calm_{0};
  double patience_ = 1;  // seconds
  reading_judge judge_;
  bool established_ = false;  // by a reading that is as old as its attempt: of a refusal
  double level_ = 0;
  time_point at_{};
};

}  // namespace reroute::detail
