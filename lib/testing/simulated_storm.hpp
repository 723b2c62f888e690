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
  // not at a full second: dates on the wire have to be rounded
  std::shared_ptr<manual_clock> time = std::make_shared<manual_clock>(
      std::chrono::system_clock::time_point(manual_clock::default_wall) +
      std::chrono::milliseconds(371));
  time_point begin = time->now();
};

}  // namespace reroute::testing
