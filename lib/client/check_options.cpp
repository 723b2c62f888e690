// Wrong configuration is told at once, by name.
#include "client/check_options.hpp"

#include "route/options.hpp"
#include "traffic/waiter.hpp"

#include <chrono>
#include <cmath>
#include <set>
#include <stdexcept>
#include <string>

namespace reroute::detail {
namespace {

[[noreturn]] void refuse(const std::string& field, const std::string& cure) {
  throw std::invalid_argument("client_options." + field + " " + cure);
}

void check_time(std::chrono::milliseconds value, const std::string& field,
                bool zero_is_fine = true) {
  if (value > http::longest_wait)
    refuse(field, "is more than a hundred years; give less" +
                      std::string(zero_is_fine ? ", or 0 for none" : ""));
  if (value.count() > 0 || (zero_is_fine && value.count() == 0)) return;
  refuse(field, "is " + std::to_string(value.count()) + " ms; it must be " +
                    (zero_is_fine ? "0 (none) or more" : "more than 0"));
}

void check_backoff(const backoff& value, const std::string& field) {
  check_time(value.base, field + ".base");
  check_time(value.cap, field + ".cap");
  if (value.cap < value.base)
    refuse(field + ".cap", "is less than " + field + ".base; it must be at least as long");
}

void check_gate(const gate_options& gate) {
  check_time(gate.cap, "gate.cap", false);
  check_time(gate.plausible, "gate.plausible", false);
  check_time(gate.quarantine, "gate.quarantine", false);
  check_time(gate.silence, "gate.silence", false);
  check_backoff(gate.waits, "gate.waits");
  if (!(gate.hint_jitter >= 0 && gate.hint_jitter <= 1))
    refuse("gate.hint_jitter", "must be from 0 to 1");
  if (gate.faults_to_close < 1) refuse("gate.faults_to_close", "must be at least 1");
  if (gate.initial_window < 1) refuse("gate.initial_window", "must be at least 1");
}

// a permission that is given once, and needed twice
void check_plain_http(const client_options& options) {
  const bool allowed = options.https.allow_plain_http || !options.https.unix_socket.empty();
  for (const route& each : options.routes)
    if (each.plain_http && !each.transport && !allowed)
      refuse("https.allow_plain_http", "is off, but the requests of the route \"" + each.name +
                                           "\" are http://; set it to true, or give the route an "
                                           "https:// URL");
}

void check_routes(const std::vector<route>& routes) {
  if (routes.empty())
    refuse("routes", "is empty; give at least one, e.g. reroute::anthropic({.api_key = key})");
  if (routes.size() > max_routes)
    refuse("routes", "has " + std::to_string(routes.size()) + " routes; at most 32 are possible");
  std::set<std::string> names;
  for (std::size_t at = 0; at < routes.size(); ++at) {
    const std::string field = "routes[" + std::to_string(at) + "]";
    const route& each = routes[at];
    check_name("client_options." + field, each.name);
    if (!names.insert(each.name).second)
      refuse(field + ".name", "is \"" + each.name + "\", as another route's; give each its own");
    if (!each.write) refuse(field + ".write", "is empty; a route needs a request writer");
    if (!each.resolve) refuse(field + ".resolve", "is empty; a route needs a resolver");
  }
}

}  // namespace

void check_options(const client_options& options) {
  check_routes(options.routes);
  check_plain_http(options);
  check_time(options.deadline.value_or(default_deadline), "deadline");
  check_time(options.attempt_timeout, "attempt_timeout");
  check_backoff(options.waits, "waits");
  check_gate(options.gate);
  (void)retry_budget(options.retry_budget);  // checks itself
  if (!(options.hedging.tokens_per_minute >= 0 && options.hedging.tokens_per_minute <= 1e12))
    refuse("hedging.tokens_per_minute", "must be from 0 (no cap) to 1e12");
  for (std::size_t at = 0; at < options.routes.size(); ++at) {
    const quota& limits = options.routes[at].limits;
    for (const double each : {limits.requests_per_minute, limits.burst,
                              limits.input_tokens_per_minute, limits.output_tokens_per_minute})
      if (!(each >= 0 && each <= 1e12))
        refuse("routes[" + std::to_string(at) + "].limits", "must be from 0 (not known) to 1e12");
    if (limits.burst > 0 && limits.requests_per_minute <= 0)
      refuse("routes[" + std::to_string(at) + "].limits.burst",
             "means nothing without limits.requests_per_minute; give both, or neither");
  }
  if (options.max_waiting < 1) refuse("max_waiting", "is 0; it must be at least 1");
  if (!options.time) refuse("time", "is null; leave it out for the real clock");
}

// As the official SDKs reckon: an hour for 128,000 tokens (FACTS 5.1).
void check_plain_length(std::int64_t max_tokens) {
  constexpr std::int64_t tokens_per_hour = 128'000;
  constexpr std::int64_t most = tokens_per_hour * default_deadline.count() /
                                std::chrono::milliseconds(std::chrono::hours(1)).count();
  if (max_tokens <= most) return;
  throw std::invalid_argument("max_tokens is " + std::to_string(max_tokens) +
                              ": an answer of more than " + std::to_string(most) +
                              " tokens may take longer than the default deadline of 10 minutes, "
                              "which would end the call after it was paid; "
                              "use stream(), or set call_options().deadline(...)");
}

}  // namespace reroute::detail
