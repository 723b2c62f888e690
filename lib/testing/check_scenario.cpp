// Wrong scenarios are told at once, by field and cure.
#include <reroute/testing/scenario.hpp>

#include "testing/limit_rules.hpp"

#include <cmath>
#include <set>
#include <stdexcept>

namespace reroute::testing {
namespace {

[[noreturn]] void refuse(const std::string& field, const std::string& cure) {
  throw std::invalid_argument("scenario." + field + " " + cure);
}

void check_amount(double value, const std::string& field) {
  if (!(value >= 0) || !std::isfinite(value)) refuse(field, "must be 0 (no limit) or more");
}

void check_time(std::chrono::milliseconds value, const std::string& field) {
  if (value.count() < 0) refuse(field, "is negative; give 0 or more milliseconds");
}

void check_event(const scenario_event& event, const std::string& field) {
  using kind = scenario_event::kind;
  check_time(event.at, field + ".at");
  check_time(event.hint, field + ".hint");
  const bool lasts = event.what == kind::fault || event.what == kind::silence;
  if (lasts && event.time.count() <= 0) refuse(field + ".time", "must be more than 0");
  if (!lasts && event.time.count() != 0)
    refuse(field + ".time", "is for faults and silence; end a change by another event");
  if (event.what == kind::quota && !(event.factor > 0 && std::isfinite(event.factor)))
    refuse(field + ".factor", "must be more than 0; close a route by a fault");
  if (event.what == kind::neighbour && !(event.factor >= 0 && event.factor < 1))
    refuse(field + ".factor", "must be from 0 to less than 1: a share of the quota");
  if (event.what == kind::fault && (event.status < 400 || event.status > 599))
    refuse(field + ".status", "must be an error, 400 to 599");
}

void check_tokens(double rate, double burst, std::size_t cost, const std::string& field) {
  check_amount(rate, field);
  if (rate > 0 && burst < static_cast<double>(cost))
    refuse(field + "_burst", "is less than one call takes (" + std::to_string(cost) +
                                 "); no call would ever be admitted");
}

void check_route(const scenario_route& route, const scenario& in, const std::string& field) {
  check_amount(route.rate, field + ".rate");
  if (!(route.burst >= 1)) refuse(field + ".burst", "must be at least 1");
  if (route.window_requests > 0 && route.window.count() <= 0)
    refuse(field + ".window", "must be more than 0");
  check_tokens(route.input_tokens, route.input_tokens_burst, in.input_tokens,
               field + ".input_tokens");
  check_tokens(route.output_tokens, route.output_tokens_burst, in.max_tokens,
               field + ".output_tokens");
  for (std::size_t at = 0; at < route.limits.size(); ++at)
    if (const char* const wrong = objection_to(route.limits[at]))
      refuse(field + ".limits[" + std::to_string(at) + "]", wrong);
  if (route.forms.empty()) refuse(field + ".forms", "is empty; give at least one");
  check_time(route.latency, field + ".latency");
  check_time(route.refusal_latency, field + ".refusal_latency");
  check_amount(route.latency_sigma, field + ".latency_sigma");
  if (!(route.tail_share >= 0 && route.tail_share <= 1))
    refuse(field + ".tail_share", "must be from 0 to 1");
  if (!(route.tail_factor >= 0)) refuse(field + ".tail_factor", "must be 0 or more");
  for (std::size_t at = 0; at < route.events.size(); ++at)
    check_event(route.events[at], field + ".events[" + std::to_string(at) + "]");
}

}  // namespace

void check(const scenario& what) {
  if (what.calls < 1) refuse("calls", "is 0; there must be at least one");
  check_amount(what.arrivals, "arrivals");
  if (what.deadline.count() <= 0) refuse("deadline", "must be more than 0");
  if (what.plan != "spill" && what.plan != "in_order" && what.plan != "hedge" &&
      what.plan != "race")
    refuse("plan", "is \"" + what.plan + "\"; there are spill, in_order, hedge and race");
  if (what.max_tokens < 1 || what.max_tokens < what.output_tokens)
    refuse("max_tokens", "must be at least 1 and at least output_tokens");
  check_time(what.stall, "stall");
  check_time(what.stall_at, "stall_at");
  if (what.routes.empty()) refuse("routes", "is empty; give at least one");
  if (what.routes.size() > 32) refuse("routes", "has more than 32");
  std::set<std::string> names;
  for (std::size_t at = 0; at < what.routes.size(); ++at) {
    const std::string field = "routes[" + std::to_string(at) + "]";
    const scenario_route& each = what.routes[at];
    if (each.name.empty()) refuse(field + ".name", "is empty; give the route a name");
    if (!names.insert(each.name).second)
      refuse(field + ".name", "is \"" + each.name + "\", as another route's; give each its own");
    check_route(each, what, field);
  }
}

}  // namespace reroute::testing
