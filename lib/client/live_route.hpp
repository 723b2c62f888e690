// A route in use by a client: its definition, its transport and its tokens.
#pragma once

#include <reroute/http/message.hpp>
#include <reroute/http/rate_limits.hpp>
#include <reroute/route/route.hpp>

#include "route/token_cache.hpp"

#include <memory>

namespace reroute::detail {

struct live_route {
  reroute::route definition;
  std::shared_ptr<reroute::transport> transport;
  std::shared_ptr<token_cache> tokens;  // only for credentials that come from a source
};

/// What an exchange leaves behind for its line in the story.
struct exchange_facts {
  int status = 0;
  std::string request_id;
  std::shared_ptr<const http::rate_limits> limits;
};

}  // namespace reroute::detail
