// The limit that a refusal names in words.
#include "traffic/named_limit.hpp"

#include "tests/support/catch.hpp"

#include <string>

using namespace reroute::detail;

TEST_CASE("the limiters' sentences name their limit") {
  CHECK(find_named_limit("Rate limit of 8000 per 60s exceeded for UserByModelByMinuteOutputTokens. "
                         "Please wait 33 seconds before retrying.") ==
        named_limit{limited::output_tokens, 8000, 60});
  CHECK(find_named_limit("Rate limit of 40 per 60s exceeded for UserByModelByMinute. Please wait 2 "
                         "seconds before retrying.") == named_limit{limited::requests, 40, 60});
  CHECK(find_named_limit("rate limit of 40000 per 10s exceeded for UserInputTokens") ==
        named_limit{limited::input_tokens, 40000, 10});
  CHECK(find_named_limit("This request would exceed your organization's rate limit of 30,000 input "
                         "tokens per minute (org: 1, model: claude).") ==
        named_limit{limited::input_tokens, 30000, 60});
  CHECK(find_named_limit("This request would exceed your organization's rate limit of 50 requests "
                         "per minute (org: 1).") == named_limit{limited::requests, 50, 60});
  CHECK(find_named_limit("Too many concurrent requests. Limit: 10.") ==
        named_limit{limited::at_once, 10, 0});
}

TEST_CASE("a sentence that is not known names nothing") {
  for (const std::string each :
       {"", "Rate limit is exceeded. Try again in 60 seconds.", "slow down", "Rate limit of",
        "Rate limit of many per 60s exceeded for X", "Rate limit of 8000 per 60",
        "Rate limit of 99999999999999999999 per 60s exceeded for X",
        "rate limit of 30,000 cookies per minute",
        "rate limit of 30,000 input tokens per fortnight",
        "Number of request tokens has exceeded your daily rate limit of 5 "})
    CHECK(find_named_limit(each) == std::nullopt);
}
