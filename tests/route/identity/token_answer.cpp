// Readings of token endpoints: lives in every encoding, and errors that give nothing away.
#include "route/identity/token_answer.hpp"

#include <reroute/error/errc.hpp>

#include "tests/route/identity/data.hpp"

#include <chrono>

using Catch::Matchers::Contains;
using namespace reroute;
using namespace std::chrono_literals;
using detail::read_token_answer;
using detail::token_endpoint;
using detail::token_reading;
using detail::token_result;

namespace {

// Thu, 01 Jan 2026 00:00:00 GMT
const std::chrono::system_clock::time_point now{
    std::chrono::sys_days{std::chrono::year(2026) / 1 / 1}};

token_result read(const http::response& said, token_endpoint from = token_endpoint::entra) {
  token_reading how;
  how.from = from;
  how.who = "Entra ID";
  how.now = now;
  if (from == token_endpoint::anthropic)
    how.cure = "check that the federation rule fits, and if the rule covers several";
  how.secrets = {canary, canary_token};
  return read_token_answer(said, how);
}

// the life that this answer gives; -1: none
std::chrono::seconds life(const std::string& members, token_endpoint from,
                          std::initializer_list<http::headers::field> headers = {}) {
  const token_result got =
      read(answered(200, R"({"access_token":"t")" + (members.empty() ? "" : "," + members) + "}",
                    headers),
           from);
  if (got.error) {
    CHECK(got.error == errc::malformed_answer);
    CHECK(got.retryable);
    return -1s;
  }
  CHECK(got.token.secret() == "t");
  return std::chrono::duration_cast<std::chrono::seconds>(*got.token.expires_at() - now);
}

}  // namespace

TEST_CASE("a life may be a number, or text, or an end in seconds or as an ISO date") {
  constexpr auto entra = token_endpoint::entra;
  constexpr auto machine = token_endpoint::managed_identity;
  constexpr auto anthropic = token_endpoint::anthropic;
  CHECK(life(R"("expires_in":3599,"ext_expires_in":9999,"token_type":"Bearer")", entra) == 3599s);
  CHECK(life(R"("expires_in":"3599","token_type":"bearer")", entra) == 3599s);
  CHECK(life(R"("expires_in":" 3599 ")", entra) == 3599s);
  CHECK(life(R"("expires_in":3599.9)", anthropic) == 3599s);
  CHECK(life(R"("expires_in":99999999999999999999)", anthropic) == 10 * 365 * 24h);
  CHECK(life(R"("expires_in":1e40)", anthropic) == 10 * 365 * 24h);
  // IMDS: strings throughout; the life of a token from its cache is the one of its youth
  CHECK(life(R"("expires_in":"3599","expires_on":"1767226600")", machine) == 1000s);
  CHECK(life(R"("expires_in":"100","expires_on":"1767226600")", machine) == 100s);
  CHECK(life(R"("expires_on":1767229200)", machine) == 3600s);
  CHECK(life(R"("expires_on":"2026-01-01T01:00:00Z")", machine) == 3600s);
  CHECK(life(R"("expires_on":"2026-01-01T02:00:00+01:00")", machine) == 3600s);
  CHECK(life(R"("expires_on":"1767225000")", machine) == 0s);
  // the server's own date decides, not a wrong clock here
  CHECK(life(R"("expires_on":"1767229200")", machine,
             {{"date", "Wed, 31 Dec 2025 23:00:00 GMT"}}) == 7200s);
  CHECK(life("", entra) == -1s);
  CHECK(life(R"("expires_in":"soon")", entra) == -1s);
  CHECK(life(R"("expires_on":"1767229200")", entra) == -1s);
  CHECK(life(R"("expires_on":"01/02/2026 00:00:00 +00:00")", machine) == -1s);
  CHECK(life(R"("expires_in":null)", anthropic) == -1s);
  CHECK(life(R"("expires_in":60,"token_type":"pop")", entra) == -1s);
}

