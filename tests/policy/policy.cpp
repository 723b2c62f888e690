// The default policy, row by row.
#include <reroute/error/errc.hpp>
#include <reroute/policy/policy.hpp>

#include "tests/support/catch.hpp"

using reroute::decision;
using reroute::default_policy;
using reroute::normalized_error;
using reroute::progress;

namespace {

normalized_error error_with(bool retryable, bool failover_worthy) {
  normalized_error error;
  error.category = reroute::category::server;
  error.status = 500;
  error.retryable = retryable;
  error.failover_worthy = failover_worthy;
  return error;
}

progress after(int attempts) {
  progress so_far;
  so_far.attempts_on_route = so_far.attempts = attempts;
  return so_far;
}

}  // namespace

TEST_CASE("what is retryable is retried until the route's attempts are used up") {
  const normalized_error error = error_with(true, true);
  CHECK(default_policy(error, after(1)) == decision::retry);
  CHECK(default_policy(error, after(3)) == decision::retry);
  CHECK(default_policy(error, after(4)) == decision::fail_over);
  CHECK(default_policy(error_with(true, false), after(4)) == decision::stop);
}

TEST_CASE("what is not retryable fails over at once if that is worth it, else stops") {
  CHECK(default_policy(error_with(false, true), after(1)) == decision::fail_over);
  CHECK(default_policy(error_with(false, false), after(1)) == decision::stop);
}

TEST_CASE("a cancelled attempt is never repeated") {
  normalized_error error = error_with(true, true);
  error.category = reroute::category::cancelled;
  CHECK(default_policy(error, after(1)) == decision::stop);
}

TEST_CASE("a lost answer is asked for again only if the caller accepts to pay twice") {
  normalized_error lost = error_with(true, true);
  lost.status = 0;
  lost.category = reroute::category::network;
  lost.sent = true;
  progress so_far = after(1);
  CHECK(default_policy(lost, so_far) == decision::retry);
  so_far.retry_lost_answers = false;
  CHECK(default_policy(lost, so_far) == decision::stop);
  lost.sent = false;
  CHECK(default_policy(lost, so_far) == decision::retry);
  // an HTTP answer is no lost answer
  CHECK(default_policy(error_with(true, true), so_far) == decision::retry);
}
