// The demo's two fake routes, served by a thread of their own.
#pragma once

#include <reroute/io/https_transport.hpp>
#include <reroute/route/route.hpp>

#include "bench/demo/storm.hpp"

#include <cstddef>
#include <memory>
#include <vector>

namespace demo {

class fake_world {
 public:
  explicit fake_world(const storm& what);
  ~fake_world();
  fake_world(const fake_world&) = delete;
  fake_world& operator=(const fake_world&) = delete;

  /// Routes to both, as a client is given them; keys included.
  [[nodiscard]] std::vector<reroute::route> routes() const;
  /// HTTPS that trusts the fakes.
  [[nodiscard]] reroute::https_options https() const;
  [[nodiscard]] std::size_t admitted() const;
  [[nodiscard]] std::size_t refused() const;

 private:
  struct parts;
  std::unique_ptr<parts> parts_;
};

}  // namespace demo