TEST_CASE(
    "a token that has ended before it came is none, if no local clock can be wrong about it") {
  const auto ended = [](const std::string& members, token_endpoint from,
                        std::initializer_list<http::headers::field> headers = {}) {
    const token_result got =
        read(answered(200, R"({"access_token":"t",)" + members + "}", headers), from);
    CHECK(got.error == errc::malformed_answer);
    CHECK(got.retryable);
    CHECK(got.token.secret().empty());
    return got.detail;
  };
  for (const auto from :
       {token_endpoint::entra, token_endpoint::anthropic, token_endpoint::managed_identity})
    for (const std::string life :
         {"0", "-5", "\"-1\"", "-9223372036854775808", "-99999999999999999999", "0.9"})
      CHECK_THAT(ended("\"expires_in\":" + life, from), Contains("has already ended"));
  for (const std::string end : {"1767225600", "0", "-1", "\"1970-01-01T00:00:00Z\"", "-9300000000"})
    CHECK_THAT(ended("\"expires_in\":\"3599\",\"expires_on\":" + end,
                     token_endpoint::managed_identity, {{"date", "Thu, 01 Jan 2026 00:00:00 GMT"}}),
               Contains("has already ended"));
  // without a date of the service it may be the clock here that is wrong
  CHECK(life(R"("expires_on":"1767225000")", token_endpoint::managed_identity) == 0s);
}

TEST_CASE("a source's wish to be asked early is kept") {
  const auto wish = [](const std::string& members, token_endpoint from) {
    const token_result got = read(answered(200, R"({"access_token":"t",)" + members + "}"), from);
    return got.token.refresh_at() ? *got.token.refresh_at() - now : -1ns;
  };
  CHECK(wish(R"("expires_in":86399,"refresh_in":43199)", token_endpoint::entra) == 43199s);
  CHECK(wish(R"("expires_in":86399)", token_endpoint::entra) == -1ns);
  for (const std::string none : {"0", "-1", "-99999999999999999999", "\"soon\""})
    CHECK(wish(R"("expires_in":86399,"refresh_in":)" + none, token_endpoint::entra) == -1ns);
  CHECK(wish(R"("expires_in":"86400")", token_endpoint::managed_identity) == 43200s);
  CHECK(wish(R"("expires_in":"7200")", token_endpoint::managed_identity) == -1ns);
}

TEST_CASE("a 200 that holds no token is a failure that may pass") {
  for (const std::string body :
       {"", "no", "[]", "{}", R"({"access_token":"","expires_in":60})",
        R"({"access_token":7,"expires_in":60})", R"({"access_token":"a b","expires_in":60})",
        R"({"access_token":"CANARY-secret-7f3\n","expires_in":60})"}) {
    const token_result got = read(answered(200, body));
    CHECK(got.error == errc::malformed_answer);
    CHECK(got.retryable);
    CHECK_THAT(got.detail, Contains("Entra ID answered 200, but") && !Contains("CANARY"));
  }
}

