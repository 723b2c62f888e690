// What happened in a simulated storm, and the invariants that are checked at every event. Pure.
#pragma once

#include <reroute/testing/simulation.hpp>

#include "testing/idle_watch.hpp"
#include "testing/storm_time.hpp"

#include <cstddef>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace reroute::testing {

/// Told by the callers (begun, ended), by the client (launched) and by the routes (all else).
class storm_ledger {
 public:
  explicit storm_ledger(const scenario& storm);

  void begun(std::size_t call, storm_time now);
  /// An attempt on this route has been decided, for a call that asks this model.
  void launched(std::size_t route, storm_time now, std::string_view model = {});
  /// A request has reached a route.
  void sent(std::size_t call, std::size_t route, storm_time now);
  void admitted(std::size_t call, std::size_t route, storm_time now);
  void refused(std::size_t route, int status, storm_time now);
  void silenced(std::size_t route);
  /// A connection is reset instead of answered.
  void reset(std::size_t route, storm_time now);
  /// The client has heard that a route is closed until then; it was asked to wait so long. To another model that
  /// need not apply.
  void heard(std::size_t route, storm_time until, storm_time asked = storm_time(0),
             std::string_view model = {});
  /// A whole answer was handed out.
  void delivered(std::size_t call, std::size_t route);
  void gave_up(std::size_t route);
  /// The exchange is over, however.
  void finished(std::size_t call, std::size_t route, storm_time now);
  /// The call has completed; with the route that answered it, if one did.
  void ended(std::size_t call, std::optional<std::size_t> answered_by, storm_time now);
  /// How it may look at the routes, for what `simulation_result::idle_s` tells.
  void look_with(idle_watch::open_at open) { idle_.look_with(std::move(open)); }
  /// Something else is wrong.
  void complain(const std::string& what);
  /// The client is gone: nothing may be left.
  void close(storm_time now);

  /// Calls that have ended.
  [[nodiscard]] std::size_t over() const { return over_; }
  /// How often a call was admitted on this route.
  [[nodiscard]] std::size_t admissions(std::size_t call, std::size_t route) const;
  /// What it came to, after `close`.
  [[nodiscard]] simulation_result result(const schedule& best) const;

 private:
  struct call_record {
    std::optional<storm_time> begun, answered;
    std::size_t ended = 0, in_flight = 0;
    std::vector<std::size_t> admitted_on;  // routes, an entry per admission
    std::vector<std::size_t> delivered_by;
  };
  // as it said; `far`: for longer than is believed
  struct closed_window {
    storm_time until{0}, far{0};
  };
  struct route_record {
    simulated_route_counts counts;
    std::size_t in_flight = 0;
    std::map<std::string, closed_window, std::less<>> closed;  // by model
  };
  [[nodiscard]] simulated_moment& moment(storm_time now);
  [[nodiscard]] storm_time latest_end(const call_record& of) const;
  [[nodiscard]] std::string where(std::size_t call, std::size_t route, storm_time now) const;

  const scenario& storm_;
  bool one_at_a_time_;
  std::vector<call_record> calls_;
  std::vector<route_record> routes_;
  std::vector<simulated_moment> timeline_;
  idle_watch idle_;
  std::vector<std::string> broken_;
  std::size_t over_ = 0, waiting_ = 0, wasted_ = 0;
};

}  // namespace reroute::testing
