// One limit of a fake route, as data.
#pragma once

#include <chrono>
#include <cstdint>

namespace reroute::testing {

/// When a limit lets more through.
enum class limit_kind : std::uint8_t {
  bucket,   ///< fills evenly, `amount` in `per`; after a pause `burst` at once
  gcra,     ///< the same in other words, one each `per / amount`: usually with a small burst
  window,   ///< `amount` per window, which begins with the first request after the last one ended
  aligned,  ///< `amount` per window; windows follow each other on the server's clock
  sliding,  ///< never more than `amount` in any time as long as `per`: a log
  at_once,  ///< `amount` under way at the same time; `per` means nothing
};

/// What a limit counts.
enum class limit_unit : std::uint8_t {
  requests,
  input_tokens,
  /// Answer tokens: `max_tokens` are taken at admission, and what was not used comes back at the end (to a window: if
  /// it is still the same one).
  output_reserved,
  /// Answer tokens: as long as one is left a request is let through, and its answer is taken when it ends, if need be
  /// below zero. A window's debt ends with it.
  output_generated,
};

/// One limit. A request that takes more than it can ever hold is let through when all of it is there, and paid for
/// afterwards.
struct limit_rule {
  limit_kind kind = limit_kind::bucket;
  limit_unit of = limit_unit::requests;
  /// So many ... More than 0.
  double amount = 0;
  /// ... in this time. More than 0.
  std::chrono::milliseconds per = std::chrono::seconds(60);
  /// For `bucket` and `gcra`: so many at once after a pause. 0: `amount`, and for `gcra` 1.
  double burst = 0;
  /// For `aligned`: windows begin so long after the whole multiples of `per` (after each full minute).
  std::chrono::milliseconds phase{0};
};

}  // namespace reroute::testing
