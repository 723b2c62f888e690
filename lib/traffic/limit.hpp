// A limit as a value, and where it stands.
#pragma once

#include "traffic/attempt_log.hpp"

#include <deque>
#include <utility>

namespace reroute::detail {

/// Seconds by which requests may overtake each other, or a hint be off for the way.
inline constexpr double overtaking = 0.01;

enum class limit_kind : std::uint8_t {
  bucket,   ///< fills evenly; GCRA is one that holds a single call
  first,    ///< a window that begins with the first call after the last one has ended
  aligned,  ///< a window that begins by the clock
  sliding,  ///< what was taken comes back a window later, piece by piece
};

/// Counts calls or tokens. Time never goes back: `advance` to it, then ask or take. A plain value.
struct limit {
  resource of = resource::requests;
  limit_kind kind = limit_kind::bucket;
  double rate = 0;      ///< of a bucket: per second
  double size = never;  ///< the burst of a bucket, the count of a window
  double length = 0;    ///< of a window: seconds
  double left = never;
  instant at = 0;         ///< of a bucket: until when it has filled
  instant ends = -never;  ///< of a window
  /// Of a bucket: what is taken from a full one may arrive so much later, and the next so much earlier.
  double margin = 0;
  std::deque<std::pair<instant, double>> parts = {};  ///< of a sliding window: when, how much

  [[nodiscard]] bool window() const { return kind != limit_kind::bucket; }
  /// What a bucket fills by in so many seconds; windows fill at their end.
  [[nodiscard]] double comes_in(double seconds) const { return window() ? 0 : rate * seconds; }
  [[nodiscard]] double per_second() const { return window() ? size / length : rate; }
  void advance(instant now);
  /// How long until `cost` is there; 0 if it is. At most all that the limit holds is asked for.
  [[nodiscard]] double wait(double cost, instant now) const;
  void take(double cost, instant now);
  /// What was taken by a call sent then is not needed after all (below zero: more was taken).
  void give_back(double cost, instant sent);
};

}  // namespace reroute::detail
