// Token counts and messages: each has a limit of its own, and what one hears the other does not.
#include "tests/client/rig.hpp"
#include "tests/support/catch.hpp"

#include <sstream>

using namespace std::chrono_literals;
using tests::answer;
using tests::refusal;
using tests::rig;
using tests::says;

namespace {

bool is_count(const reroute::http::request& request) {
  return request.url.text().ends_with("count_tokens");
}

// one line to counts, another to messages
tests::director apart(tests::line to_counts, tests::line to_messages) {
  return [=](const reroute::http::request& request, std::size_t) {
    return is_count(request) ? to_counts : to_messages;
  };
}

tests::line counted() { return says(200, R"({"input_tokens":42})"); }

tests::line empty_bucket(tests::line said) {
  said.headers.add("anthropic-ratelimit-requests-limit", "10");
  said.headers.add("anthropic-ratelimit-requests-remaining", "0");
  said.headers.add("anthropic-ratelimit-requests-reset", "2026-01-01T00:01:00Z");
  said.headers.add("anthropic-ratelimit-input-tokens-limit", "1000");
  said.headers.add("anthropic-ratelimit-input-tokens-remaining", "0");
  said.headers.add("anthropic-ratelimit-input-tokens-reset", "2026-01-01T00:01:00Z");
  return said;
}

// one count, run to its end
reroute::outcome count(rig& r) {
  reroute::outcome result;
  r.claude->async_count_tokens(
      rig::question(), [&](std::error_code, reroute::outcome got) { result = std::move(got); });
  r.time->run(r.io);
  return result;
}

void with_stated_limits(rig& r, reroute::quota limits) {
  reroute::client_options options;
  options.routes = {
      reroute::anthropic({.api_key = "canary-key-a", .transport = r.a, .limits = limits})};
  options.time = r.time;
  options.seed = 1;
  r.claude.emplace(r.io, std::move(options));
}

}  // namespace

TEST_CASE("a refused count does not hold up messages") {
  rig r(apart(refusal(25), answer("a")), apart(counted(), answer("b")));
  CHECK(count(r).tokens->input_tokens == 42);
  CHECK(r.run().result.route() == "anthropic");
  CHECK(count(r).attempts.size() == 1);  // its own gate is still closed
}

TEST_CASE("a refused message does not hold up counts") {
  rig r(apart(counted(), refusal(25)));
  CHECK(r.run().result.route() == "azure");
  CHECK(count(r).route() == "anthropic");
}

TEST_CASE("headers of a count say nothing about messages, nor the other way round") {
  for (const bool counts_first : {true, false}) {
    rig r(apart(counts_first ? empty_bucket(counted()) : counted(),
                counts_first ? answer("a") : empty_bucket(answer("a"))));
    if (counts_first) {
      CHECK(count(r).route() == "anthropic");
      CHECK(r.run().result.route() == "anthropic");
    } else {
      CHECK(r.run().result.route() == "anthropic");
      CHECK(count(r).route() == "anthropic");
    }
    CHECK(r.elapsed() < 1s);
  }
}

TEST_CASE("stated limits are those of messages: counts neither take of them nor wait for them") {
  rig r(apart(counted(), answer("a")));
  with_stated_limits(r, {.requests_per_minute = 60,
                         .burst = 2,
                         .input_tokens_per_minute = 60,
                         .output_tokens_per_minute = 60});
  for (int i = 0; i < 10; ++i)
    CHECK(count(r).answered());
  CHECK(r.run().result.answered());
  CHECK(r.elapsed() < 1s);
  r.run();
  r.run();  // now the limit of messages is used up
  const auto before = r.time->now();
  CHECK(count(r).answered());
  CHECK(r.time->now() - before < 1s);
}

TEST_CASE("a gate says of which operation it is") {
  rig r(apart(counted(), answer("a")));
  r.run();
  count(r);
  const auto all = r.claude->routes();
  REQUIRE(all.size() == 2);
  std::vector<std::string> lines;
  for (const reroute::gate_status& each : all) {
    CHECK(each.model == "claude");
    std::ostringstream text;
    text << each;
    lines.push_back(each.operation + " | " + text.str());
  }
  CHECK(lines[0].find("create | anthropic claude: open") == 0);
  CHECK(lines[1].find("count_tokens | anthropic claude count_tokens: open") == 0);
}
