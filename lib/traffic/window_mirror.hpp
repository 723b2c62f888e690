// The client's copy of a limit that admits so many requests per window of time.
#pragma once

#include <chrono>
#include <cstdint>

namespace reroute::detail {

/// A window begins with the first request after the last one ended; what it does not hold is refused
/// until its end. Nothing is known until a refusal or headers speak of one. Pure: time is an argument.
///
/// Hints are rounded up, so each is an upper bound of the window's length, and with its grain a lower
/// one; the bounds of several hints are put together. Lengths tend to be whole seconds: where one lies
/// between the bounds it is tried, with a single request first. Once the length is known no refusal is
/// needed any more: what a window holds is sent, and then nothing until it ends.
class window_mirror {
 public:
  using time_point = std::chrono::steady_clock::time_point;
  using nanoseconds = std::chrono::nanoseconds;

  [[nodiscard]] bool known() const { return count_ > 0; }
  /// One has begun when it should, without having been announced.
  [[nodiscard]] bool proven() const { return most_ != nanoseconds::max(); }
  /// Requests that a window holds, and how long it lasts, as far as is known.
  [[nodiscard]] double count() const { return count_; }
  [[nodiscard]] nanoseconds length() const;

  /// The window has ended without a refusal, or after one: the next request begins another.
  [[nodiscard]] bool over(time_point now) const;
  /// When the next request may go: `now` or later; `time_point::max()` while the first one of a
  /// window that may not have begun yet is unconfirmed.
  [[nodiscard]] time_point earliest(time_point now);
  /// There is a window: it began at `began` with request `first`, and of those before `number` it has
  /// let `held` through.
  void adopt(std::uint64_t first, time_point began, std::uint64_t number, double held);
  /// Takes the place of the next request. Numbers rise by one.
  void take(std::uint64_t number, time_point now);
  /// It was let through.
  void confirmed(std::uint64_t number);
  /// Nobody knows what became of it.
  void lost(std::uint64_t number);
  /// It never was sent, or was refused after another one.
  void give_back(std::uint64_t number);

  /// Requests of this window before this one that were not refused.
  [[nodiscard]] double before(std::uint64_t number) const;

  /// Whether a refusal for so long may be this window's: not, if its end is later.
  [[nodiscard]] bool explains(time_point sent, nanoseconds wait) const;
  /// A request sent at `sent` was refused until the window's end, which is `wait` ahead, rounded up
  /// by at most `grain`.
  void refused(std::uint64_t number, time_point sent, nanoseconds wait, nanoseconds grain);
  /// It was refused without a word about when the window ends: not before the next whole second of
  /// its age.
  void refused_blindly(std::uint64_t number, time_point sent);
  /// When to try again after `refused_blindly`.
  [[nodiscard]] time_point next_try() const;
  /// Headers: the window holds `limit`, of which `remaining` are left, and ends after `reset`, rounded
  /// up by at most `grain`.
  void told(double limit, double remaining, nanoseconds reset, nanoseconds grain, time_point now);
  /// Headers: it holds so many.
  void told_count(double limit);
  /// It is none.
  void forget() {
    const std::uint64_t next = next_;
    *this = window_mirror();
    next_ = next;
  }

 private:
  void begin(std::uint64_t number, time_point now);
  void bound(nanoseconds least, nanoseconds most);
  void learn_count(double held);
  [[nodiscard]] double taken() const;
  [[nodiscard]] double allowed() const { return count_ + extra_; }

  double count_ = 0;          // 0: not known
  bool told_count_ = false;   // by headers, in this window or the last one
  bool told_lately_ = false;  // in this one
  // the length lies above the first and is at most the second
  nanoseconds least_{0}, most_ = nanoseconds::max();
  // the current window
  bool begun_ = false;
  bool ended_ = false;   // its end was announced, and the gate waits for it
  bool sought_ = false;  // it is full, and nobody said when it ends
  time_point begin_{};
  std::uint64_t first_ = 1, next_ = 1;  // numbers: its first request, the next one
  double not_taken_ = 0;                // refused, or never sent
  bool pressed_ = false;                // somebody waits for its end
  bool vague_ = false;                  // it began some time before `begin_`
  // a window that may not have begun yet
  bool tentative_ = false;
  time_point begin_before_{};
  nanoseconds guess_{0};  // the length that it was begun for
  // growth: whether it holds more than was thought
  double extra_ = 0;      // beyond the count, tried in this window
  int full_windows_ = 0;  // in a row, without a refusal
  double patience_ = 2;   // as many before more is tried
};

}  // namespace reroute::detail
