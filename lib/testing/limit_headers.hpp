// Headers about limits: anthropic-ratelimit-*. Pure.
#pragma once

#include <reroute/http/message.hpp>

#include "testing/limiter.hpp"

#include <chrono>

namespace reroute::testing {

/// What the headers of a route do with their numbers.
struct header_style {
  bool thousands = false;  ///< tokens are rounded to whole thousands
};

/// Adds -limit, -remaining and -reset of requests, input tokens and answer tokens, as far as they are limited. Where
/// several limits count the same, those of the one that has the least left; of what may be under way nothing is said.
/// What remains is rounded down, and the time until all of it is there (`wall` is now) up.
void add_limit_headers(http::headers& to, const limiter& of,
                       std::chrono::system_clock::time_point wall, header_style style = {});

}  // namespace reroute::testing
