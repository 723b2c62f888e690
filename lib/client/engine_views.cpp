// The engine: what users may see of it.
#include "client/engine.hpp"

#include <utility>

namespace reroute::detail {

gate_status engine::status_of(int route, std::uint32_t scope, const gate& at) const {
  gate_status told = at.status(now());
  told.route = routes_[static_cast<std::size_t>(route)].definition.name;
  told.model = dispatcher_.scope_name(scope);
  if (dispatcher::limit(scope) == limit_of::token_counts) told.operation = "count_tokens";
  return told;
}

std::vector<std::string> engine::route_names() const {
  std::vector<std::string> all;
  for (const live_route& each : routes_)
    all.push_back(each.definition.name);
  return all;
}

std::vector<gate_status> engine::gates() {
  const thread_check::stay inside(threads_);
  std::vector<gate_status> all;
  dispatcher_.each_gate([&](int route, std::uint32_t scope, const gate& at) {
    all.push_back(status_of(route, scope, at));
  });
  return all;
}

client_stats engine::stats() const {
  const thread_check::stay inside(threads_);
  client_stats told = counts_;
  for (std::size_t level = 0; level < told.waiting.size(); ++level)
    told.waiting[level] = dispatcher_.size(static_cast<priority>(level));
  told.in_flight = flights_.size();
  told.streams = streams_.size();
  return told;
}

// tells of the gates that changed; an observer may start calls, and so add gates
void engine::look_at_gates() {
  std::vector<std::pair<gate_state, gate_status>> changed;
  dispatcher_.each_gate([&](int route, std::uint32_t scope, const gate& at) {
    gate_state& before = told_.try_emplace(&at, gate_state::open).first->second;
    const gate_state state = at.current(now());
    if (state == before) return;
    changed.emplace_back(std::exchange(before, state), status_of(route, scope, at));
  });
  for (const auto& [before, status] : changed)
    tell(observer_.at_gate, "observer::at_gate", gate_event{before, status});
}

}  // namespace reroute::detail
