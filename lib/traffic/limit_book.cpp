// What is believed of one limit of a route.
#include "traffic/limit_book.hpp"

#include <algorithm>
#include <cmath>

namespace reroute::detail {
namespace {

constexpr double overflow_part = 0.7;  // of what comes in, that may overflow
constexpr double dearest = 0.02;       // of what comes in may be spent on refusals that overflow
constexpr double few_calls = 12;       // enough to see whether a rate is kept up
constexpr double same_rate = 0.04;
constexpr double less_than_told = 1.03;
constexpr double widest_step = 0.5;
constexpr double bracket = 1.06;  // a rate that was refused, so far above, still bounds

}  // namespace

bool limit_book::dear(double flow, double hint, double mean_cost) const {
  return !is.window() && size < std::max(2 * mean_cost, overflow_part * flow * hint);
}

void limit_book::fit_changed(double rate_before, double flow, double hint, double rounding,
                             double mean_cost) {
  const double rate = known ? is.per_second() : 0;
  if (std::abs(rate - rate_before) < same_rate * rate) {
    if (in_vain) patience = std::min(2 * patience, 2 * calls_per_try);
  } else {
    patience = told() > rate * less_than_told
                   ? std::max(calls_per_try / 8, calls_per_try * rate / told())
                   : calls_per_try;
  }
  in_vain = false;
  // a window begins later by what the hint of a try in vain is rounded up by
  if (known && is.window())
    patience = std::max(patience, is.per_second() * rounding / mean_cost / dearest);
  if (!known || !dear(flow, hint, mean_cost)) return;
  const double price = std::max(0.0, (flow * hint - size) / mean_cost) / dearest;
  patience = highest > rate * bracket && highest < never ? few_calls : std::max(patience, price);
}

limit_evidence limit_book::evidence() const {
  if (headed) return limit_evidence::headers;
  const double rate = is.per_second();
  if (told_seconds > 0 && std::abs(rate - spoken()) < same_rate * rate)
    return limit_evidence::words;
  return stated > 0 && refused_at < 0 ? limit_evidence::stated : limit_evidence::refusals;
}

limit_status limit_book::status() const {
  limit_status told;
  told.counts = of == limited::input_tokens    ? limit_counts::input_tokens
                : of == limited::output_tokens ? limit_counts::output_tokens
                : of == limited::tokens        ? limit_counts::tokens
                                               : limit_counts::requests;
  told.evidence = evidence();
  told.rate = is.per_second();
  (is.window() ? told.count : told.burst) = size < never ? size : 0;
  told.window = is.window() ? is.length : 0;
  told.left = is.left < never ? is.left : 0;
  return told;
}

void limit_book::raise(double mean_cost) {
  const double before = is.rate;
  if (before * bracket > highest) highest = never;
  is.rate = highest < never ? std::sqrt(before * highest) : before * (1 + step);
  if (highest == never) step = std::min(widest_step, 2 * step);
  patience = std::max(few_calls, 2 * size / mean_cost / (is.rate / before - 1));
}

}  // namespace reroute::detail
