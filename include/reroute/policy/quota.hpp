// What a user knows of a route's limits.
#pragma once

namespace reroute {

/// The limits of one route for one model, as the provider's console states them. The client believes
/// them until the route says otherwise, so that nothing has to be learned by refusals. A member that
/// is 0 is not known.
struct quota {
  /// Requests per minute; admitted evenly. At least 0.
  double requests_per_minute = 0;
  /// Requests at once after a pause. Default 0: as many as in six seconds, at least one.
  double burst = 0;
  /// Prompt tokens per minute, without those read from the cache. At least 0.
  double input_tokens_per_minute = 0;
  /// Answer tokens per minute; `max_tokens` is reserved until the answer is there. At least 0.
  double output_tokens_per_minute = 0;

  friend bool operator==(const quota&, const quota&) = default;
};

}  // namespace reroute
