// The two loops that the project started from, as Asio coroutines: what reroute is measured
// against.
#pragma once

#include <reroute/error/resolver.hpp>
#include <reroute/http/message.hpp>
#include <reroute/io/clock.hpp>
#include <reroute/io/transport.hpp>

#include <asio/awaitable.hpp>

#include <functional>
#include <memory>
#include <random>
#include <vector>

namespace bench {

/// A route as a plain loop sees it: something to send, and the resolver that reads its refusals.
struct plain_route {
  std::function<reroute::http::request()> request;
  std::function<reroute::normalized_error(const reroute::http::response&, reroute::http::date)>
      resolve;
};

/// What all calls of one loop share.
struct loop_context {
  std::shared_ptr<reroute::transport> wire;
  std::vector<plain_route> routes;
  std::minstd_rand random;
};

/// "Before": one route, five attempts; on a 429 it sleeps `int(retry-after or 1)` seconds, for
/// which an HTTP-date throws; every other failure is raised. True if it got its answer.
asio::awaitable<bool> before_loop(loop_context& shared);

/// "After": each route in order, up to four attempts each; one normalized error, hints of both
/// forms capped at 30 s, full jitter without one. True if it got its answer.
asio::awaitable<bool> after_loop(loop_context& shared);

}  // namespace bench
