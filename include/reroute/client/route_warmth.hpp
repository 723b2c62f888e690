// What warming up one route came to.
#pragma once

#include <reroute/error/normalized_error.hpp>

#include <string>
#include <utility>

namespace reroute {

/// A class, not an aggregate: it travels through `co_await`.
class route_warmth {
 public:
  route_warmth() = default;
  route_warmth(std::string name, normalized_error why)
      : route(std::move(name)), error(std::move(why)) {}

  /// The route's name.
  std::string route;
  /// Why it is not warm: its credential, or its connection. No error: a token is there, and connections are open.
  normalized_error error;

  [[nodiscard]] bool warm() const noexcept { return !error; }
};

}  // namespace reroute
