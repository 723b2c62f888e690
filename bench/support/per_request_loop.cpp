// A loop per request, with everything that one request can know.
#include "bench/support/per_request_loop.hpp"

#include "bench/support/plain_ask.hpp"

#include <algorithm>
#include <cmath>

namespace bench {
namespace {

using std::chrono::steady_clock;

// what a call knows of a route
struct view {
  steady_clock::time_point opens{};
  int refusals = 0;
};

steady_clock::duration full_jitter(int refusals, std::minstd_rand& random) {
  const double most = std::min(std::exp2(refusals), 30.0);
  const std::chrono::duration<double> time(std::uniform_real_distribution<double>(0, most)(random));
  return std::chrono::duration_cast<steady_clock::duration>(time);
}

reroute::normalized_error error_of(const plain_answer& heard, const plain_route& route) {
  if (heard.error)
    return reroute::resolve_transport_failure("", heard.error.code, heard.error.sent);
  return route.resolve(heard.response,
                       std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now()));
}

}  // namespace

asio::awaitable<bool> per_request_loop(loop_context& shared, steady_clock::time_point deadline) {
  std::vector<view> views(shared.routes.size());
  for (;;) {
    const auto now = steady_clock::now();
    auto at = std::find_if(views.begin(), views.end(),
                           [now](const view& each) { return each.opens <= now; });
    if (at == views.end()) {
      at = std::min_element(views.begin(), views.end(), [](const view& one, const view& other) {
        return one.opens < other.opens;
      });
      if (at->opens >= deadline) co_return false;
      co_await pause_for(at->opens - now);
    }
    const plain_route& route = shared.routes[static_cast<std::size_t>(at - views.begin())];
    const plain_answer heard = co_await ask(shared, route);
    if (!heard.error && heard.response.status == 200) co_return true;
    const reroute::normalized_error error = error_of(heard, route);
    if (!error.retryable && !error.failover_worthy) co_return false;
    at->opens = steady_clock::now() + full_jitter(at->refusals++, shared.random);
    if (error.retry_after) at->opens += *error.retry_after;
    if (!error.retryable) at->opens = steady_clock::time_point::max();
  }
}

}  // namespace bench
