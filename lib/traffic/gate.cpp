// One route's limits for one model, composed of what is known of them, of what fails, and of what closes the route.
#include "traffic/gate.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

namespace reroute::detail {
namespace {

using std::chrono::milliseconds;
using nanoseconds = std::chrono::nanoseconds;

constexpr nanoseconds soonest =
    std::chrono::microseconds(1);  // what is later than now, however it is rounded
constexpr nanoseconds soonest_probe = milliseconds(500);

gate_options checked(gate_options of) {
  of.plausible = std::max(of.plausible, of.cap);
  return of;
}

route_limits_options limits_of(const gate_options& of) {
  return {in_seconds(of.silence), static_cast<double>(of.initial_window), in_seconds(of.waits.base),
          in_seconds(of.waits.cap)};
}

}  // namespace

gate::gate(const gate_options& options, const quota& stated)
    : options_(checked(options)),
      limits_(stated, limits_of(options)),
      shutter_(soonest_probe, options.cap) {}

instant gate::seconds(time_point now) {
  if (began_ == time_point{}) began_ = now;
  latest_ = std::max(latest_, now);
  return in_seconds(latest_ - began_);
}

gate::time_point gate::moment(instant when) const {
  return began_ + std::chrono::ceil<nanoseconds>(std::chrono::duration<double>(when));
}

gate::time_point gate::earliest(time_point now, const cost& need, std::size_t waiting) {
  listen(now);
  return next_ = asked(now, need, waiting);
}

gate::time_point gate::asked(time_point now, const cost& need, std::size_t waiting) {
  waits_for_ = gate_wait::at_once;
  if (options_.max_in_flight > 0 && in_flight() >= options_.max_in_flight) return when_heard;
  waits_for_ = gate_wait::stall;
  if (now < hold_until_) return hold_until_;
  waits_for_ = shutter_.listening() ? gate_wait::look : gate_wait::hint;
  if (shutter_.shut()) {
    time_point next = std::max(shutter_.earliest(now), moment(limits_.closed_until()));
    if (shutter_.listening() && shutter_.silence_opens() && limits_.settles_at() < never)
      next = std::min(next, std::max(now + soonest, moment(limits_.settles_at())));
    if (next > now) return next;
    waits_for_ = gate_wait::nothing;
    return now;
  }
  const instant at = seconds(now), when = limits_.earliest(need, {waiting, in_flight()}, at);
  waits_for_ = limits_.waits_for();
  if (when <= at) return now;
  const time_point later = std::max(now + soonest, moment(when));
  if (limits_.closed_until() > at) {
    if (look_ == 0 && look_at_ <= now) return now;
    return look_ == 0 ? std::min(look_at_, later) : later;
  }
  // nobody is waited for who will not be heard, and nothing that headers or refusals taught for ever
  if (when == never) return in_flight() > 0 ? when_heard : now;
  if (when - at > in_seconds(options_.plausible))
    return std::max(now, last_granted_) + options_.plausible;
  return later;
}

permit gate::admit(time_point now, const cost& need) {
  permit given;
  given.number = ++last_number_;
  given.probe = shutter_.shut();
  given.at = now;
  const instant at = seconds(now);
  if (given.probe) {
    shutter_.probe(given.number, now);
    faults_.begin_after(given.number - 1);
    for_faults_ = false;
  } else if (limits_.closed_until() > at) {
    look_ = given.number;
    look_at_ = now + options_.cap;
  }
  limits_.sent(given.number, need, at);
  last_granted_ = now;
  ++in_flight_;
  return given;
}

void gate::sent(const permit& held, time_point now) {
  limits_.on_the_wire(held.number, seconds(now));
}

void gate::read(const permit& held, const http::rate_limits& limits) {
  headers_ = limits;
  headers_of_ = held.number;
}

void gate::settle(const permit& held, const consumption& taken, time_point now) {
  const bool known = taken.input_tokens > 0;
  limits_.ended(held.number, known ? taken.input_tokens : -1, known ? taken.output_tokens : -1,
                seconds(now));
}

// ---- what is told

gate::time_point gate::closed_until() const {
  const instant limit = limits_.closed_until();
  return std::max(shutter_.shut() ? shutter_.closed_until() : time_point{},
                  limit > 0 ? moment(limit) : time_point{});
}

gate::state gate::current(time_point now) const {
  if (shutter_.shut() && reason_) return state::quarantined;
  if (shutter_.listening()) return state::probing;
  if (now < closed_until()) return state::closed;
  return shutter_.shut() || limits_.looking() ? state::probing : state::open;
}

gate_status gate::status(time_point now) const {
  gate_status told;
  told.state = current(now);
  if (const time_point until = closed_until(); until > now) told.opens_in = until - now;
  if (announced_ && *announced_ > now) told.announced_in = *announced_ - now;
  told.known = limits_.known();
  told.waits_for = waits_for_;
  if (next_ > now && next_ < when_heard) told.next_in = next_ - now;
  told.evidence = limits_.evidence();
  if (const limit_book* const requests = limits_.requests()) {
    told.rate = requests->is.per_second();
    told.burst = requests->size < never ? requests->size : 0;
  }
  told.in_flight = in_flight();
  told.in_flight_limit = options_.max_in_flight > 0 ? options_.max_in_flight : limits_.at_once();
  told.reason = reason_;
  told.limits = headers_;
  return told;
}

}  // namespace reroute::detail
