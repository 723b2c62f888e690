// The window that a log contradicts least.
#include "traffic/limit_fit.hpp"

#include <algorithm>
#include <cmath>
#include <utility>
#include <vector>

namespace reroute::detail {
namespace {

using kind = limit_event::kind;

constexpr double rounding = 1.1;     // seconds that a hint may be too long
constexpr double short_hint = 2.2;   // as long as a bucket's may be
constexpr double by_chance = 0.15;   // how little a short hint speaks for a long window
constexpr double unusual = 0.3;      // a length that nobody told
constexpr double unhinted = 2;       // nobody says when it ends
constexpr double freed_late = 0.02;  // seconds: what comes back is used when it surely has
constexpr double poor = 0.5;  // misfit of a bucket: then short hints may be a long window's last
constexpr double usual_lengths[] = {2, 5, 10, 30, 60};

// what was let through since then, up to the refusal
double passed_since(const limit_events& events, instant from, instant refused) {
  double passed = 0;
  for (const limit_event& e : events.all) {
    if (e.at > refused) break;
    if (e.what == kind::given ? e.sent >= from : e.what != kind::refused && e.at >= from)
      passed += e.what == kind::given ? -e.cost : e.cost;
  }
  return passed;
}

// lengths and counts that may be
std::vector<std::pair<double, double>> sizes(const fit_question& of, const limit_events& events,
                                             const logged_attempt& refused, double hint,
                                             bool poorly_explained) {
  std::vector<std::pair<double, double>> all;
  if (of.told_seconds > 0 && of.told_seconds >= hint - rounding)
    all.emplace_back(of.told_seconds, of.told_count);
  if (of.known && of.was.window()) all.emplace_back(of.was.length, of.was_size);
  if (hint > 0 && hint <= short_hint && of.told > 0)
    for (const double length : {1.0, 2.0})
      if (length >= hint - rounding) all.emplace_back(length, std::round(of.told * length));
  if (hint <= short_hint && !poorly_explained) return all;
  instant first = refused.sent;
  for (std::size_t place = of.log->size(); place > 0; --place) {
    const logged_attempt& each = of.log->at(place - 1);
    if (each.sent < of.opened) break;
    if (!each.took_nothing()) first = each.sent;
  }
  std::vector<double> lengths{refused.sent + hint - first};
  lengths.insert(lengths.end(), std::begin(usual_lengths), std::end(usual_lengths));
  for (const double length : lengths) {
    if (length < hint - rounding) continue;
    if (of.told > 0) all.emplace_back(length, of.told * length);
    all.emplace_back(length,
                     passed_since(events, std::min(refused.sent + hint - length - 1, refused.sent),
                                  refused.sent));
  }
  return all;
}

}  // namespace

// What is told or counted alike is taken for a sliding window first: who keeps to that keeps to the others, too.
void fit_windows(const fit_question& of, const limit_events& events, resource what,
                 const logged_attempt& refused, double odd, instant now, fitted& best) {
  const double hint = refused.wait_most < never ? refused.wait_most : -1;
  for (const auto& [length, count] : sizes(of, events, refused, hint, best.misfit > poor)) {
    if (count < 1 || (length <= 2 && count < 3 * refused.cost(what))) continue;
    double extra = odd + by_chance * std::log1p(length / std::max(1.0, hint));
    if (hint < 0)
      extra += unhinted;
    else if (of.told > 0 && std::abs(count - of.told * length) > 0.02 * count)
      extra += leaving_told;
    else if (length != of.told_seconds)
      extra += unusual;
    for (const limit_kind how : {limit_kind::sliding, limit_kind::first, limit_kind::aligned}) {
      if (hint < 0 && how == limit_kind::aligned) continue;
      limit made;
      made.of = what;
      made.kind = how;
      made.size = count;
      made.length = length + (how == limit_kind::sliding ? freed_late : 0);
      if (how == limit_kind::aligned) {
        const instant end = refused.sent + (hint > 0 ? hint : length);
        made.ends = end - (std::ceil((end - events.all.front().at) / length) - 1) * length;
      }
      const bool told = of.told > 0 && count == of.told_count;
      const double sum = extra + replay(made, events, now, told ? told_early : 1).misfit;
      if (sum >= best.misfit) continue;
      best.misfit = sum;
      best.is = std::move(made);
      best.lowest = best.highest = count / length;
    }
  }
}

}  // namespace reroute::detail
