// One queue for all routes.
#include "traffic/dispatcher.hpp"

#include "traffic/lane.hpp"

#include <algorithm>
#include <iterator>

namespace reroute::detail {
namespace {

constexpr std::size_t crowd =
    64;  // calls that wait longer for a new gate than it takes to go elsewhere

}  // namespace

dispatcher::dispatcher(std::vector<gated_route> routes) : routes_(std::move(routes)) {}

dispatcher::~dispatcher() = default;

std::uint32_t dispatcher::scope(std::string_view name, limit_of what) {
  std::uint32_t number = max_scopes - 1;
  if (const auto found = names_.find(name); found != names_.end()) {
    number = found->second;
  } else if (names_.size() < max_scopes - 1) {
    number = static_cast<std::uint32_t>(names_.size());
    names_.emplace(name, number);
  }
  return number * 2 + static_cast<std::uint32_t>(what);
}

std::string dispatcher::scope_name(std::uint32_t scope) const {
  for (const auto& [name, number] : names_)
    if (number == scope / 2) return name;
  return {};
}

gate& dispatcher::gate_of(int route, std::uint32_t scope) {
  const std::pair key(scope, route);
  const auto found = gates_.find(key);
  if (found != gates_.end()) return found->second;
  const gated_route& at = routes_[static_cast<std::size_t>(route)];
  const quota stated = limit(scope) == limit_of::messages ? at.limits : quota();
  return gates_.emplace(key, gate(at.options, stated)).first->second;
}

lane& dispatcher::lane_for(const waiter& call) {
  // all that only wait for their time stand in one lane, whatever their limit is
  const std::pair key(call.routes, call.routes == 0 ? 0 : call.scope);
  std::unique_ptr<lane>& place = lanes_[key];
  if (!place) {
    place = std::make_unique<lane>();
    place->routes = key.first;
    place->scope = key.second;
  }
  return *place;
}

// start-time fair queueing: a tenant's next call comes after its last one, or after the one that was
// admitted last, whichever is later
double dispatcher::next_turn(std::size_t level, std::string_view tenant) {
  auto& last_turns = last_turns_[level];
  const double now = turn_[level];
  if (last_turns.size() >= max_scopes) {
    for (auto each = last_turns.begin(); each != last_turns.end();)
      each = each->second <= now ? last_turns.erase(each) : std::next(each);
  }
  auto found = last_turns.find(tenant);
  if (found == last_turns.end()) found = last_turns.emplace(tenant, now).first;
  return found->second = std::max(found->second, now) + 1;
}

void dispatcher::enrol(waiter& call, std::string_view tenant) {
  call.sequence = ++last_sequence_;
  call.turn = next_turn(static_cast<std::size_t>(call.priority), tenant);
}

void dispatcher::add(waiter& call) {
  if (call.sequence == 0) enrol(call, {});
  lane& at = lane_for(call);
  at.due.push(call);
  at.order[static_cast<std::size_t>(call.priority)].push(call);
  call.in = &at;
  ++at.size;
  ++size_;
  ++sizes_[static_cast<std::size_t>(call.priority)];
}

void dispatcher::remove(waiter& call) noexcept {
  if (call.in == nullptr) return;
  lane& at = *call.in;
  at.due.erase(call);
  at.order[static_cast<std::size_t>(call.priority)].erase(call);
  call.in = nullptr;
  --at.size;
  --size_;
  --sizes_[static_cast<std::size_t>(call.priority)];
  if (at.due.empty() && lanes_.size() > max_idle_lanes) lanes_.erase({at.routes, at.scope});
}

verdict dispatcher::leave(waiter& call, verdict what) {
  remove(call);
  what.who = &call;
  return what;
}

lane* dispatcher::first_in(std::size_t level) const {
  lane* first = nullptr;
  for (const auto& [key, each] : lanes_) {
    if (each->open_route < 0 || each->order[level].empty()) continue;
    if (!first || arrival_of()(each->order[level].top()) < arrival_of()(first->order[level].top()))
      first = each.get();
  }
  return first;
}

dispatcher::outlook dispatcher::look_at(const lane& at, time_point now) {
  outlook seen;
  for (int route = 0; route < static_cast<int>(routes_.size()); ++route) {
    if (!holds(at.routes, route)) continue;
    gate& behind = gate_of(route, at.scope);
    const time_point when = behind.earliest(now, at.first().need, at.size);
    seen.again = std::min(seen.again, when);
    if (when <= now) seen.open_route = route;
    // spreading is a matter of milliseconds: no reason to go elsewhere, but for a crowd
    if (when <= now || (behind.spreading() && at.size <= crowd)) {
      seen.opens = now;
      seen.all_shut = false;
      break;
    }
    // heard soon: an answer may open it at any moment
    seen.opens = std::min(seen.opens, when == gate::when_heard || behind.listening() ? now : when);
    if (behind.current(now) != gate_state::quarantined) seen.all_shut = false;
    if (!seen.reason) seen.reason = behind.quarantine_reason();
  }
  return seen;
}

// finds each lane's open route; or a call to be told that there is none for it
verdict dispatcher::look_at_routes(time_point now) {
  for (const auto& [key, each] : lanes_) {
    each->open_route = -1;
    if (each->due.empty()) continue;
    if (each->due.top().due <= now) return leave(each->due.top(), {.what = verdict::kind::due});
    if (each->routes == 0) continue;
    outlook seen = look_at(*each, now);
    each->open_route = seen.open_route;
    if (each->open_route >= 0) continue;
    waiter& next = each->due.top();
    if (seen.all_shut)
      return leave(
          next,
          {.what = verdict::kind::shut, .reason = std::move(seen.reason), .opens = seen.opens});
    if (next.deadline <= seen.opens && seen.opens > now)
      return leave(next, {.what = verdict::kind::would_miss, .opens = seen.opens});
  }
  return {};
}

verdict dispatcher::poll(time_point now) {
  if (size_ == 0) return {};
  verdict early = look_at_routes(now);
  if (early.who) return early;

  std::array<lane*, levels> first{};
  for (std::size_t level = 0; level < levels; ++level)
    first[level] = first_in(level);
  std::size_t level = 0;
  while (level < levels && !first[level])
    ++level;
  if (level == levels) return {};

  // one in eight goes down a level, and of these one in eight further down
  for (std::size_t lower = level + 1; lower < levels; ++lower) {
    if (!first[lower]) continue;
    ++since_lower_[level];
    if (!lower_may_go(level, first[level]->order[level].top())) break;
    // it may need more tokens than there are for the one above
    waiter& below = first[lower]->order[lower].top();
    if (gate_of(first[lower]->open_route, first[lower]->scope).earliest(now, below.need) > now)
      break;
    since_lower_[level] = 0;
    lower_went_[level] = last_sequence_;
    level = lower;
  }
  lane& from = *first[level];
  waiter& next = from.order[level].top();
  verdict go{.what = verdict::kind::admit, .route = from.open_route};
  go.held = gate_of(from.open_route, from.scope).admit(now, next.need);
  turn_[level] = std::max(turn_[level], next.turn);
  return leave(next, std::move(go));
}

// those above have let one from below go first at most once while they wait, up to a point
bool dispatcher::lower_may_go(std::size_t level, const waiter& first) const {
  if (since_lower_[level] < share_of_lower) return false;
  return first.sequence > lower_went_[level] || since_lower_[level] >= patience_of_upper;
}

dispatcher::time_point dispatcher::wake(time_point now) {
  time_point first = time_point::max();
  for (const auto& [key, each] : lanes_) {
    if (each->due.empty()) continue;
    first = std::min(first, each->due.top().due);
    if (each->routes != 0) first = std::min(first, look_at(*each, now).again);
  }
  return first;
}

void dispatcher::stalled(time_point now) {
  for (auto& [key, each] : gates_)
    each.stalled(now);
}

}  // namespace reroute::detail
