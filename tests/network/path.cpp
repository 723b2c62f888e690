// Dice, delays, and what must be known of a connection to reset it.
#include "tests/network/path.hpp"

#include <algorithm>

namespace reroute::network {
namespace {

constexpr auto longest_queue = std::chrono::milliseconds(200);

bool later(std::uint32_t a, std::uint32_t b) { return static_cast<std::int32_t>(a - b) > 0; }

}  // namespace

void path::set(way where, const weather& next) {
  const std::lock_guard lock(mutex_);
  direction& changed = ways_[static_cast<int>(where)];
  changed.now = next;
  changed.busy = {};
  changed.until =
      next.time > next.time.zero() ? steady::now() + next.time : steady::time_point::max();
}

void path::set(const weather& next) {
  set(way::to_server, next);
  set(way::to_client, next);
}

void path::forget_connections() {
  const std::lock_guard lock(mutex_);
  for (const auto& [ports, each] : connections_)
    forgotten_.insert(ports);
}

// A reset counts only with exactly the number that its receiver expects next (RFC 5961). Where the last
// acknowledgement is still to come, that is what has reached it.
void path::reset_connections() {
  const std::lock_guard lock(mutex_);
  for (const auto& [ports, each] : connections_) {
    const auto tell = [&](way where, endpoint from, endpoint to, const end& receiver) {
      if (!receiver.known) return;
      resets_.emplace_back(where, packet::reset(from, to, receiver.acknowledged));
      if (receiver.reached != receiver.acknowledged)
        resets_.emplace_back(where, packet::reset(from, to, receiver.reached));
    };
    tell(way::to_client, each.server, each.client, each.at_client);
    tell(way::to_server, each.client, each.server, each.at_server);
  }
  connections_.clear();
}

std::vector<steady::time_point> path::send(way where, const packet& what, steady::time_point now) {
  const std::lock_guard lock(mutex_);
  const key ports = key_of(where, what);
  if (what.opens() && where == way::to_server) forgotten_.erase(ports);
  if (what.acknowledges()) {
    connection& of = connections_[ports];
    const bool by_client = where == way::to_server;
    of.client = by_client ? what.from() : what.to();
    of.server = by_client ? what.to() : what.from();
    end& sender = by_client ? of.at_client : of.at_server;
    sender.acknowledged = what.acknowledged();
    sender.known = true;
  }
  direction& on = ways_[static_cast<int>(where)];
  if (now >= on.until) on = {};
  if (forgotten_.contains(ports) || hit(on.now.loss)) return {};
  std::vector<steady::time_point> arrivals;
  for (int copies = hit(on.now.copies) ? 2 : 1; copies > 0; --copies) {
    auto at = now;
    if (on.now.bytes_per_second > 0) {
      const std::chrono::duration<double> takes(static_cast<double>(what.bytes().size()) /
                                                static_cast<double>(on.now.bytes_per_second));
      const auto begins = std::max(now, on.busy);
      if (begins - now > longest_queue) continue;
      at = on.busy = begins + std::chrono::duration_cast<steady::duration>(takes);
    }
    auto extra = steady::duration::zero();
    if (on.now.jitter > extra)
      extra = std::chrono::duration_cast<steady::duration>(on.now.jitter * dice());
    arrivals.push_back(at + on.now.delay + extra);
  }
  return arrivals;
}

void path::arrived(way where, const packet& what) {
  const std::lock_guard lock(mutex_);
  const auto found = connections_.find(key_of(where, what));
  if (found == connections_.end()) return;
  if (what.resets()) {
    connections_.erase(found);
    return;
  }
  end& receiver = where == way::to_server ? found->second.at_server : found->second.at_client;
  if (!receiver.known || later(what.next_sequence(), receiver.reached))
    receiver.reached = what.next_sequence();
}

std::vector<std::pair<way, packet>> path::take_resets() {
  const std::lock_guard lock(mutex_);
  return std::exchange(resets_, {});
}

path::key path::key_of(way where, const packet& what) {
  const auto from = what.from().port, to = what.to().port;
  return where == way::to_server ? key(from, to) : key(to, from);
}

bool path::hit(double share) { return share > 0 && dice() < share; }

double path::dice() { return std::uniform_real_distribution<double>(0, 1)(random_); }

}  // namespace reroute::network
