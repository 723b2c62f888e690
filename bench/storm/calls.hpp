// The calls of a storm: each begins when it arrives, and leaves its times behind.
#pragma once

#include <reroute/testing/simulation.hpp>

#include "bench/storm/reports.hpp"
#include "bench/support/progress.hpp"

#include <asio/awaitable.hpp>
#include <asio/io_context.hpp>

#include <chrono>
#include <functional>
#include <string>

namespace storm {

/// Runs all calls of a scenario on one loop. `ask(number)` makes call `number`, and tells whether it
/// got its answer.
class calls {
 public:
  using asking = std::function<asio::awaitable<bool>(std::size_t number)>;

  /// Arrivals are those of the ideal.
  calls(asio::io_context& io, const reroute::testing::scenario& what,
        const reroute::testing::schedule& ideal, const std::string& label);

  /// From the first arrival to the last end; a call that is still there a minute after the last
  /// deadline has no answer.
  client_report run(asking ask);

 private:
  asio::awaitable<void> arrive();
  asio::awaitable<void> one(std::size_t number);
  asio::awaitable<void> watch();
  asio::awaitable<void> stall();
  [[nodiscard]] double now() const;
  [[nodiscard]] std::string line() const;

  asio::io_context& io_;
  const reroute::testing::scenario& what_;
  asking ask_;
  client_report report_;
  std::size_t over_ = 0, answered_ = 0;
  std::chrono::steady_clock::time_point begin_{};
  bench::progress progress_;
};

}  // namespace storm
