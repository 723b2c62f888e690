// The fake's quotas: tokens, quotas that change, neighbours, forms in turns, clocks that are wrong.
#include "tests/testing/raw_client.hpp"

using namespace std::chrono_literals;
using namespace tests;
using fakes::refusal_form;

namespace {

// so many tokens by the fake's count
wire_request sized(std::size_t tokens, int max_tokens) {
  wire_request made;
  made.body = R"({"model":"claude","max_tokens":)" + std::to_string(max_tokens) +
              R"(,"messages":[{"role":"user","content":"hello?"}]})";
  made.body.append((tokens - 1) * 4 - made.body.size(), ' ');
  return made;
}

}  // namespace

TEST_CASE("token limits over the wire, with their headers") {
  world w;
  fakes::fake_route_options options;
  options.input_tokens = 10;
  options.input_tokens_burst = 100;
  options.output_tokens = 50;
  options.limit_headers = true;
  options.form = refusal_form::milliseconds;
  options.reply = std::string(36, 'x');  // ten tokens
  const auto route = w.fake.add_route(options);
  const heard first = w.ask(route, sized(80, 30));
  REQUIRE(first.status == 200);
  CHECK(first.body.find(R"("input_tokens":80,"output_tokens":10)") != std::string::npos);
  CHECK(first.field("anthropic-ratelimit-requests-limit") == "-");
  CHECK(first.field("anthropic-ratelimit-input-tokens-limit") == "100");
  CHECK(first.field("anthropic-ratelimit-input-tokens-remaining") == "20");
  CHECK(first.field("anthropic-ratelimit-input-tokens-reset") == "2026-01-01T00:00:08Z");
  CHECK(first.field("anthropic-ratelimit-output-tokens-limit") == "50");
  CHECK(first.field("anthropic-ratelimit-output-tokens-remaining") == "20");
  // ten of the thirty that were reserved are used
  const heard second = w.ask(route, sized(40, 41));
  CHECK(second.status == 429);
  CHECK(second.field("anthropic-ratelimit-output-tokens-remaining") == "40");
  CHECK(second.field("retry-after-ms") == "2000");
  w.time->advance(2s);
  CHECK(w.ask(route, sized(40, 41)).status == 200);
}

TEST_CASE("a quota changes while the route runs, and a neighbour takes his share unseen") {
  world w;
  fakes::fake_route_options options;
  options.rate = 4;
  options.burst = 4;
  options.limit_headers = true;
  options.form = refusal_form::milliseconds;
  auto route = w.fake.add_route(options);
  route.set_quota(0.5);
  const heard halved = w.ask(route);
  CHECK(halved.field("anthropic-ratelimit-requests-limit") == "2");
  CHECK(halved.field("anthropic-ratelimit-requests-remaining") == "1");
  CHECK(w.ask(route).status == 200);
  CHECK(w.ask(route).field("retry-after-ms") == "500");
  route.set_quota(1);
  route.set_neighbour(0.75);
  const heard shared = w.ask(route);
  CHECK(shared.field("anthropic-ratelimit-requests-limit") == "1");
  CHECK(shared.field("retry-after-ms") == "1000");
  route.set_neighbour(0);
  CHECK(w.ask(route).field("retry-after-ms") == "250");
  CHECK_THROWS_AS(route.set_quota(0), std::invalid_argument);
  CHECK_THROWS_AS(route.set_neighbour(1), std::invalid_argument);
}

TEST_CASE("a latency may come from the request") {
  world w;
  fakes::fake_route_options options;
  options.latency = fakes::latency::fixed(1s);
  options.latency_to = [](const std::string& request) {
    return std::chrono::milliseconds(request.size());
  };
  const auto route = w.fake.add_route(options);
  const auto begin = w.time->now();
  CHECK(w.ask(route, sized(100, 16)).status == 200);
  CHECK(w.time->now() - begin == 396ms);
}

TEST_CASE("refusals take their forms in turns, on a clock that is wrong") {
  world w;
  fakes::fake_route_options options;
  options.forms = {refusal_form::seconds, refusal_form::http_date};
  options.skew = 90s;
  auto route = w.fake.add_route(options);
  route.refuse_for(10s);
  for (int turn = 0; turn < 2; ++turn) {
    CHECK(w.ask(route).field("retry-after") == "10");
    const heard date = w.ask(route);
    CHECK(date.field("date") == "Thu, 01 Jan 2026 00:01:30 GMT");
    CHECK(date.field("retry-after") == "Thu, 01 Jan 2026 00:01:40 GMT");
  }
}

TEST_CASE("a date far ahead that is not meant closes no window") {
  world w;
  fakes::fake_route_options options;
  options.form = refusal_form::http_date;
  auto route = w.fake.add_route(options);
  fakes::fault far;
  far.status = 429;
  far.time = 2s;
  far.retry_after = 168h;
  far.honest = false;
  route.inject(far);
  CHECK(w.ask(route).field("retry-after") == "Thu, 08 Jan 2026 00:00:00 GMT");
  w.time->advance(1s);
  CHECK(w.ask(route).status == 429);
  CHECK(route.log().into_closed_window == 0);
  w.time->advance(1s);
  CHECK(w.ask(route).status == 200);
  far.honest = true;
  route.inject(far);
  CHECK(w.ask(route).status == 429);
  w.time->advance(1s);
  CHECK(w.ask(route).status == 429);
  CHECK(route.log().into_closed_window == 1);
}

TEST_CASE("limits of any kind over the wire") {
  world w;
  fakes::fake_route_options options;
  options.limits = {{fakes::limit_kind::sliding, fakes::limit_unit::requests, 2, 10s, 0, {}}};
  options.limit_headers = true;
  const auto route = w.fake.add_route(options);
  CHECK(w.ask(route).field("anthropic-ratelimit-requests-remaining") == "1");
  w.time->advance(4s);
  CHECK(w.ask(route).status == 200);
  CHECK(w.ask(route).field("retry-after") == "6");
  w.time->advance(6s);
  CHECK(w.ask(route).status == 200);
  CHECK(w.ask(route).field("retry-after") == "4");
  options.limits[0].amount = 0;
  CHECK_THROWS_AS(w.fake.add_route(options), std::invalid_argument);
}
