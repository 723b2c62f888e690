// The fake's refusals: every form, byte by byte, on both faces; buckets and windows over the wire.
#include "testing/fake_answers.hpp"
#include "tests/testing/raw_client.hpp"

using namespace std::chrono_literals;
using namespace tests;
using fakes::face;
using fakes::refusal_form;

namespace {

// 2026-01-01 00:00:00.250: a date must be rounded up from where the clock really stands
constexpr auto now = fakes::manual_clock::default_wall + 250ms;

fakes::announced refusal(face wearing, refusal_form form, std::chrono::nanoseconds wait,
                         int status = 429) {
  return fakes::refusal_answer(wearing, form, status, wait, now, "req_1");
}

std::string field(const fakes::announced& said, std::string_view name) {
  return std::string(said.answer.headers.find(name).value_or("-"));
}

}  // namespace

TEST_CASE("anthropic's refusals, byte by byte") {
  const std::string plain =
      R"({"type":"error","error":{"type":"rate_limit_error","message":"This request would exceed )"
      R"(your organization's rate limit."},"request_id":"req_1"})";
  const auto seconds = refusal(face::anthropic, refusal_form::seconds, 1001ms);
  CHECK(field(seconds, "retry-after") == "2");
  CHECK(field(seconds, "retry-after-ms") == "-");
  CHECK(seconds.answer.body == plain);
  CHECK(seconds.wait == 2s);

  const auto date = refusal(face::anthropic, refusal_form::http_date, 2s);
  CHECK(field(date, "retry-after") == "Thu, 01 Jan 2026 00:00:03 GMT");
  CHECK(date.answer.body == plain);
  CHECK(date.wait == 2750ms);

  const auto exact = refusal(face::anthropic, refusal_form::milliseconds, 1500001us);
  CHECK(field(exact, "retry-after-ms") == "1501");
  CHECK(field(exact, "retry-after") == "-");
  CHECK(exact.wait == 1501ms);

  const auto text = refusal(face::anthropic, refusal_form::text_only, 32500ms);
  CHECK(field(text, "retry-after") == "-");
  CHECK(
      text.answer.body ==
      R"({"type":"error","error":{"type":"rate_limit_error","message":"This request would exceed )"
      R"(your organization's rate limit. Please wait 33 seconds before retrying."},)"
      R"("request_id":"req_1"})");
  CHECK(text.wait == 33s);

  const auto silent = refusal(face::anthropic, refusal_form::none, 5s);
  CHECK(field(silent, "retry-after") == "-");
  CHECK(silent.answer.body == plain);
  CHECK(silent.wait == 0s);

  CHECK(refusal(face::anthropic, refusal_form::none, 0s, 529).answer.body ==
        R"({"type":"error","error":{"type":"overloaded_error","message":"Overloaded"},)"
        R"("request_id":"req_1"})");
}

TEST_CASE("azure's refusals, byte by byte") {
  const auto text = refusal(face::azure, refusal_form::text_only, 33s);
  CHECK(field(text, "retry-after") == "-");
  CHECK(text.answer.body ==
        R"({"error":{"code":"RateLimitReached","message":"Rate limit is exceeded. Please wait 33 )"
        R"(seconds before retrying.","details":"Rate limit is exceeded. Please wait 33 seconds )"
        R"(before retrying."}})");
  const auto date = refusal(face::azure, refusal_form::http_date, 750ms);
  CHECK(field(date, "retry-after") == "Thu, 01 Jan 2026 00:00:01 GMT");
  CHECK(date.wait == 750ms);
  CHECK(date.answer.body.find("Please wait") == std::string::npos);
  const auto busy = refusal(face::azure, refusal_form::seconds, 3s, 503);
  CHECK(field(busy, "retry-after") == "3");
  CHECK(field(busy, "content-type") == "text/plain");
  CHECK(busy.answer.body == "The service is temporarily unavailable.");
}

