// What a run leaves behind: the server's view, the client's view, and the row of figures.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <iosfwd>
#include <optional>
#include <string>
#include <vector>

namespace storm {

/// The width of all timelines.
inline constexpr std::chrono::milliseconds slot(100);

/// What one route saw. Timelines count requests per slot since the storm began.
struct route_report {
  std::size_t admitted = 0;
  std::size_t refused = 0;  ///< 429, 529 and 503
  std::size_t violations =
      0;  ///< requests into a window that was announced closed, and heard to be
  std::vector<std::size_t> admitted_at, refused_at;
};

/// What the server saw, in the order of the scenario's routes.
struct server_report {
  std::vector<route_report> routes;
  std::size_t admitted_twice = 0;  ///< calls that were paid for more than once
};

/// As one line of text, and back.
std::ostream& operator<<(std::ostream& out, const server_report& report);
std::istream& operator>>(std::istream& in, server_report& report);

/// What the client saw. Seconds since the storm began, in the order of arrival.
struct client_report {
  std::vector<double> arrived;
  std::vector<std::optional<double>> answered;  ///< empty: the call got no answer
  std::vector<double> ended;                    ///< answered or given up
};

/// The figures of one client in one storm; those without a unit are ratios to the ideal's.
struct row {
  std::string scenario, client;
  std::uint64_t seed = 0;
  double goodput = 0;  ///< answers until half a second after the ideal's last one
  double drain = 0;    ///< time of the last answer
  double wasted = 0;   ///< refusals per answer
  std::size_t lost = 0, violations = 0;
  double p50_s = 0, p99_s = 0, ideal_p99_s = 0;
  std::size_t billed_twice = 0;
};

/// One client in one storm.
struct run_result {
  row figures;
  server_report server;
  client_report client;
};

}  // namespace storm
