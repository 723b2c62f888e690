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
  check_time(event.time, field + ".time");
  check_time(event.every, field + ".every");
  const bool lasts =
      event.what == kind::fault || event.what == kind::silence || event.what == kind::reset;
  if (lasts && event.time.count() <= 0) refuse(field + ".time", "must be more than 0");
  if (event.every.count() > 0 && event.every <= event.time)
    refuse(field + ".every", "must be more than time, or 0");
  if (!(event.share > 0 && event.share <= 1))
    refuse(field + ".share", "must be more than 0 and at most 1");
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

void check_voice(const scenario_route& route, const std::string& field) {
  check_time(route.hint_always, field + ".hint_always");
  check_time(route.hint_plus, field + ".hint_plus");
  check_amount(route.hint_scale, field + ".hint_scale");
  check_amount(route.sentence, field + ".sentence");
  check_time(route.sentence_per, field + ".sentence_per");
  check_time(route.headers_per, field + ".headers_per");
  if (!(route.headers_scale > 0)) refuse(field + ".headers_scale", "must be more than 0");
  if (route.forms.empty()) refuse(field + ".forms", "is empty; give at least one");
}

void check_load(const scenario& what) {
  if (what.calls < 1) refuse("calls", "is 0; there must be at least one");
  check_amount(what.arrivals, "arrivals");
  if (what.workers > 0 && what.arrivals > 0)
    refuse("arrivals", "must be 0 with workers: they call when their last call is over");
  for (std::size_t at = 0; at < what.mixes.size(); ++at) {
    const std::string field = "mixes[" + std::to_string(at) + "].";
    const scenario_mix& each = what.mixes[at];
    if (!(each.share > 0)) refuse(field + "share", "must be more than 0");
    if (each.model.empty()) refuse(field + "model", "is empty; give a model");
    if (each.max_tokens < 1 || each.max_tokens < each.output_tokens)
      refuse(field + "max_tokens", "must be at least 1 and at least output_tokens");
  }
  if (what.max_tokens < 1 || what.max_tokens < what.output_tokens)
    refuse("max_tokens", "must be at least 1 and at least output_tokens");
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
  if (!(route.used >= 0 && route.used <= 1)) refuse(field + ".used", "must be from 0 to 1");
  check_time(route.used_since, field + ".used_since");
  check_voice(route, field);
  check_time(route.way, field + ".way");
  check_amount(route.tokens_per_second, field + ".tokens_per_second");
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
  check_load(what);
  if (what.deadline.count() <= 0) refuse("deadline", "must be more than 0");
  if (what.plan != "spill" && what.plan != "in_order" && what.plan != "hedge" &&
      what.plan != "race")
    refuse("plan", "is \"" + what.plan + "\"; there are spill, in_order, hedge and race");
  check_time(what.attempt_timeout, "attempt_timeout");
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