TEST_CASE("on the wire a refusal is a response like any other") {
  CHECK(fakes::to_bytes(refusal(face::anthropic, refusal_form::seconds, 1s, 529).answer, true) ==
        "HTTP/1.1 529 Fake Error\r\ncontent-type: application/json\r\nretry-after: 1\r\n"
        "content-length: 96\r\nconnection: close\r\n\r\n"
        R"({"type":"error","error":{"type":"overloaded_error","message":"Overloaded"},)"
        R"("request_id":"req_1"})");
  world w;
  auto route = w.fake.add_route();
  route.refuse_for(2500ms);
  const heard got = w.ask(route);
  CHECK(got.status == 429);
  CHECK(got.field("retry-after") == "3");
  CHECK(got.field("date") == "Thu, 01 Jan 2026 00:00:00 GMT");
  w.time->advance(2499ms);
  CHECK(w.ask(route).field("retry-after") == "1");
  w.time->advance(1ms);
  CHECK(w.ask(route).status == 200);
}

TEST_CASE("a token bucket over the wire: the burst, then the rate") {
  world w;
  fakes::fake_route_options options;
  options.rate = 2;
  options.burst = 3;
  options.form = refusal_form::milliseconds;
  options.limit_headers = true;
  const auto route = w.fake.add_route(options);
  const heard first = w.ask(route);
  CHECK(first.status == 200);
  CHECK(first.field("anthropic-ratelimit-requests-limit") == "3");
  CHECK(first.field("anthropic-ratelimit-requests-remaining") == "2");
  CHECK(first.field("anthropic-ratelimit-requests-reset") == "2026-01-01T00:00:01Z");
  CHECK(w.ask(route).status == 200);
  CHECK(w.ask(route).status == 200);
  const heard refused = w.ask(route);
  CHECK(refused.status == 429);
  CHECK(refused.field("retry-after-ms") == "500");
  CHECK(refused.field("anthropic-ratelimit-requests-remaining") == "0");
  CHECK(refused.field("anthropic-ratelimit-requests-reset") == "2026-01-01T00:00:02Z");
  w.time->advance(500ms);
  CHECK(w.ask(route).status == 200);
  CHECK(w.ask(route).status == 429);
}

TEST_CASE("a window over the wire: its number, and nothing until it ends") {
  world w;
  fakes::fake_route_options options;
  options.window_requests = 2;
  options.window = 5s;
  const auto route = w.fake.add_route(options);
  CHECK(w.ask(route).status == 200);
  w.time->advance(1s);
  CHECK(w.ask(route).status == 200);
  CHECK(w.ask(route).field("retry-after") == "4");
  w.time->advance(4s);
  CHECK(w.ask(route).status == 200);
}

TEST_CASE("requests that are wrong use nothing up") {
  world w;
  fakes::fake_route_options options;
  options.rate = 1;
  const auto route = w.fake.add_route(options);
  wire_request wrong;
  wrong.body = "{}";
  for (int i = 0; i < 3; ++i)
    CHECK(w.ask(route, wrong).status == 400);
  CHECK(w.ask(route).status == 200);
}

TEST_CASE("latency passes in virtual time, and refusals come at once") {
  world w;
  fakes::fake_route_options options;
  options.latency = fakes::latency::fixed(7s);
  auto route = w.fake.add_route(options);
  const auto start = w.time->now();
  CHECK(w.ask(route).status == 200);
  CHECK(w.time->now() - start == 7s);
  route.refuse_for(1s);
  CHECK(w.ask(route).status == 429);
  CHECK(w.time->now() - start == 7s);
}

TEST_CASE("what cannot be is refused by name") {
  world w;
  const auto wrong = [&](auto change, const char* name) {
    fakes::fake_route_options options;
    change(options);
    try {
      (void)w.fake.add_route(options);
      FAIL("accepted: " << name);
    } catch (const std::invalid_argument& failed) {
      CHECK(std::string(failed.what()).find(name) != std::string::npos);
    }
  };
  wrong([](auto& options) { options.rate = -1; }, "rate");
  wrong([](auto& options) { options.burst = 0.5; }, "burst");
  wrong([](auto& options) { options.window = 0ms; }, "window");
  wrong([](auto& options) { options.max_body = 65U << 20; }, "max_body");
  auto route = w.fake.add_route();
  CHECK_THROWS_AS(route.inject({.time = -1s}), std::invalid_argument);
  CHECK_THROWS_AS(route.inject({.share = 1.5}), std::invalid_argument);
  CHECK_THROWS_AS(route.inject({.kind = fakes::fault_kind::slow_drip, .bytes = 0}),
                  std::invalid_argument);
}
