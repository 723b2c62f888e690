// The server as a process of its own, on the other core.
#pragma once

#include <reroute/io/https_transport.hpp>
#include <reroute/route/route.hpp>
#include <reroute/testing/scenario.hpp>

#include "bench/storm/reports.hpp"

#include <string>
#include <sys/types.h>
#include <vector>

namespace storm {

/// Started and ended with this object. The program must have no other thread when it starts.
class server_process {
 public:
  /// Throws `std::runtime_error` if it cannot be started.
  explicit server_process(const reroute::testing::scenario& what);
  server_process(const server_process&) = delete;
  server_process& operator=(const server_process&) = delete;
  ~server_process();

  /// The routes as a client is given them, quotas included where the scenario states them.
  [[nodiscard]] std::vector<reroute::route> routes() const;
  /// HTTPS that trusts them.
  [[nodiscard]] reroute::https_options https() const;
  /// The storm begins.
  void begin();
  /// It is over. Throws `std::runtime_error` if the server died.
  [[nodiscard]] server_report end();

 private:
  const reroute::testing::scenario& what_;
  pid_t process_ = -1;
  int commands_ = -1, answers_ = -1;
  std::vector<std::string> urls_;
  std::string key_ = "fake-key", ca_pem_;
};

}  // namespace storm
