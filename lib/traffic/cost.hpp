// What a call is likely to take.
#pragma once

namespace reroute::detail {

/// What an attempt will take of a route's token limits, as far as the client can know.
struct cost {
  double bytes = 0;          ///< of the body: prompt tokens are estimated from them
  double output_tokens = 0;  ///< `max_tokens`: reserved until the answer is there
};

}  // namespace reroute::detail
