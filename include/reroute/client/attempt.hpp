// One exchange of a call on one route, as it is told afterwards.
#pragma once

#include <reroute/error/normalized_error.hpp>
#include <reroute/http/rate_limits.hpp>

#include <chrono>
#include <iosfwd>
#include <memory>
#include <string>

namespace reroute {

/// One line of a call's story.
struct attempt {
  std::string route = {};       ///< the route's name
  std::string model = {};       ///< the model as this route calls it
  std::string request_id = {};  ///< the provider's id of the exchange, if it gave one
  int status = 0;               ///< HTTP status; 0 if no response came
  /// When it was sent, since the call began.
  std::chrono::nanoseconds started{0};
  /// How long the call had waited before it: queueing, backing off, closed gates.
  std::chrono::nanoseconds waited{0};
  /// From sending to the end of the answer, or to giving up.
  std::chrono::nanoseconds took{0};
  /// What went wrong; `category::ok` for the answer.
  normalized_error error = {};
  /// True if the provider may bill it although it gave no answer: sent, and then lost or given up.
  bool possibly_billed = false;
  /// How often the transport sent it again by itself, because a kept connection died at once. Each time the
  /// provider may have taken it before, and may bill that too.
  int resent = 0;
  /// Sent while another attempt of the call was under way: a hedge, or a race.
  bool hedge = false;
  /// What the response said about the quota; empty if it said nothing.
  std::shared_ptr<const http::rate_limits> limits = {};
};

/// One line: "azure gpt: 429 rate_limit after 12 ms (waited 0 ms)".
std::ostream& operator<<(std::ostream& out, const attempt& value);

}  // namespace reroute
