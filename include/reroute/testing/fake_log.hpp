// What the fake has seen: per route, and per request across all routes.
#pragma once

#include <chrono>
#include <cstddef>
#include <iosfwd>
#include <map>
#include <string>

namespace reroute::testing {

/// What a route has seen. Counts of requests unless said otherwise.
struct fake_log {
  std::size_t connections = 0;  ///< accepted
  std::size_t handshakes = 0;   ///< completed
  std::size_t requests = 0;
  std::size_t gzipped = 0;   ///< came in gzip, good or bad
  std::size_t admitted = 0;  ///< decided to be answered with 200; token counts are not among them
  std::size_t token_counts = 0;  ///< the same for `count_tokens`
  std::size_t answered = 0;      ///< 200, written to the last byte
  std::size_t abandoned = 0;     ///< the client left before its answer was written
  std::size_t refused = 0;       ///< 429, 529 and 503
  std::size_t unauthorized = 0;  ///< 401
  std::size_t rejected = 0;      ///< other 4xx
  std::size_t faulted = 0;       ///< by a `fault`, refusals included
  std::size_t malformed = 0;     ///< connections that did not speak HTTP/1.1
  /// Arrived while a window was announced closed, later than the hearing time after the announcement.
  std::size_t into_closed_window = 0;
  std::size_t concurrent = 0;  ///< under way now
  std::size_t max_concurrent = 0;
  std::size_t open_connections = 0;  ///< now
  /// Decided answers by status.
  std::map<int, std::size_t> by_status = {};

  struct tally {
    std::size_t admitted = 0;
    std::size_t refused = 0;
    friend bool operator==(const tally&, const tally&) = default;
  };
  /// Per 100 ms since the route was added, on the fake's clock; slots where nothing came are missing.
  std::map<std::chrono::milliseconds, tally> timeline = {};

  /// The largest number of requests, admitted and refused, within one slot of `timeline`.
  [[nodiscard]] std::size_t peak() const noexcept;
};

/// One line for people.
std::ostream& operator<<(std::ostream& out, const fake_log& log);

/// What became of one request, told by its `metadata.user_id`, on all routes of a fake.
struct request_log {
  std::size_t requests = 0;            ///< arrived and well-formed
  std::size_t admitted = 0;            ///< more than one: the answer was paid for more than once
  std::size_t answered = 0;            ///< written to the last byte
  std::size_t asked_after_answer = 0;  ///< arrived although an answer had been written
};

}  // namespace reroute::testing