TEST_CASE("each error of the tables has its code, and says whether it may pass") {
  struct expected {
    int status;
    std::string body;
    errc code;
    bool retryable;
    std::string says;
  };
  const auto check = [](token_endpoint from, const expected& row) {
    CAPTURE(row.status, row.body);
    const token_result got = read(answered(row.status, row.body), from);
    CHECK(got.error == row.code);
    CHECK(got.retryable == row.retryable);
    CHECK_THAT(got.detail,
               Contains("answered " + std::to_string(row.status)) && Contains(row.says));
    CHECK_THAT(got.detail, !Contains("CANARY"));
  };
  constexpr auto entra = token_endpoint::entra;
  for (
      const expected& row : {
          expected{
              401,
              R"({"error":"invalid_client","error_description":"AADSTS7000215: Invalid client secret provided CANARY-secret-7f3.","error_codes":[7000215],"client_secret":"CANARY-secret-7f3"})",
              errc::unauthorized, false, "invalid_client: AADSTS7000215: Invalid client secret"},
          expected{401,
                   R"({"error":"invalid_client","error_description":"AADSTS7000222: expired"})",
                   errc::unauthorized, false, "AADSTS7000222"},
          expected{
              400,
              R"({"error":"unauthorized_client","error_description":"AADSTS700016: not found"})",
              errc::credential_failed, false, "AADSTS700016"},
          expected{
              400,
              R"({"error":"invalid_request","error_description":"AADSTS70025: none configured"})",
              errc::credential_failed, false, "AADSTS70025"},
          expected{400, R"({"error":"invalid_scope"})", errc::credential_failed, false,
                   "invalid_scope"},
          expected{404, "", errc::rejected, false, "no JSON"},
          expected{410, "{}", errc::rejected, false, ""},
          expected{408, "{}", errc::provider_timeout, true, ""},
          expected{429, "{}", errc::rate_limited, true, ""},
          expected{500, "<html>CANARY-secret-7f3</html>", errc::server_error, true, "no JSON"},
          expected{501, "{}", errc::server_error, false, ""},
          expected{503, "{}", errc::overloaded, true, ""},
          expected{504, "{}", errc::provider_timeout, true, ""},
          expected{302, "{}", errc::rejected, false, "a redirect, which is not followed"},
          expected{307, "{}", errc::rejected, false, "a redirect, which is not followed"},
      })
    check(entra, row);
  constexpr auto machine = token_endpoint::managed_identity;
  for (
      const expected& row : {
          expected{400, R"({"error":"invalid_request","error_description":"Identity not found"})",
                   errc::credential_failed, false, "invalid_request: Identity not found"},
          expected{
              400,
              R"({"error":"bad_request_102","error_description":"Required metadata header not specified"})",
              errc::credential_failed, false, "bad_request_102"},
          expected{401, R"({"error":"unknown_source"})", errc::unauthorized, false,
                   "unknown_source"},
          expected{401, R"({"error":"unauthorized_client"})", errc::unauthorized, false, ""},
          expected{404, R"({"error":"not_found"})", errc::rejected, true, "not_found"},
          expected{410, "", errc::rejected, true, ""},
          expected{429, R"({"error":"throttled"})", errc::rate_limited, true, ""},
          expected{500, R"({"error":"unknown"})", errc::server_error, true, ""},
          expected{400, R"({"statusCode":400,"message":"No MSI found","correlationId":"x"})",
                   errc::credential_failed, false, "No MSI found"},
          expected{400, R"({"error":{"code":"invalid_scope","message":"The scope is not valid"}})",
                   errc::credential_failed, false, "invalid_scope: The scope is not valid"},
      })
    check(machine, row);
  constexpr auto anthropic = token_endpoint::anthropic;
  for (
      const expected& row : {
          expected{
              400,
              R"({"error":"invalid_grant","error_description":"no","assertion":"CANARY.assertion.Zm9v"})",
              errc::credential_failed, false, "invalid_grant: no; check that the federation rule"},
          expected{400, R"({"error":"workspace_id_required","error_uri":"https://docs"})",
                   errc::credential_failed, false, "workspace_id_required (https://docs)"},
          expected{401,
                   R"({"error":"invalid_client","error_description":"x CANARY.assertion.Zm9v"})",
                   errc::unauthorized, false, "check that the federation rule"},
          expected{529, "{}", errc::overloaded, true, ""},
      })
    check(anthropic, row);
}

TEST_CASE("foreign words are cut and cleaned, and our own stand beside them whole") {
  std::string chatter(200, 'x');
  for (int i = 0; i < 300; ++i)
    chatter += " and";
  const token_result got =
      read(answered(400, R"({"error":"invalid_grant","error_description":")" + chatter + "\"}"),
           token_endpoint::anthropic);
  CHECK_THAT(got.detail, Contains("invalid_grant: [hidden] and") &&
                             Contains("check that the fed") &&
                             Contains("if the rule covers several"));
  CHECK(got.detail.size() < 600);
}

TEST_CASE("a token endpoint may ask to be left alone, and gives its id") {
  CHECK(read(answered(429, "{}", {{"retry-after", "17"}})).rest == 17s);
  CHECK(read(answered(503, "{}", {{"retry-after", "Thu, 01 Jan 2026 00:00:30 GMT"}})).rest == 30s);
  CHECK(read(answered(503, "{}")).rest == 0s);
  CHECK_THAT(read(answered(500, "{}", {{"request-id", "req_011CSHoEeqs5C35K2UUqR7"}}),
                  token_endpoint::anthropic)
                 .detail,
             Contains("[req_011CSHoEeqs5C35K2UUqR7]"));
  CHECK_THAT(
      read(answered(500, "{}", {{"request-id", "CANARY-secret-7f3"}}), token_endpoint::anthropic)
          .detail,
      !Contains("CANARY"));
}
