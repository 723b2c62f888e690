// Rate-limit headers of both families, as one snapshot.
#include <reroute/http/rate_limits.hpp>

#include "tests/support/catch.hpp"

namespace {

using namespace std::chrono_literals;
using reroute::http::find_rate_limits;
using reroute::http::headers;
using reroute::http::quota_bucket;
using reroute::http::rate_limits;
using std::chrono::sys_days;

constexpr reroute::http::date now = sys_days(2025y / 6 / 2) + 15h + 13min + 42s;

std::optional<std::chrono::milliseconds> reset_of(std::string_view value) {
  return find_rate_limits({{"x-ratelimit-reset-tokens", value}}, now).tokens.reset;
}

TEST_CASE("Anthropic's buckets, as a real 429 had them") {
  const headers fields{{"retry-after", "16"},
                       {"anthropic-ratelimit-input-tokens-limit", "200000"},
                       {"anthropic-ratelimit-input-tokens-remaining", "0"},
                       {"anthropic-ratelimit-input-tokens-reset", "2025-06-02T15:14:45Z"},
                       {"anthropic-ratelimit-output-tokens-limit", "80000"},
                       {"anthropic-ratelimit-output-tokens-remaining", "80000"},
                       {"anthropic-ratelimit-output-tokens-reset", "2025-06-02T15:13:42Z"},
                       {"anthropic-ratelimit-requests-limit", "4000"},
                       {"anthropic-ratelimit-requests-remaining", "3999"},
                       {"Anthropic-RateLimit-Requests-Reset", "2025-06-02T15:13:41Z"},
                       {"anthropic-ratelimit-tokens-limit", "280000"},
                       {"anthropic-ratelimit-tokens-remaining", "80000"}};
  const rate_limits limits = find_rate_limits(fields, now);
  CHECK(limits.input_tokens == quota_bucket{200'000, 0, 63s});
  CHECK(limits.output_tokens == quota_bucket{80'000, 80'000, 0s});
  CHECK(limits.requests == quota_bucket{4'000, 3'999, 0s});
  CHECK(limits.tokens == quota_bucket{280'000, 80'000, {}});
  CHECK_FALSE(limits.window);
  CHECK_FALSE(limits.empty());
}

TEST_CASE("priority and fast tokens have buckets of their own") {
  const rate_limits limits = find_rate_limits({{"anthropic-priority-input-tokens-limit", "1"},
                                               {"anthropic-priority-output-tokens-remaining", "2"},
                                               {"anthropic-fast-input-tokens-limit", "3"},
                                               {"anthropic-fast-output-tokens-remaining", "4"}},
                                              now);
  CHECK(limits.priority_input_tokens == quota_bucket{1, {}, {}});
  CHECK(limits.priority_output_tokens == quota_bucket{{}, 2, {}});
  CHECK(limits.fast_input_tokens == quota_bucket{3, {}, {}});
  CHECK(limits.fast_output_tokens == quota_bucket{{}, 4, {}});
  CHECK(limits.tokens.empty());
}

TEST_CASE("Azure's family, with its window") {
  const rate_limits limits = find_rate_limits({{"x-ratelimit-limit-requests", "40"},
                                               {"x-ratelimit-remaining-requests", "39"},
                                               {"x-ratelimit-renewalperiod-requests", "10"},
                                               {"x-ratelimit-remaining-tokens", "0"},
                                               {"x-rate-limit-reset-tokens", "55"},
                                               {"x-ratelimit-renewalperiod-tokens", "60"}},
                                              now);
  CHECK(limits.requests == quota_bucket{40, 39, {}});
  CHECK(limits.tokens == quota_bucket{{}, 0, 55s});
  CHECK(limits.window == 60s);
}

TEST_CASE("a reset is a date, seconds or a duration") {
  CHECK(reset_of("55") == 55s);
  CHECK(reset_of("0") == 0s);
  CHECK(reset_of("1.5") == 1500ms);
  CHECK(reset_of("6m0s") == 6min);
  CHECK(reset_of("120ms") == 120ms);
  CHECK(reset_of("1h2m3.5s") == 1h + 2min + 3500ms);
  CHECK(reset_of("1d") == 24h);
  CHECK(reset_of("0.0001s") == 1ms);
  CHECK(reset_of("2025-06-02T15:13:43.5Z") == 2s);
  CHECK(reset_of("2020-01-01T00:00:00Z") == 0s);
}

TEST_CASE("what cannot be read, is negative or not to be believed is left out") {
  const auto value =
      GENERATE("", "-1", "soon", "nan", "1e9", "6m0", "s", "1.2.3s", "1x", "1w", "1 s",
               "1748877285", "99999999999999999999", "99999999999999999999h", "9999h9999h",
               "2999-01-01T00:00:00Z", "Tue, 30 Jun 2026 20:31:05 GMT");
  CAPTURE(value);
  CHECK_FALSE(reset_of(value));
}

TEST_CASE("a count is whole, not negative and not out of range") {
  const auto value = GENERATE("", "-1", "1.5", "1e3", "9223372036854775808", "many", "40;w=60");
  CAPTURE(value);
  CHECK(find_rate_limits({{"x-ratelimit-limit-requests", value},
                          {"anthropic-ratelimit-requests-remaining", value}},
                         now)
            .empty());
}

TEST_CASE("a reset counts from the response's own Date") {
  const headers fields{{"date", "Mon, 02 Jun 2025 15:14:40 GMT"},
                       {"anthropic-ratelimit-requests-reset", "2025-06-02T15:14:45Z"}};
  CHECK(find_rate_limits(fields, now - 1h).requests.reset == 5s);
}

TEST_CASE("where a gateway adds its own family, Anthropic's bucket is taken whole") {
  const rate_limits limits = find_rate_limits({{"x-ratelimit-limit-tokens", "1"},
                                               {"x-ratelimit-reset-tokens", "9"},
                                               {"anthropic-ratelimit-tokens-limit", "280000"},
                                               {"x-ratelimit-remaining-requests", "7"}},
                                              now);
  CHECK(limits.tokens == quota_bucket{280'000, {}, {}});
  CHECK(limits.requests == quota_bucket{{}, 7, {}});
}

TEST_CASE("headers that only look alike are nothing") {
  CHECK(find_rate_limits({{"anthropic-ratelimit-unified-status", "allowed"},
                          {"anthropic-ratelimit-unified-reset", "1748877285"},
                          {"anthropic-ratelimit-tokens-", "1"},
                          {"anthropic-ratelimit-tokens-limits", "1"},
                          {"x-ratelimit-limit", "100"},
                          {"x-ratelimit-limit-images", "100"},
                          {"x-ratelimit-renewalperiod-tokens", "0"},
                          {"x-ratelimit-renewalperiod-requests", "99999999999"},
                          {"ratelimit-limit-tokens", "5"}},
                         now)
            .empty());
}

}  // namespace

TEST_CASE("a limit on requests at once is named by its type") {
  headers fields;
  fields.set("x-ratelimit-type", "UserConcurrentRequests");
  CHECK(find_rate_limits(fields, now).concurrency);
  fields.set("x-ratelimit-type", "UserByModelByMinute");
  CHECK_FALSE(find_rate_limits(fields, now).concurrency);
}
