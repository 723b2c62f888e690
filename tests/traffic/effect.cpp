// What each kind of error means to a gate.
#include "traffic/effect.hpp"

#include "tests/support/catch.hpp"

using namespace std::chrono_literals;
using reroute::category;
using reroute::normalized_error;
using reroute::detail::effect;
using reroute::detail::effect_of;

namespace {
normalized_error answered_with(int status, category kind) {
  normalized_error error;
  error.status = status;
  error.category = kind;
  return error;
}
}  // namespace

TEST_CASE("a rate limit closes the gate, unless it concerns the request alone") {
  normalized_error error = answered_with(429, category::rate_limit);
  CHECK(effect_of(error) == effect::refused);
  error.request_scoped = true;
  CHECK(effect_of(error) == effect::alone);
}

TEST_CASE("an overload closes the gate if it says for how long, else it is one fault") {
  normalized_error error = answered_with(529, category::overloaded);
  CHECK(effect_of(error) == effect::faulted);
  error.retry_after = 0ms;
  CHECK(effect_of(error) == effect::faulted);
  error.retry_after = 3s;
  CHECK(effect_of(error) == effect::refused);
}

TEST_CASE("what the route answered at all, its limiter let through") {
  CHECK(effect_of({}) == effect::admitted);
  CHECK(effect_of(answered_with(0, category::bad_request)) == effect::released);  // never sent
  CHECK(effect_of(answered_with(200, category::ok)) == effect::admitted);
  CHECK(effect_of(answered_with(400, category::bad_request)) == effect::admitted);
  CHECK(effect_of(answered_with(401, category::auth)) == effect::admitted);
}

TEST_CASE("a spend cap and, if it is worth another route, a refused key quarantine") {
  CHECK(effect_of(answered_with(429, category::quota)) == effect::quarantined);
  normalized_error error = answered_with(401, category::auth);
  error.failover_worthy = true;
  CHECK(effect_of(error) == effect::quarantined);
}

TEST_CASE("faults are the route's; a missing credential and a cancellation are not") {
  CHECK(effect_of(answered_with(500, category::server)) == effect::faulted);
  CHECK(effect_of(answered_with(0, category::network)) == effect::faulted);
  CHECK(effect_of(answered_with(0, category::timeout)) == effect::faulted);
  CHECK(effect_of(answered_with(0, category::auth)) == effect::released);
  CHECK(effect_of(answered_with(0, category::cancelled)) == effect::released);
}
