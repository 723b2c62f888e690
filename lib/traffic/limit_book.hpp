// What is believed of one limit of a route, from whom, and whether more than that is tried.
#pragma once

#include <reroute/traffic/gate_status.hpp>

#include "traffic/limit_fit.hpp"
#include "traffic/named_limit.hpp"

namespace reroute::detail {

/// Calls between two tries of one more than the book holds: a little more than one in a hundred may be refused.
inline constexpr double calls_per_try = 86;

struct limit_book {
  int number = 0;
  limited of = limited::requests;
  limit is;                                 ///< as it stands, with a margin
  double size = never;                      ///< what it holds without the margin
  bool known = false;                       ///< anything is believed
  bool stale = false;                       ///< refusals were heard that it has not been fitted to
  bool in_vain = false;                     ///< the last try was refused
  double told_count = 0, told_seconds = 0;  ///< by a sentence
  double stated = 0;                        ///< by the user, per second: a ceiling
  double highest = never;                   ///< rates up to this explain as much
  instant refused_at = -1;                  ///< when that was sent which it refused last

  // by headers
  bool headed = false, rounded = false;          ///< to thousands
  double head_lowest = 0, head_highest = never;  ///< rates that all of them allow
  double longest_reset = 0;                      ///< seconds
  instant read_at = -1;                          ///< the newest one's moment
  struct reading {
    instant at = -1;
    double left = 0;
  } by_answer, by_admission;                     ///< an earlier one, as both would have it
  double answer_error = 0, admission_error = 0;  ///< how well either explains the next

  // trying more
  double ahead = 0;                 ///< calls beyond what it holds that may be sent
  double since = 0;                 ///< calls let through while somebody waited, since the last try
  instant tried_at = -1;            ///< when that was
  double patience = calls_per_try;  ///< so many before the next try
  double step = 0.12;  ///< a rate is raised by this part, where a single call would tell nothing

  /// Per second, by a sentence; 0: by none.
  [[nodiscard]] double spoken() const { return told_seconds > 0 ? told_count / told_seconds : 0; }
  /// Per second, by a sentence or the user; 0: by nobody.
  [[nodiscard]] double told() const { return told_seconds > 0 ? spoken() : stated; }
  [[nodiscard]] limit_evidence evidence() const;
  [[nodiscard]] limit_status status() const;
  /// A refusal costs more than its bucket saves up: what comes in while it is closed, `hint` seconds, overflows.
  /// `flow`: what comes in, per second.
  [[nodiscard]] bool dear(double flow, double hint, double mean_cost) const;
  /// After it was fitted: how long until more is tried.
  void fit_changed(double rate_before, double flow, double hint, double rounding, double mean_cost);
  /// Tries a higher rate: between what was kept up and what was too much, or a step up.
  void raise(double mean_cost);
};

}  // namespace reroute::detail
