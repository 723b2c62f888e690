// Faces: byte for byte what FACTS says, and read by both resolvers as the error table wants.
#include <reroute/error/resolver.hpp>
#include <reroute/testing/faces.hpp>

#include "tests/support/catch.hpp"

#include <boost/json/parse.hpp>

#include <string>

namespace faces = reroute::testing::faces;
using namespace std::chrono_literals;
using reroute::category;
using reroute::http::response;

namespace {

// Thu, 01 Jan 2026 00:00:00 GMT
constexpr reroute::http::date now{std::chrono::sys_days{std::chrono::year(2026) / 1 / 1}};

reroute::normalized_error read(const response& answer) {
  return reroute::anthropic_resolver({.route = "direct"})(answer, now);
}

struct reading {
  const char* name;
  response answer;
  int status;
  category kind;
  bool retryable;
  bool failover_worthy;
  std::optional<std::chrono::milliseconds> wait;
};

}  // namespace

TEST_CASE("anthropic's 429 is what the API sends") {
  const response answer = faces::anthropic_429(20s);
  CHECK(answer.headers.find("retry-after") == "20");
  CHECK(answer.headers.find("content-type") == "application/json");
  CHECK(answer.headers.contains("request-id"));
  CHECK(
      answer.body ==
      R"({"type":"error","error":{"type":"rate_limit_error","message":"This request would exceed )"
      R"(your organization's rate limit of 50 requests per minute."},)"
      R"("request_id":"req_011CVfaceFaceFaceFace01"})");
}

TEST_CASE("azure's limiter says its wait only in the text, twice") {
  const response answer = faces::azure_429(33s);
  CHECK_FALSE(answer.headers.contains("retry-after"));
  CHECK(answer.headers.contains("apim-request-id"));
  CHECK(
      answer.body ==
      R"({"error":{"code":"RateLimitReached","message":"Rate limit of 8000 per 60s exceeded for )"
      R"(UserByModelByMinuteOutputTokens. Please wait 33 seconds before retrying.","details":"Rate )"
      R"(limit of 8000 per 60s exceeded for UserByModelByMinuteOutputTokens. Please wait 33 seconds )"
      R"(before retrying."}})");
  CHECK(faces::azure_429().body.find("Please wait") == std::string::npos);
}

TEST_CASE("API Management has an envelope of its own") {
  CHECK(faces::apim_429(60s).body ==
        R"({"statusCode":429,"message":"Rate limit is exceeded. Try again in 60 seconds."})");
  CHECK(faces::apim_429(60s).headers.find("retry-after") == "60");
  CHECK(faces::apim_403_quota(1h).body ==
        R"({"statusCode":403,"message":"Out of call volume quota. Quota will be replenished in )"
        R"(01:00:00."})");
  CHECK_FALSE(faces::apim_401().headers.contains("request-id"));
}

TEST_CASE("dates and buckets are written as they are seen") {
  CHECK(faces::anthropic_429_until(now + 90s).headers.find("retry-after") ==
        "Thu, 01 Jan 2026 00:01:30 GMT");
  CHECK_FALSE(faces::azure_429_until(now + 90s).headers.contains("date"));
  CHECK(faces::azure_429_until(now + 90s, now).headers.find("date") ==
        "Thu, 01 Jan 2026 00:00:00 GMT");
  const response limits = faces::anthropic_429_with_limits(16s, now, 63s);
  CHECK(limits.headers.find("retry-after") == "16");
  CHECK(limits.headers.find("anthropic-ratelimit-input-tokens-remaining") == "0");
  CHECK(limits.headers.find("anthropic-ratelimit-input-tokens-reset") == "2026-01-01T00:01:03Z");
  CHECK(limits.headers.find("anthropic-ratelimit-requests-reset") == "2026-01-01T00:00:00Z");
}

TEST_CASE("a message is a whole message") {
  const response answer = faces::ok("say \"hi\"", 3, 4, "opus-prod");
  CHECK(answer.status == 200);
  const auto body = boost::json::parse(answer.body);
  CHECK(body.at("type") == "message");
  CHECK(body.at("model") == "opus-prod");
  REQUIRE(body.at("content").is_array());
  CHECK(body.at("content").at(0).at("text") == "say \"hi\"");
  CHECK(body.at("usage").at("input_tokens") == 3);
  CHECK(body.at("usage").at("output_tokens") == 4);
  CHECK(faces::token_count(42).body == R"({"input_tokens":42})");
}

