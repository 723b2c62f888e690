// The limit that a log contradicts least.
#pragma once

#include "traffic/limit_replay.hpp"

namespace reroute::detail {

/// Misfit that leaving what was told must save.
inline constexpr double leaving_told = 1;
/// What a refusal too early for it counts: somebody else may have taken.
inline constexpr double told_early = 0.25;

/// What is known beside the log.
struct fit_question {
  const attempt_log* log = nullptr;
  int number = 0;                           ///< of the limit that refused
  bool answer_tokens = false;               ///< reserved or generated: which, is asked
  limit was = {};                           ///< what is believed so far
  double was_size = never;                  ///< and how much it holds, without a margin
  bool known = false;                       ///< anything is believed
  double told_count = 0, told_seconds = 0;  ///< by a sentence; 0: by none
  double told = 0;                          ///< per second, by a sentence or the user; 0: by nobody
  double quiet = 0.1;                       ///< seconds of silence that mean admission
  instant opened = 0;                       ///< when the gate opened last
};

struct fitted {
  limit is;
  double misfit = never;
  double lowest = 0, highest = never;  ///< rates around it that explain as much
  [[nodiscard]] bool any() const { return misfit < never; }
};

/// Buckets of all rates and sizes, and windows where a hint is too long for a bucket, are replayed. To leave what
/// was told or believed must explain something. Takes some hundred microseconds.
[[nodiscard]] fitted fit(const fit_question& of, instant now);

/// Its two halves: each replaces `best` where it explains more.
void fit_bucket(const fit_question& of, const limit_events& events, resource what, double odd,
                instant now, fitted& best);
void fit_windows(const fit_question& of, const limit_events& events, resource what,
                 const logged_attempt& refused, double odd, instant now, fitted& best);

}  // namespace reroute::detail
