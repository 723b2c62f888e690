// The server's side of a storm: fake routes as the scenario has them, and its events at their times.
#pragma once

#include <reroute/testing/fake_claude.hpp>
#include <reroute/testing/scenario.hpp>

#include "bench/storm/reports.hpp"

#include <asio/io_context.hpp>

#include <vector>

namespace storm {

/// Whether the fakes can say and do all that the scenario wants; the simulator can do more.
[[nodiscard]] bool runs_over_sockets(const reroute::testing::scenario& what);

class server_world {
 public:
  /// The scenario must outlive it.
  server_world(asio::io_context& io, const reroute::testing::scenario& what);

  [[nodiscard]] const std::vector<reroute::testing::fake_route>& routes() const { return routes_; }
  [[nodiscard]] const std::string& ca_pem() const { return claude_.ca_pem(); }
  /// The storm begins: events are played, and timelines count from here.
  void begin();
  [[nodiscard]] server_report report() const;
  void stop() { claude_.stop(); }

 private:
  asio::io_context& io_;
  const reroute::testing::scenario& what_;
  reroute::testing::fake_claude claude_;
  std::vector<reroute::testing::fake_route> routes_;
  std::vector<std::chrono::steady_clock::time_point> added_;
  std::chrono::steady_clock::time_point begun_{};
};

}  // namespace storm