TEST_CASE("every face reads as the error table wants") {
  using std::nullopt;
  const reading table[] = {
      {"429", faces::anthropic_429(), 429, category::rate_limit, true, true, nullopt},
      {"429 s", faces::anthropic_429(20s), 429, category::rate_limit, true, true, 20s},
      {"429 ms", faces::anthropic_429_ms(1500ms), 429, category::rate_limit, true, true, 1500ms},
      {"429 date", faces::anthropic_429_until(now + 33s), 429, category::rate_limit, true, true,
       33s},
      {"429 own date", faces::anthropic_429_until(now + 93s, now + 60s), 429, category::rate_limit,
       true, true, 33s},
      {"429 limits", faces::anthropic_429_with_limits(16s, now, 63s), 429, category::rate_limit,
       true, true, 16s},
      {"429 ramp", faces::anthropic_429_ramp(5s), 429, category::rate_limit, true, true, 5s},
      {"429 spend", faces::anthropic_429_spend_limit(), 429, category::quota, false, true, nullopt},
      {"429 contract", faces::anthropic_429_contract_limit(), 429, category::quota, false, true,
       nullopt},
      {"429 credits", faces::anthropic_429_credits_required(), 429, category::quota, false, true,
       nullopt},
      {"400 spend", faces::anthropic_400_spend_limit(std::chrono::year(2026) / 12 / 1), 400,
       category::quota, false, true, nullopt},
      {"400 credit", faces::anthropic_400_no_credit(), 400, category::quota, false, true, nullopt},
      {"400", faces::anthropic_400(), 400, category::bad_request, false, false, nullopt},
      {"401", faces::anthropic_401(), 401, category::auth, false, false, nullopt},
      {"402", faces::anthropic_402(), 402, category::quota, false, true, nullopt},
      {"403", faces::anthropic_403(), 403, category::auth, false, false, nullopt},
      {"404", faces::anthropic_404(), 404, category::bad_request, false, false, nullopt},
      {"409", faces::anthropic_409(), 409, category::server, true, false, nullopt},
      {"413", faces::anthropic_413(), 413, category::bad_request, false, false, nullopt},
      {"500", faces::anthropic_500(), 500, category::server, true, true, nullopt},
      {"504", faces::anthropic_504(), 504, category::timeout, true, true, nullopt},
      {"529", faces::anthropic_529(), 529, category::overloaded, true, true, nullopt},
      {"529 s", faces::anthropic_529(7s), 529, category::overloaded, true, true, 7s},
      {"azure 429 text", faces::azure_429(33s), 429, category::rate_limit, true, true, 33s},
      {"azure 429", faces::azure_429(), 429, category::rate_limit, true, true, nullopt},
      {"azure 429 both", faces::azure_429_with_header(33s, 40s), 429, category::rate_limit, true,
       true, 40s},
      {"azure 429 short", faces::azure_429_too_short(), 429, category::rate_limit, true, true, 1s},
      {"azure 429 date", faces::azure_429_until(now + 60s), 429, category::rate_limit, true, true,
       60s},
      {"azure 401", faces::azure_401(), 401, category::auth, false, false, nullopt},
      {"azure 401 role", faces::azure_401_permission_denied(), 401, category::auth, false, false,
       nullopt},
      {"azure 403", faces::azure_403(), 403, category::auth, false, false, nullopt},
      {"azure 404", faces::azure_404(), 404, category::bad_request, false, false, nullopt},
      {"azure 404 api", faces::azure_404_not_supported(), 404, category::bad_request, false, false,
       nullopt},
      {"azure backend", faces::azure_500_backend_authentication(), 500, category::server, true,
       true, nullopt},
      {"azure 503", faces::azure_503(), 503, category::overloaded, true, true, nullopt},
      {"apim 429", faces::apim_429(60s), 429, category::rate_limit, true, true, 60s},
      {"apim 403", faces::apim_403_quota(1h), 403, category::quota, false, true, 1h},
      {"apim 401", faces::apim_401(), 401, category::auth, false, false, nullopt},
      {"html", faces::html(502), 502, category::server, true, true, nullopt},
      {"empty", faces::empty(500), 500, category::server, true, true, nullopt},
  };
  for (const reading& row : table) {
    INFO(row.name);
    CHECK(row.answer.status == row.status);
    const auto direct = read(row.answer);
    CHECK(direct.category == row.kind);
    CHECK(direct.retryable == row.retryable);
    CHECK(direct.failover_worthy == row.failover_worthy);
    CHECK(direct.retry_after == row.wait);
    const auto azure = reroute::azure_foundry_resolver({.route = "direct"})(row.answer, now);
    CHECK(azure.category == direct.category);
    CHECK(azure.retryable == direct.retryable);
    CHECK(azure.retry_after == direct.retry_after);
  }
}
