// Resolvers: the whole of the status table, the order of evidence, and bodies nobody should send.
#include <reroute/error/resolver.hpp>

#include "error/known_codes.hpp"
#include "tests/support/catch.hpp"

#include <random>
#include <string>

namespace {

using namespace std::chrono_literals;
using reroute::category;
using reroute::normalized_error;
using reroute::http::headers;

constexpr reroute::http::date now = std::chrono::sys_days(2026y / 6 / 30);

normalized_error read(int status, headers fields = {}, std::string body = {},
                      reroute::resolver_options options = {}) {
  return reroute::anthropic_resolver(std::move(options))(
      {status, std::move(fields), std::move(body)}, now);
}

TEST_CASE("every status there can be has a reading, and an unknown one is nobody's turn") {
  for (int status = -1; status <= 1'000; ++status) {
    const auto error = read(status);
    CAPTURE(status);
    CHECK(error.status == status);
    CHECK(error.category != category::ok);
    CHECK(error.category != category::network);
    if (status < 300 || status > 599) {
      CHECK(error.category == category::server);
      CHECK_FALSE(error.retryable);
      CHECK_FALSE(error.failover_worthy);
    } else if (status >= 500) {
      CHECK(error.retryable == (status != 501));
      CHECK(error.failover_worthy);
    } else {
      CHECK(error.retryable == (status == 408 || status == 409 || status == 429));
      CHECK(error.failover_worthy == (status == 402 || status == 408 || status == 429));
    }
  }
}

TEST_CASE("options widen what is worth another route, and nothing else") {
  reroute::resolver_options auth;
  auth.failover_on_auth = true;
  CHECK(read(401, {}, {}, auth).failover_worthy);
  CHECK(read(403, {}, {}, auth).failover_worthy);
  CHECK_FALSE(read(401, {}, {}, auth).retryable);
  CHECK_FALSE(read(404, {}, {}, auth).failover_worthy);
  reroute::resolver_options missing;
  missing.failover_on_not_found = true;
  CHECK(read(404, {}, {}, missing).failover_worthy);
  CHECK_FALSE(read(401, {}, {}, missing).failover_worthy);
  CHECK_FALSE(read(400, {}, {}, missing).failover_worthy);
}

TEST_CASE("x-should-retry is about waiting only, and nothing but true and false counts") {
  CHECK_FALSE(read(500, {{"x-should-retry", "false"}}).retryable);
  CHECK(read(500, {{"x-should-retry", "false"}}).failover_worthy);
  CHECK(read(400, {{"x-should-retry", "true"}}).retryable);
  CHECK_FALSE(read(400, {{"x-should-retry", "true"}}).failover_worthy);
  CHECK(read(402, {{"x-should-retry", "true"}}).retryable);
  CHECK_FALSE(read(400, {{"x-should-retry", "1"}}).retryable);
  CHECK(read(500, {{"x-should-retry", "0"}}).retryable);
}

TEST_CASE("a known code stands above x-should-retry, and a text hint below any header") {
  const std::string spent =
      R"({"error":{"type":"rate_limit_error","details":{"error_code":"contract_spend_limit_reached"}}})";
  CHECK(read(429, {{"x-should-retry", "true"}}, spent).category == category::quota);
  CHECK_FALSE(read(429, {{"x-should-retry", "true"}}, spent).retryable);
  const auto hinted = read(429, {{"retry-after", "7"}}, R"({"message":"Please wait 33 seconds"})");
  CHECK(hinted.retry_after == 7s);
  const auto zero = read(429, {{"retry-after", "0"}}, R"({"message":"Please wait 33 seconds"})");
  CHECK(zero.retry_after == 33s);
  CHECK(zero.retry_after_source == reroute::http::hint_source::message_text);
}

TEST_CASE("the header's request id stands above the body's") {
  const auto error = read(500, {{"Request-Id", "from_header"}, {"X-Amzn-RequestId", "aws"}},
                          R"({"error":{},"request_id":"from_body"})");
  CHECK(error.request_id == "from_header");
  CHECK(error.gateway_request_id == "aws");
}

TEST_CASE("every known code has its verdict under any status that refuses") {
  for (const char* code :
       {"enforced_spend_limit_reached", "contract_spend_limit_reached", "credits_required",
        "linked_organization_spend_limit_reached", "linked_organization_billing_unavailable",
        "organization_on_hold", "billing_error", "insufficient_quota",
        "ServiceQuotaExceededException"}) {
    for (const int status : {400, 402, 403, 429}) {
      const auto error = read(status, {}, std::string(R"({"error":{"code":")") + code + "\"}}");
      CAPTURE(code, status);
      CHECK(error.category == category::quota);
      CHECK_FALSE(error.retryable);
      CHECK(error.failover_worthy);
      CHECK_FALSE(error.request_scoped);
    }
  }
  CHECK_FALSE(reroute::detail::find_verdict(""));
  CHECK_FALSE(reroute::detail::find_verdict("rate_limit_error"));
}

TEST_CASE("the strangest now there is does no harm") {
  const std::string body = R"({"error":{"details":{"error_code":"enforced_spend_limit_reached"}}})";
  const auto resolver = reroute::azure_foundry_resolver({});
  for (const auto when :
       {reroute::http::date::min(), reroute::http::date::max(), reroute::http::date{}}) {
    CHECK(resolver({429, {}, body}, when).opens_at);
  }
}

TEST_CASE("an error event of a stream is the response that its error has elsewhere") {
  const auto event = [](std::string_view data) { return reroute::error_event_response(data); };
  CHECK(event(R"({"error":{"type":"overloaded_error"}})").status == 529);
  CHECK(event(R"({"type":"error","error":{"type":"rate_limit_error"}})").status == 429);
  CHECK(event(R"({"error":{"code":"content_filter","status":400}})").status == 400);
  CHECK(event(R"({"error":{"code":"too_many_requests"}})").status == 429);
  CHECK(event(R"({"error":{"type":"brand_new"}})").status == 500);
  CHECK(event("nonsense").status == 500);
  const auto full =
      reroute::error_event_response("{}", {{"content-type", "text/plain"}, {"request-id", "r"}});
  CHECK(full.headers.find("content-type") == "text/event-stream");
  CHECK(full.headers.find("request-id") == "r");
  CHECK(full.body == "{}");

  // a refusal in a stream had been admitted: it is the route's, and may say how long
  const auto refused = reroute::anthropic_resolver({.route = "a"})(
      event(R"({"error":{"type":"rate_limit_error","message":"no. Please wait 33 seconds"}})"),
      now);
  CHECK(refused.category == category::rate_limit);
  CHECK_FALSE(refused.request_scoped);
  CHECK(refused.retry_after == 33s);
  CHECK(reroute::resolve_error_event(
            "a", R"({"error":{"type":"rate_limit_error","message":"no. Please wait 33 seconds"}})",
            now) == refused);
}

// Takes a good response apart at random: what must hold holds for rubbish as well.
TEST_CASE("any body whatever resolves, within its bounds") {
  std::mt19937 random(20260630);
  const std::string good =
      R"({"type":"error","error":{"type":"rate_limit_error","message":"Please wait 33 seconds","details":{"error_code":"x"}}})";
  for (int round = 0; round < 3'000; ++round) {
    std::string body = good;
    for (auto n = random() % 8; n > 0; --n) {
      const std::size_t at = random() % body.size();
      switch (random() % 3) {
        case 0:
          body[at] = static_cast<char>(random());
          break;
        case 1:
          body.insert(at, body.substr(random() % body.size(), random() % 20));
          break;
        default:
          body.erase(at, 1 + random() % 4);
      }
    }
    const auto error = read(429, {}, body);
    REQUIRE(error.category != category::ok);
    REQUIRE(error.failover_worthy);
    REQUIRE(error.message.size() <= 1024);
    REQUIRE(error.raw_code.size() <= 128);
    REQUIRE((!error.retry_after || error.retry_after->count() >= 0));
  }
}

}  // namespace
