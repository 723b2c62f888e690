// The scenario's routes, served.
#include "bench/storm/server_world.hpp"

#include "testing/simulated_server.hpp"

#include <asio/co_spawn.hpp>
#include <asio/detached.hpp>
#include <asio/steady_timer.hpp>
#include <asio/this_coro.hpp>
#include <asio/use_awaitable.hpp>

#include <algorithm>
#include <charconv>
#include <string_view>

namespace storm {
namespace {

namespace fakes = reroute::testing;
using std::chrono::steady_clock;

// beyond this a client should not believe what it is told
constexpr std::chrono::seconds believable(30);

// whose latency it is: the ideal and every client meet the same one
std::size_t call_of(std::string_view request) {
  constexpr std::string_view mark = "\"call-";
  std::size_t number = 0;
  const std::size_t at = request.find(mark);
  if (at == std::string_view::npos) return 0;
  request.remove_prefix(at + mark.size());
  (void)std::from_chars(request.data(), request.data() + request.size(), number);
  return number;
}

fakes::fake_route_options options_of(const fakes::scenario& what, std::size_t number) {
  const fakes::scenario_route& route = what.routes[number];
  fakes::fake_route_options made;
  made.face = route.face;
  made.rate = route.rate;
  made.burst = route.burst;
  made.window_requests = route.window_requests;
  made.window = route.window;
  made.input_tokens = route.input_tokens;
  made.input_tokens_burst = route.input_tokens_burst;
  made.output_tokens = route.output_tokens;
  made.output_tokens_burst = route.output_tokens_burst;
  made.limits = route.limits;
  made.forms = route.forms;
  made.limit_headers = route.limit_headers;
  made.skew = route.skew;
  made.refusal_latency = fakes::latency::uniform(
      route.refusal_latency, std::max(route.refusal_latency, route.refusal_latency_to));
  made.latency_to = [&what, number](const std::string& request) -> std::chrono::nanoseconds {
    return fakes::latency_of(what, number, call_of(request));
  };
  made.reply = std::string((std::max<std::size_t>(1, what.output_tokens) - 1) * 4, 'x');
  return made;
}

void happen(fakes::fake_route& route, const fakes::scenario_event& event) {
  using kind = fakes::scenario_event::kind;
  fakes::fault fault;
  fault.time = event.time;
  fault.share = event.share;
  switch (event.what) {
    case kind::quota:
      return route.set_quota(event.factor);
    case kind::neighbour:
      return route.set_neighbour(event.factor);
    case kind::silence:
      fault.kind = fakes::fault_kind::silence;
      return route.inject(fault);
    case kind::reset:
      fault.kind = fakes::fault_kind::reset_before_head;
      return route.inject(fault);
    case kind::fault:
      fault.status = event.status;
      fault.retry_after = event.hint;
      fault.honest = event.hint <= believable;
      return route.inject(fault);
  }
}

asio::awaitable<void> play(fakes::fake_route route, const fakes::scenario_event& event,
                           steady_clock::time_point begun) {
  asio::steady_timer timer(co_await asio::this_coro::executor);
  timer.expires_at(begun + event.at);
  co_await timer.async_wait(asio::use_awaitable);
  happen(route, event);
}

}  // namespace

bool runs_over_sockets(const fakes::scenario& what) {
  const fakes::scenario_route usual;
  using kind = fakes::scenario_event::kind;
  bool fits = what.workers == 0 && what.attempt_timeout.count() == 0 && what.mixes.empty();
  for (const fakes::scenario_route& route : what.routes) {
    const bool voice = route.hint_always == usual.hint_always && route.hint_scale == 1 &&
                       route.hint_plus == usual.hint_plus && route.sentence == 0 &&
                       route.words.empty() && route.headers_scale == 1 &&
                       route.headers_per == usual.headers_per && !route.headers_rounded;
    fits = fits && voice && route.used == 0 && route.way == usual.way;
    for (const fakes::scenario_event& event : route.events) {
      const bool changes = event.what == kind::quota || event.what == kind::neighbour;
      fits = fits && event.every.count() == 0 && !event.bare;
      fits = fits && (!changes || event.time.count() == 0);
    }
  }
  return fits;
}

server_world::server_world(asio::io_context& io, const fakes::scenario& what)
    : io_(io), what_(what), claude_(io.get_executor(), reroute::system_clock(), what.seed) {
  for (std::size_t number = 0; number < what.routes.size(); ++number) {
    added_.push_back(steady_clock::now());
    routes_.push_back(claude_.add_route(options_of(what, number)));
  }
}

void server_world::begin() {
  begun_ = steady_clock::now();
  for (std::size_t number = 0; number < routes_.size(); ++number)
    for (const fakes::scenario_event& event : what_.routes[number].events)
      asio::co_spawn(io_, play(routes_[number], event, begun_), asio::detached);
}

server_report server_world::report() const {
  server_report made;
  made.admitted_twice = claude_.admitted_twice();
  for (std::size_t number = 0; number < routes_.size(); ++number) {
    const fakes::fake_log log = routes_[number].log();
    route_report& route = made.routes.emplace_back();
    route.admitted = log.admitted;
    route.refused = log.refused;
    route.violations = log.into_closed_window;
    const auto before = begun_ - added_[number];  // the log counts from when the route was added
    for (const auto& [since, count] : log.timeline) {
      const auto at = static_cast<std::size_t>(std::max<long>(0, (since - before) / slot));
      if (route.admitted_at.size() <= at) {
        route.admitted_at.resize(at + 1);
        route.refused_at.resize(at + 1);
      }
      route.admitted_at[at] += count.admitted;
      route.refused_at[at] += count.refused;
    }
  }
  return made;
}

}  // namespace storm
