// The limit that a log contradicts least.
#include "traffic/limit_fit.hpp"

#include <algorithm>
#include <vector>

namespace reroute::detail {
namespace {

constexpr double rows = 10;  // cycles that are replayed: older ones count for next to nothing
constexpr double other_resource = 0.05;
constexpr double longest_rounding = 2.2;  // seconds by which a hint may exceed a bucket's wait

const logged_attempt* last_refused(const attempt_log& log, int by) {
  for (std::size_t place = log.size(); place > 0; --place) {
    const logged_attempt& each = log.at(place - 1);
    if (each.is == fate::refused && each.refused_by == by) return &each;
  }
  return nullptr;
}

}  // namespace

fitted fit(const fit_question& of, instant now) {
  fitted best;
  const logged_attempt* const refused = last_refused(*of.log, of.number);
  if (!refused) return best;
  std::vector<resource> counted{of.was.of};
  if (of.answer_tokens) counted = {resource::reserved, resource::generated};
  for (const resource what : counted) {
    const limit_events events = events_of(*of.log, what, of.number, of.quiet, now, rows);
    if (events.all.empty()) continue;
    const double odd = what == of.was.of ? 0 : other_resource;
    fit_bucket(of, events, what, odd, now, best);
    const double pace = std::max(of.known ? of.was.per_second() : 0, of.told);
    const double longest = longest_rounding + (pace > 0 ? 2 * refused->cost(what) / pace : 0);
    const bool hinted = refused->wait_most < never;
    if ((hinted && refused->wait_most > longest) || (of.known && of.was.window()) ||
        of.told_seconds > 0)
      fit_windows(of, events, what, *refused, odd, now, best);
  }
  return best;
}

}  // namespace reroute::detail
