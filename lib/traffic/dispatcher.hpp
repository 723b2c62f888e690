// All waiting calls against all gates: which call goes to which route now?
#pragma once

#include "traffic/gate.hpp"
#include "traffic/waiter.hpp"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace reroute::detail {

/// What the dispatcher says about one waiting call. The call has left the queue with it.
struct verdict {
  enum class kind : std::uint8_t {
    none,        ///< nothing to do now
    admit,       ///< send it to `route` with `held`
    due,         ///< its time has come: the deadline, or the end of its back-off
    would_miss,  ///< no route it may use opens before its deadline
    shut,        ///< every route it may use is in quarantine; `reason` is the first one's
  };
  kind what = kind::none;
  waiter* who = nullptr;
  int route = 0;
  permit held = {};
  std::shared_ptr<const normalized_error> reason = nullptr;
  waiter::time_point opens = waiter::time_point::max();  ///< would_miss: when the first route opens
};

/// Which of a route's limits for a model: messages have those that users may state, token counts have
/// one of their own, which nobody states.
enum class limit_of : std::uint8_t { messages, token_counts };

/// What a dispatcher knows of a route from the start.
struct gated_route {
  gate_options options;
  quota limits = {};
};

/// One queue for all routes. A waiting call belongs to no route; it goes to the first in order of
/// those it may use whose gate is open. FIFO within a priority; a refused call comes back to where
/// it was. Tenants take turns within a priority: one with a thousand calls waiting does not hold up
/// another's first. O(log n) in the number of waiting calls; linear in the number of lanes (sets of routes x
/// models that wait). Pure: time is an argument. Not thread-safe.
class dispatcher {
 public:
  using time_point = waiter::time_point;

  /// One entry per route, in order of preference.
  explicit dispatcher(std::vector<gated_route> routes);
  dispatcher(const dispatcher&) = delete;
  dispatcher& operator=(const dispatcher&) = delete;
  ~dispatcher();

  /// The number of a limit's scope (a model's name, and what is asked of it); the same has the same
  /// number. Beyond 1,023 names the others share one: names may come from users, and memory must not
  /// grow with them.
  [[nodiscard]] std::uint32_t scope(std::string_view name, limit_of what = limit_of::messages);
  [[nodiscard]] static limit_of limit(std::uint32_t scope) {
    return static_cast<limit_of>(scope % 2);
  }
  [[nodiscard]] gate& gate_of(int route, std::uint32_t scope);
  [[nodiscard]] std::string scope_name(std::uint32_t scope) const;
  /// `look(route, scope, gate)` for every gate that was ever asked for.
  template <class Look>
  void each_gate(Look look) const {
    for (const auto& [key, each] : gates_)
      look(key.second, key.first, each);
  }

  /// Queues a call: by `routes` if it may go somewhere now, else only until `due`.
  /// A sequence of 0 gets the next number; a call that comes back keeps its place.
  void add(waiter& call);
  /// Gives a new call its place, in its tenant's turn. Without it, `add` does so, for no tenant.
  void enrol(waiter& call, std::string_view tenant);
  /// Takes a call out, wherever it stands.
  void remove(waiter& call) noexcept;
  /// The next thing to do, until `none`.
  [[nodiscard]] verdict poll(time_point now);
  /// When to poll again if nothing is heard before; `time_point::max()` if never.
  [[nodiscard]] time_point wake(time_point now);
  /// The loop stood still until now: tells all gates.
  void stalled(time_point now);

  [[nodiscard]] std::size_t size() const noexcept { return size_; }
  [[nodiscard]] std::size_t size(priority level) const noexcept {
    return sizes_[static_cast<std::size_t>(level)];
  }

 private:
  static constexpr std::size_t levels = 3;
  static constexpr int share_of_lower = 8;      // one in so many admissions, if
  static constexpr int patience_of_upper = 64;  // nobody above waits for the second time
  static constexpr std::size_t max_scopes = 1024;
  static constexpr std::size_t max_idle_lanes = 64;

  // what the routes of a lane promise its first call
  struct outlook {
    int open_route = -1;
    time_point again = time_point::max();  // when to look again if nothing is heard before
    time_point opens = time_point::max();  // when the first of them opens, as far as is known
    bool all_shut = true;
    std::shared_ptr<const normalized_error> reason;
  };

  lane& lane_for(const waiter& call);
  [[nodiscard]] outlook look_at(const lane& at, time_point now);
  [[nodiscard]] verdict look_at_routes(time_point now);
  [[nodiscard]] verdict leave(waiter& call, verdict what);
  [[nodiscard]] lane* first_in(std::size_t level) const;
  [[nodiscard]] bool lower_may_go(std::size_t level, const waiter& first) const;
  [[nodiscard]] double next_turn(std::size_t level, std::string_view tenant);

  std::vector<gated_route> routes_;
  std::map<std::string, std::uint32_t, std::less<>> names_;  // two scopes each
  std::map<std::pair<std::uint32_t, int>, gate> gates_;
  std::map<std::pair<route_set, std::uint32_t>, std::unique_ptr<lane>> lanes_;
  std::uint64_t last_sequence_ = 0;
  std::size_t size_ = 0;
  std::size_t sizes_[levels] = {};
  int since_lower_[levels] = {};  // admissions of a level while a lower one waited
  std::uint64_t lower_went_[levels] =
      {};                     // the newest sequence when one from below last went first
  double turn_[levels] = {};  // of the call that was admitted last
  std::map<std::string, double, std::less<>> last_turns_[levels];  // of tenants that wait
};

}  // namespace reroute::detail
