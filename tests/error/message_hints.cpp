// Waits, dates and billing in the text of errors.
#include "error/message_hints.hpp"

#include <reroute/http/retry_after.hpp>

#include "tests/support/catch.hpp"

#include <string>

namespace {

using namespace std::chrono_literals;
using reroute::detail::access_date_in_text;
using reroute::detail::says_no_quota;
using reroute::detail::says_rate_limit;
using reroute::detail::wait_in_text;
using std::chrono::sys_days;

TEST_CASE("the sentences that ask to wait are understood") {
  CHECK(wait_in_text("Please wait 33 seconds before retrying.") == 33s);
  CHECK(wait_in_text("please WAIT 1 Second.") == 1s);
  CHECK(wait_in_text("Try again in 50 seconds.") == 50s);
  CHECK(wait_in_text("Please retry after 6 seconds.") == 6s);
  CHECK(wait_in_text("Please retry in 53.25s.") == 53'250ms);
  CHECK(wait_in_text("Try again in 2 minutes") == 2min);
  CHECK(wait_in_text("Try again in 1 hour") == 1h);
  CHECK(wait_in_text("Try again in 250 ms") == 250ms);
  CHECK(wait_in_text("Try again in 0.5ms") == 1ms);
  CHECK(wait_in_text("Quota will be replenished in 01:00:00.") == 1h);
  CHECK(wait_in_text("Quota will be replenished in 00:00:07") == 7s);
  CHECK(wait_in_text("Quota will be replenished in 100:30:00.") == 100h + 30min);
}

TEST_CASE("of several waits the longest counts, and words before the number are skipped over") {
  CHECK(wait_in_text("Please wait for it. Please wait 33 seconds, or try again in 40 seconds.") ==
        40s);
}

TEST_CASE("0, no number, no unit and no sentence are no hint") {
  const auto text =
      GENERATE("", "Please wait", "Please wait ", "Please wait 0 seconds before retrying.",
               "Please wait 33", "Please wait -5 seconds", "Please wait 33 parsecs",
               "Please wait a few seconds", "wait 33 seconds", "replenished in 01:00",
               "replenished in 01:60:00", "replenished in 01:00:61",
               "replenished in ::", "replenished in 00:00:00", "try again in .5 seconds",
               "Please wait 1e3 seconds", "too many tokens, please wait before trying again");
  CAPTURE(text);
  CHECK_FALSE(wait_in_text(text));
}

TEST_CASE("a wait beyond all measure saturates") {
  using reroute::http::longest_wait;
  const std::string digits(200, '9');
  CHECK(wait_in_text("Please wait " + digits + " seconds") == longest_wait);
  CHECK(wait_in_text("Please wait " + digits + " hours") == longest_wait);
  CHECK(wait_in_text("Please wait " + digits + " ms") == longest_wait);
  CHECK(wait_in_text("replenished in " + digits + ":00:00") == longest_wait);
  CHECK(wait_in_text("Please wait 876600 hours") == longest_wait);
}

TEST_CASE("the day of renewed access is read, with its time") {
  CHECK(access_date_in_text("You will regain access on 2026-12-01 at 00:00 UTC.") ==
        sys_days(2026y / 12 / 1));
  CHECK(access_date_in_text("you will REGAIN ACCESS ON 2026-12-01 at 06:30 UTC") ==
        sys_days(2026y / 12 / 1) + 6h + 30min);
  CHECK(access_date_in_text("regain access on 2028-02-29") == sys_days(2028y / 2 / 29));
  for (const char* text :
       {"", "regain access on ", "regain access on 2026-13-01 at 00:00 UTC",
        "regain access on 2026-02-29", "regain access on 2026-1-1 soon",
        "regain access on 2026-12-01 at 25:00 UTC", "regain access on Monday!!"}) {
    CAPTURE(text);
    CHECK_FALSE(access_date_in_text(text));
  }
}

TEST_CASE("billing is what a message begins with, not what it quotes") {
  CHECK(says_no_quota("Your credit balance is too low to access the Anthropic API."));
  CHECK(says_no_quota("You have reached your specified workspace API usage limits."));
  CHECK(says_no_quota("EXTRA USAGE IS REQUIRED for long context requests."));
  CHECK_FALSE(says_no_quota("tools.0.description: 'Your credit balance is too low'"));
  CHECK_FALSE(says_no_quota("This request would exceed your organization's rate limit"));
  CHECK_FALSE(says_no_quota(""));
}

TEST_CASE("a limiter's words are told from a refusal of the request") {
  CHECK(says_rate_limit("Rate limit of 8000 per 60s exceeded"));
  CHECK(says_rate_limit("429 Too Many Requests"));
  CHECK(says_rate_limit("Resource exhausted, please try again later."));
  CHECK(says_rate_limit("Too many requests. Exceeded the Provisioned Throughput."));
  CHECK_FALSE(says_rate_limit("This model is not available to your plan."));
  CHECK_FALSE(says_rate_limit(""));
}

}  // namespace
