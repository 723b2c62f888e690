// The sentences by which refusals name a limit.
#include "testing/limit_words.hpp"

#include "tests/support/catch.hpp"

using namespace std::chrono_literals;
using namespace reroute::testing;

namespace {

limit_rule rule(limit_kind what, limit_unit of, double amount, std::chrono::milliseconds per) {
  return {what, of, amount, per, 0, {}};
}

}  // namespace

TEST_CASE("Azure's sentence has the limit's name, size and window") {
  const auto output = rule(limit_kind::aligned, limit_unit::output_reserved, 8000, 60s);
  CHECK(limit_sentence(face::azure, output) ==
        "Rate limit of 8000 per 60s exceeded for UserByModelByMinuteOutputTokens.");
  const auto second = rule(limit_kind::bucket, limit_unit::requests, 10, 1s);
  CHECK(limit_sentence(face::azure, second) ==
        "Rate limit of 10 per 1s exceeded for UserByModelByMinuteRequests.");
  CHECK(limit_sentence(face::azure, second, {1, 60s}) ==
        "Rate limit of 600 per 60s exceeded for UserByModelByMinuteRequests.");
  const auto at_once = rule(limit_kind::at_once, limit_unit::requests, 2, 60s);
  CHECK(limit_sentence(face::azure, at_once) ==
        "Rate limit of 2 per 0s exceeded for UserConcurrentRequests.");
  CHECK(limit_sentence(face::azure) == "Rate limit is exceeded.");
}

TEST_CASE("direct's sentence always speaks of a minute") {
  const auto input = rule(limit_kind::bucket, limit_unit::input_tokens, 500, 1s);
  CHECK(limit_sentence(face::anthropic, input) ==
        "This request would exceed your organization's rate limit of 30,000 input tokens per "
        "minute.");
  const auto output = rule(limit_kind::gcra, limit_unit::output_generated, 400000, 60s);
  CHECK(limit_sentence(face::anthropic, output, {2.5, 1s}) ==
        "This request would exceed your organization's rate limit of 1,000,000 output tokens per "
        "minute.");
  const auto requests = rule(limit_kind::sliding, limit_unit::requests, 50, 60s);
  CHECK(limit_sentence(face::anthropic, requests).find(" of 50 requests per minute.") !=
        std::string::npos);
  CHECK(limit_sentence(face::anthropic, requests, {0, 0s}) ==
        "This request would exceed your organization's rate limit.");
}
