// What the parts of a running simulation share: the scenario, the time, and the ledger.
#pragma once

#include <reroute/testing/manual_clock.hpp>

#include "testing/storm_ledger.hpp"

#include <memory>
#include <utility>

namespace reroute::testing {

struct simulated_storm {
  explicit simulated_storm(scenario storm) : what(std::move(storm)), ledger(what) {
    time->set_grace(std::chrono::milliseconds(0));  // there are no sockets
  }
  simulated_storm(const simulated_storm&) = delete;
  simulated_storm& operator=(const simulated_storm&) = delete;

  [[nodiscard]] storm_time now() const { return time->now() - begin; }

  scenario what;
  storm_ledger ledger;
  std::shared_ptr<manual_clock> time = std::make_shared<manual_clock>(storm_begin);
  time_point begin = time->now();
};

}  // namespace reroute::testing
