// The ledger of a storm: every event is counted, and held against the invariants.
#include "testing/storm_ledger.hpp"

#include "detail/fixed_point.hpp"

#include <algorithm>

namespace reroute::testing {
namespace {

constexpr std::size_t most_complaints = 20;
constexpr storm_time moment_length = std::chrono::milliseconds(100);
constexpr storm_time patience = std::chrono::milliseconds(1);
// a client may probe a route that asks for more
constexpr storm_time longest_believed = std::chrono::seconds(30);

std::string seconds(storm_time value) {
  return detail::fixed_point(std::chrono::duration<double>(value).count(), 6) + " s";
}

bool holds(const std::vector<std::size_t>& list, std::size_t value) {
  return std::find(list.begin(), list.end(), value) != list.end();
}

}  // namespace

storm_ledger::storm_ledger(const scenario& storm)
    : storm_(storm),
      one_at_a_time_(storm.plan != "hedge" && storm.plan != "race"),
      calls_(storm.calls),
      routes_(storm.routes.size()),
      idle_(storm.routes.size()) {
  for (std::size_t route = 0; route < routes_.size(); ++route)
    routes_[route].counts.name = storm.routes[route].name;
}

std::string storm_ledger::where(std::size_t call, std::size_t route, storm_time now) const {
  return "call " + std::to_string(call) + " on " + storm_.routes[route].name + " at " +
         seconds(now) + ": ";
}

void storm_ledger::complain(const std::string& what) {
  if (broken_.size() < most_complaints) broken_.push_back(what);
}

simulated_moment& storm_ledger::moment(storm_time now) {
  idle_.pass(now, waiting_ > 0);
  const auto at = static_cast<std::size_t>(now / moment_length);
  while (timeline_.size() <= at) {
    if (!timeline_.empty()) timeline_.back().waiting = waiting_;
    simulated_moment next;
    next.since = std::chrono::milliseconds(100) * timeline_.size();
    next.admitted.resize(routes_.size());
    next.refused.resize(routes_.size());
    timeline_.push_back(std::move(next));
  }
  return timeline_[at];
}

void storm_ledger::begun(std::size_t call, storm_time now) {
  (void)moment(now);
  call_record& of = calls_[call];
  if (of.begun) complain("call " + std::to_string(call) + " began twice");
  of.begun = now;
  ++waiting_;
}

void storm_ledger::launched(std::size_t route, storm_time now, std::string_view model) {
  route_record& at = routes_[route];
  const auto closed = at.closed.find(model);
  if (closed == at.closed.end()) return;
  if (now < closed->second.far) ++at.counts.into_far;
  if (now >= closed->second.until) return;
  if (at.counts.violations++ == 0)
    complain("an attempt on " + at.counts.name + " at " + seconds(now) +
             ", which was known to be closed until " + seconds(closed->second.until));
}

void storm_ledger::sent(std::size_t call, std::size_t route, storm_time now) {
  (void)moment(now);
  call_record& of = calls_[call];
  if (!of.begun) complain(where(call, route, now) + "sent before it began");
  if (of.ended > 0) complain(where(call, route, now) + "sent after its call had ended");
  if (of.in_flight > 0 && one_at_a_time_)
    complain(where(call, route, now) + "sent while another attempt is under way");
  idle_.sent(route, now);
  if (of.in_flight++ == 0 && of.ended == 0) --waiting_;
  route_record& at = routes_[route];
  at.counts.most_in_flight = std::max(at.counts.most_in_flight, ++at.in_flight);
}

void storm_ledger::admitted(std::size_t call, std::size_t route, storm_time now) {
  ++moment(now).admitted[route];
  ++routes_[route].counts.admitted;
  calls_[call].admitted_on.push_back(route);
}

void storm_ledger::refused(std::size_t route, int status, storm_time now) {
  ++moment(now).refused[route];
  const bool wasted = status == 429 || status == 503 || status == 529;
  if (wasted) ++wasted_;
  ++(wasted ? routes_[route].counts.refused : routes_[route].counts.faulted);
}

void storm_ledger::silenced(std::size_t route) { ++routes_[route].counts.silent; }

void storm_ledger::reset(std::size_t route, storm_time now) {
  ++moment(now).refused[route];
  ++routes_[route].counts.faulted;
}

void storm_ledger::heard(std::size_t route, storm_time until, storm_time asked,
                         std::string_view model) {
  closed_window& at = routes_[route].closed[std::string(model)];
  storm_time& known = asked <= longest_believed ? at.until : at.far;
  known = std::max(known, until);
}

void storm_ledger::delivered(std::size_t call, std::size_t route) {
  calls_[call].delivered_by.push_back(route);
  // what it said of a far end is not so
  for (auto& [model, closed] : routes_[route].closed)
    closed.far = storm_time(0);
}

void storm_ledger::gave_up(std::size_t route) { ++routes_[route].counts.cancelled; }

void storm_ledger::finished(std::size_t call, std::size_t route, storm_time now) {
  (void)moment(now);
  call_record& of = calls_[call];
  if (of.in_flight == 0 || routes_[route].in_flight == 0)
    return complain(where(call, route, now) + "an exchange ended that was not under way");
  --routes_[route].in_flight;
  if (--of.in_flight == 0 && of.ended == 0) ++waiting_;
}

// a loop that stands still ends nothing
storm_time storm_ledger::latest_end(const call_record& of) const {
  const storm_time due = *of.begun + storm_.deadline;
  const storm_time stall_end = storm_.stall_at + storm_.stall;
  const bool stalled = storm_.stall.count() > 0 && due >= storm_.stall_at && due < stall_end;
  return (stalled ? stall_end : due) + patience;
}

void storm_ledger::ended(std::size_t call, std::optional<std::size_t> answered_by, storm_time now) {
  simulated_moment& here = moment(now);
  call_record& of = calls_[call];
  const std::string name = "call " + std::to_string(call);
  if (!of.begun) return complain(name + " ended before it began");
  if (of.ended++ > 0) return complain(name + " ended twice");
  ++over_;
  if (of.in_flight == 0) --waiting_;
  if (now > latest_end(of))
    complain(name + " ended at " + seconds(now) + ", after its deadline at " +
             seconds(*of.begun + storm_.deadline));
  if (!answered_by) return;
  of.answered = now;
  ++here.answers;
  if (!holds(of.admitted_on, *answered_by) || !holds(of.delivered_by, *answered_by))
    complain(name + " has an answer that no route gave to it");
}

void storm_ledger::close(storm_time now) {
  moment(now).waiting = waiting_;
  for (std::size_t call = 0; call < calls_.size(); ++call) {
    const call_record& of = calls_[call];
    const std::string name = "call " + std::to_string(call);
    if (!of.begun) complain(name + " never began");
    if (of.begun && of.ended == 0) complain(name + " never ended");
    if (of.in_flight > 0) complain(name + " is under way for ever");
  }
  for (const route_record& each : routes_)
    if (each.in_flight > 0)
      complain(each.counts.name + " has " + std::to_string(each.in_flight) + " exchanges left");
}

std::size_t storm_ledger::admissions(std::size_t call, std::size_t route) const {
  const auto& on = calls_[call].admitted_on;
  return static_cast<std::size_t>(std::count(on.begin(), on.end(), route));
}

}  // namespace reroute::testing
