// What a simulated route says: the forms of its refusals, and its headers.
#include "testing/limit_rules.hpp"
#include "testing/simulated_answers.hpp"
#include "tests/support/catch.hpp"
#include "tests/testing/storms.hpp"

using namespace std::chrono_literals;
using namespace reroute::testing;

namespace {

struct speaker {
  [[nodiscard]] simulated_voice voice() const { return {what.routes[0], limits, wall}; }
  [[nodiscard]] announced refuse(std::size_t turn, storm_time wait = 1200ms) const {
    return limit_refusal(voice(), limits.all()[0].rule(), wait, turn);
  }
  [[nodiscard]] reroute::http::response answer() const {
    return simulated_answer(voice(), scenario_mix());
  }

  scenario what = [] {
    scenario made = tests::storm({tests::bucket("a", 40)});
    made.routes[0].forms = {refusal_form::seconds, refusal_form::http_date,
                            refusal_form::milliseconds, refusal_form::text_only,
                            refusal_form::none};
    made.routes[0].limit_headers = true;
    return made;
  }();
  limiter limits{rules_of(what.routes[0])};
  std::chrono::system_clock::time_point wall =
      std::chrono::sys_days(std::chrono::year(2026) / 1 / 1) + 500ms;
};

std::string field(const reroute::http::response& of, std::string_view name) {
  const auto found = of.headers.find(name);
  return found ? std::string(*found) : "none";
}

}  // namespace

TEST_CASE("a simulated route refuses in its forms, in turns, never saying less than the truth") {
  const speaker at;
  CHECK(at.refuse(0).answer.status == 429);
  CHECK(field(at.refuse(0).answer, "retry-after") == "2");
  CHECK(field(at.refuse(1).answer, "retry-after") == "Thu, 01 Jan 2026 00:00:02 GMT");
  CHECK(at.refuse(1).wait == 1500ms);
  CHECK(field(at.refuse(2).answer, "retry-after-ms") == "1200");
  CHECK(field(at.refuse(3).answer, "retry-after") == "none");
  CHECK(at.refuse(3).answer.body.find("wait 2 seconds") != std::string::npos);
  CHECK(at.refuse(4).wait == 0s);
  CHECK(field(at.refuse(4).answer, "retry-after") == "none");
  CHECK(at.refuse(5).wait == 2s);
}

TEST_CASE("a simulated route tells the date and the state of its limits") {
  speaker at;
  for (int i = 0; i < 30; ++i)
    (void)at.limits.take({});
  const auto said = at.answer();
  CHECK(said.status == 200);
  CHECK(field(said, "date") == "Thu, 01 Jan 2026 00:00:00 GMT");
  CHECK(field(said, "anthropic-ratelimit-requests-limit") == "40");
  CHECK(field(said, "anthropic-ratelimit-requests-remaining") == "10");
  // 30 of 40 per second are missing: 0.75 s from half past, rounded up
  CHECK(field(said, "anthropic-ratelimit-requests-reset") == "2026-01-01T00:00:02Z");
  CHECK(field(said, "anthropic-ratelimit-input-tokens-limit") == "none");
}

TEST_CASE("a simulated route may ask for more or less than the truth") {
  speaker at;
  at.what.routes[0].forms = {refusal_form::milliseconds};
  at.what.routes[0].hint_scale = 0.5;
  at.what.routes[0].hint_plus = 100ms;
  CHECK(field(at.refuse(0).answer, "retry-after-ms") == "700");
  at.what.routes[0].hint_always = 5s;
  CHECK(field(at.refuse(0).answer, "retry-after-ms") == "5000");
}

TEST_CASE("a simulated route names its limit, another one, or says words of its own") {
  speaker at;
  scenario_route& route = at.what.routes[0];
  const auto says = [&](std::string_view text) {
    return at.refuse(0).answer.body.find(text) != std::string::npos;
  };
  CHECK(says("your organization's rate limit.\""));
  route.sentence = 1;
  CHECK(says("rate limit of 2,400 requests per minute."));
  route.sentence = 4;
  CHECK(says("rate limit of 9,600 requests per minute."));
  route.face = face::azure;
  route.sentence_per = 60s;
  CHECK(says("Rate limit of 9600 per 60s exceeded for UserByModelByMinuteRequests."));
  route.words = "Not so fast.";
  CHECK(says("Not so fast."));
  CHECK_FALSE(says("Rate limit"));
}

TEST_CASE("a simulated route's events refuse in their own words") {
  speaker at;
  scenario_event bad;
  bad.hint = 3s;
  const auto said = event_refusal(at.voice(), bad, 0).answer;
  CHECK(said.status == 529);
  CHECK(field(said, "retry-after") == "3");
  CHECK(field(said, "anthropic-ratelimit-requests-limit") == "40");
  bad.bare = true;
  CHECK(field(event_refusal(at.voice(), bad, 0).answer, "anthropic-ratelimit-requests-limit") ==
        "none");
}

TEST_CASE("a simulated route tells tokens in whole thousands, and nothing of what is at once") {
  speaker at;
  at.what.routes[0].headers_rounded = true;
  at.limits = limiter({{limit_kind::bucket, limit_unit::input_tokens, 40000, 60s, 0, {}},
                       {limit_kind::at_once, limit_unit::requests, 3, 60s, 0, {}}});
  (void)at.limits.take({1600, 0});
  const auto said = at.answer();
  CHECK(field(said, "anthropic-ratelimit-input-tokens-remaining") == "38000");
  CHECK(field(said, "anthropic-ratelimit-requests-limit") == "none");
}
