// The demo's storm: what it is, and what came of it for one client.
#pragma once

#include <cstddef>
#include <string>

namespace demo {

struct storm {
  std::size_t calls = 5000;
  double direct_rate = 250;  ///< calls per second, and the burst
  double azure_rate = 150;

  /// Seconds in which an all-knowing scheduler gets `answers` out of the first `routes` routes.
  [[nodiscard]] double ideal_seconds(std::size_t answers, int routes) const;
};

struct result {
  std::string client;
  int routes = 2;  ///< how many of them it uses
  std::size_t answered = 0;
  std::size_t refused = 0;  ///< 429, 529 and 503 that the routes answered
  double seconds = 0;
};

/// The naive loop of the article: one route, five attempts.
result run_before(const storm& what);
/// The article's loop: two routes, one normalized error, four attempts each.
result run_after(const storm& what);
/// The library.
result run_reroute(const storm& what);

}  // namespace demo
