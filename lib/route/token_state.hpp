// When a cached token is served, refreshed in the background, or waited for. Decisions only: pure.
#pragma once

#include <reroute/io/clock.hpp>
#include <reroute/route/credential.hpp>

#include "route/token_result.hpp"

#include <chrono>
#include <optional>
#include <string_view>

namespace reroute::detail {

/// The rules of one cached token. Time is an argument.
///
/// With more than 120 s to live a token is served; with 30 to 120 s it is served and refreshed in
/// the background; with less, everybody waits for one fetch. A fetch that failed is repeated after
/// 1 s, doubling up to 30 s, and in the background after 5 s at the earliest; until then askers get
/// the same failure, or the cached token as long as it lives. A token is not fetched again within
/// 5 s of a fetch, however little life it has: the source has no better one, or a clock is wrong.
/// A source may name a time from which it would rather be asked, and a wait after a failure: the wait is
/// kept to the letter up to an hour, as MSAL does.
///
/// A token's life is monotonic time from its arrival on, so that setting the wall clock neither ends it
/// nor makes it immortal. But monotonic time stands still while a machine sleeps: where the wall clock has
/// run ahead of it by a minute, the token's end is read off the wall clock once more.
class token_state {
 public:
  using wall_time = std::chrono::system_clock::time_point;

  /// What an asker gets.
  enum class answer : unsigned char {
    serve,  ///< `token()`
    wait,   ///< until the fetch under way has ended
    fail,   ///< `failure(now)`
  };
  /// An answer, and whether the asker must start a fetch now: there is never more than one.
  struct step {
    answer what = answer::fail;
    bool start = false;
    friend bool operator==(const step&, const step&) = default;
  };

  /// To be told before each question: what both clocks say now.
  void saw(time_point now, wall_time wall_now) noexcept;
  /// What somebody gets who needs a token.
  [[nodiscard]] step ask(time_point now);
  /// The API answered 401 to `refused`. A newer token is served; else one is fetched, unless that
  /// was done within the last 5 s: then the source has no other, and `refused` is served again.
  /// After a wait, ask this again.
  [[nodiscard]] step ask_after_refusal(std::string_view refused, time_point now);
  /// What those get who asked and waited, once the fetch has ended; `wait` means to ask again: the
  /// token it brought has been refused already.
  [[nodiscard]] answer after_fetch(time_point now) const;

  /// The fetch ended with a token. `wall_now` is what the wall clock says at `now`.
  void fetched(access_token token, time_point now, wall_time wall_now);
  /// The fetch ended without one.
  void failed(token_result why, time_point now);

  [[nodiscard]] bool fetching() const noexcept { return fetching_; }
  /// The fetch under way was begun because the token had been refused.
  [[nodiscard]] bool forced() const noexcept { return forced_; }
  [[nodiscard]] const access_token& token() const noexcept { return token_; }
  /// `token()` could still be sent: it has not been refused, and has life left.
  [[nodiscard]] bool lives(time_point now) const noexcept {
    return usable() && life_left(now) > duration::zero();
  }
  /// The last fetch failed.
  [[nodiscard]] bool failing() const noexcept { return failures_ > 0; }
  /// The last failure, and how long the source is still left alone.
  [[nodiscard]] token_result failure(time_point now) const;

 private:
  [[nodiscard]] bool usable() const noexcept { return have_ && !refused_; }
  [[nodiscard]] duration life_left(time_point now) const noexcept;
  step begin(bool forced) noexcept;

  access_token token_;
  time_point ends_ = time_point::max();          // of the token's life
  time_point refresh_from_ = time_point::max();  // in the background, although it has life left
  wall_time arrived_{};                          // the token, by the wall clock
  bool have_ = false;
  bool refused_ = false;  // the API refused the token
  bool fetching_ = false;
  bool forced_ = false;  // the fetch under way was begun because the token had been refused
  std::optional<time_point> fetched_at_;
  std::optional<time_point> forced_at_;  // end of the last forced fetch that succeeded
  token_result failure_;                 // of the last fetch, if it failed
  int failures_ = 0;                     // in a row
  time_point failed_at_ = time_point::min();
  time_point rest_until_ = time_point::min();
};

}  // namespace reroute::detail
