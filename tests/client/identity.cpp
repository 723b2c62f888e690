// Calls over a route whose tokens end, fail or are refused: one exchange for all, failover, and back.
#include <reroute/reroute.hpp>
#include <reroute/testing/manual_clock.hpp>

#include "tests/support/catch.hpp"
#include "tests/support/stage.hpp"

#include <asio/bind_cancellation_slot.hpp>
#include <asio/cancellation_signal.hpp>
#include <asio/io_context.hpp>

#include <algorithm>
#include <map>
#include <memory>
#include <optional>
#include <string>

using namespace std::chrono_literals;
using reroute::category;
using reroute::errc;
using tests::answer;
using tests::director;
using tests::says;
using tests::stage;

namespace {

tests::line token(const std::string& secret, int life = 3600) {
  return says(200, R"({"token_type":"Bearer","expires_in":)" + std::to_string(life) +
                       R"(,"access_token":")" + secret + "\"}");
}

// an application that logs in at `login`
reroute::entra::application_options app_at(std::shared_ptr<stage> login) {
  reroute::entra::application_options app;
  app.tenant_id = "tenant";
  app.client_id = "client";
  app.transport = std::move(login);
  return app;
}

// azure first, by Entra's tokens from `login`; then, if wanted, anthropic by a key
struct rig {
  explicit rig(director tokens, bool second_route = true, director azure = {})
      : login(std::make_shared<stage>(time, std::move(tokens))),
        a(std::make_shared<stage>(time, azure ? std::move(azure) : tests::always(answer("a")))),
        b(std::make_shared<stage>(time, tests::always(answer("b")))) {
    time->set_grace(0ms);
    reroute::client_options options;
    options.routes = {reroute::azure_foundry(
        {.resource = "contoso",
         .credential = reroute::entra::client_secret(app_at(login), "CANARY"),
         .transport = a})};
    if (second_route)
      options.routes.push_back(reroute::anthropic({.api_key = "CANARY-key", .transport = b}));
    options.time = time;
    options.seed = 1;
    claude.emplace(io, std::move(options));
  }
  void call(asio::cancellation_slot slot = {}) {
    auto question = reroute::message_request("claude").max_tokens(16).user("hello?");
    auto done = [this](std::error_code code, reroute::outcome result) {
      ++ended;
      if (code) {
        ++failed;
      } else {
        ++by_route[std::string(result.route())];
      }
      last = std::move(result);
    };
    claude->async_create(question, {}, asio::bind_cancellation_slot(slot, std::move(done)));
  }
  void calls(int count) {
    for (int i = 0; i < count; ++i)
      call();
    time->run_until(
        io, [&, until = ended + count] { return ended >= until; }, 1h);
  }
  reroute::outcome one() {
    calls(1);
    return last;
  }

  asio::io_context io;
  std::shared_ptr<reroute::testing::manual_clock> time =
      std::make_shared<reroute::testing::manual_clock>();
  std::shared_ptr<stage> login, a, b;
  std::optional<reroute::client> claude;
  int ended = 0, failed = 0;
  std::map<std::string, int> by_route;
  reroute::outcome last;
};

}  // namespace

TEST_CASE("10,000 calls that start with an expired token are one exchange") {
  rig r(
      [](const auto&, std::size_t number) {
        tests::line slow = token("token-" + std::to_string(number), 600);
        slow.head_after = 2s;
        return slow;
      },
      false);
  REQUIRE(r.one().answered());
  CHECK(r.login->requests.size() == 1);
  r.time->advance(700s);
  r.calls(10'000);
  CHECK(r.failed == 0);
  CHECK(r.ended == 10'001);
  CHECK(r.login->requests.size() == 2);
  for (std::size_t i = 1; i < r.a->requests.size(); ++i)
    REQUIRE(r.a->requests[i].request.headers.find("authorization") == "Bearer token-1");
}

TEST_CASE(
    "a token endpoint that fails for 10 s is tried a handful of times; calls go elsewhere, then "
    "back") {
  bool healed = false;
  rig r([&healed](const auto&, std::size_t) {
    return healed ? token("fresh-token") : says(503, R"({"error":"temporarily_unavailable"})");
  });
  for (int tenths = 0; tenths < 100; ++tenths) {
    const reroute::time_point asked = r.time->now();
    r.calls(20);
    REQUIRE(r.failed == 0);
    REQUIRE(r.time->now() - asked < 200ms);  // at once: nobody waits for the endpoint
    r.time->advance(100ms);
    r.time->run(r.io, 0s);
  }
  CHECK(r.login->requests.size() <= 5);
  CHECK(r.by_route["azure"] == 0);
  CHECK(r.by_route["anthropic"] == 2000);
  healed = true;
  r.time->advance(30s);
  r.calls(1);  // finds the route healthy
  r.by_route.clear();
  r.calls(100);
  CHECK(r.by_route["azure"] > 50);  // as many as its young gate admits at once
  CHECK(r.login->requests.size() <= 6);
}

TEST_CASE("a token endpoint that is silent holds up one call for two seconds, and no other") {
  bool healed = false;
  rig r([&healed](const auto&, std::size_t) { return healed ? token("fresh") : tests::silence(); });
  reroute::duration longest{0};
  int held_up = 0;
  for (int seconds = 0; seconds < 100; ++seconds) {
    const reroute::time_point asked = r.time->now();
    r.calls(1);
    longest = std::max(longest, r.time->now() - asked);
    held_up += r.time->now() - asked > 100ms;
    r.time->advance(1s);
    r.time->run(r.io, 0s);
  }
  CHECK(r.failed == 0);
  CHECK(r.by_route["azure"] == 0);
  CHECK(longest < 2100ms);
  CHECK(held_up <= 5);  // one for each exchange, of 20 s
  CHECK(r.login->requests.size() <= 5);
  healed = true;
  for (int seconds = 0; seconds < 60; ++seconds) {
    r.time->advance(1s);
    r.time->run(r.io, 0s);
  }
  r.calls(1);  // finds the route healthy
  r.by_route.clear();
  r.calls(100);
  CHECK(r.by_route["azure"] > 50);
}

TEST_CASE("a token endpoint that fails is a failed attempt, with its cause, worth another route") {
  rig r(tests::always(
            says(401, R"({"error":"invalid_client","error_description":"AADSTS7000215: CANARY"})")),
        false);
  const reroute::outcome end = r.one();
  CHECK(end.error.category == category::auth);
  CHECK(end.error.cause == errc::unauthorized);
  CHECK_FALSE(end.error.retryable);
  CHECK(end.error.failover_worthy);
  CHECK(end.error.status == 0);
  CHECK(end.attempts.size() == 1);
  CHECK(end.error.message.find("invalid_client") != std::string::npos);
  rig passing(tests::first(2, says(503, "{}"), token("token-0")), false);
  CHECK(passing.one().answered());  // alone, the call waits for the endpoint
}

TEST_CASE("a 401 forces one refresh for all, and a second 401 is final") {
  rig r([](const auto&, std::size_t number) { return token("token-" + std::to_string(number)); },
        false,
        [](const reroute::http::request& request, std::size_t) {
          return request.headers.find("authorization") == "Bearer token-0"
                     ? says(401, R"({"error":{"code":"PermissionDenied","message":"no"}})")
                     : answer("a");
        });
  r.calls(100);
  CHECK(r.failed == 0);
  CHECK(r.login->requests.size() == 2);

  rig stubborn([](const auto&, std::size_t) { return token("the-same-token"); }, false,
               tests::always(says(401, R"({"error":{"code":"PermissionDenied","message":"no"}})")));
  const reroute::outcome end = stubborn.one();
  CHECK(end.error.category == category::auth);
  CHECK(end.error.status == 401);
  CHECK(stubborn.login->requests.size() == 2);
}

TEST_CASE("cancelling one call leaves the exchange to the others") {
  rig r(
      [](const auto&, std::size_t) {
        tests::line slow = token("token-0");
        slow.head_after = 5s;
        return slow;
      },
      false);
  asio::cancellation_signal cancel;
  r.call(cancel.slot());
  r.call();
  r.call();
  r.time->run(r.io, 1s);
  cancel.emit(asio::cancellation_type::terminal);
  r.time->run_until(
      r.io, [&] { return r.ended == 3; }, 1min);
  CHECK(r.failed == 1);
  CHECK(r.by_route["azure"] == 2);
  CHECK(r.login->requests.size() == 1);
}

TEST_CASE("routes with the same credential share its tokens") {
  const auto time = std::make_shared<reroute::testing::manual_clock>();
  time->set_grace(0ms);
  const auto login = std::make_shared<stage>(time, tests::always(token("token-0")));
  const auto api = std::make_shared<stage>(time, tests::always(answer()));
  const auto shared = reroute::entra::client_secret(app_at(login), "CANARY");
  asio::io_context io;
  reroute::client_options options;
  for (const std::string name : {"east", "west"})
    options.routes.push_back(reroute::azure_foundry(
        {.resource = name, .credential = shared, .name = name, .transport = api}));
  options.time = time;
  options.plan = reroute::race();
  reroute::client claude(io, std::move(options));
  bool ended = false;
  claude.async_create(reroute::message_request("claude").max_tokens(1).user("?"), {},
                      [&](std::error_code, const reroute::outcome&) { ended = true; });
  time->run_until(
      io, [&] { return ended; }, 1min);
  CHECK(ended);
  CHECK(login->requests.size() == 1);
  CHECK(api->requests.size() == 2);
}

TEST_CASE("a warning of a credential's source is told to the observer, and is no failure") {
  const auto time = std::make_shared<reroute::testing::manual_clock>();
  time->set_grace(0ms);
  asio::io_context io;
  std::string told;
  reroute::client_options options;
  options.routes = {reroute::azure_foundry(
      {.resource = "east",
       .credential = reroute::credential::bearer(
           [](reroute::token_fetch lent) -> asio::awaitable<reroute::access_token> {
             lent.warn(reroute::token_error(errc::credential_failed,
                                            "the file is full, CANARY sk-ant-CANARY", true));
             co_return reroute::access_token("token");
           }),
       .transport = std::make_shared<stage>(time, tests::always(answer()))})};
  options.time = time;
  options.observer.at_credential = [&](const reroute::credential_event& event) {
    told = std::string(event.route) + ": " + std::string(event.text);
    CHECK(event.code == errc::credential_failed);
  };
  reroute::client claude(io, std::move(options));
  bool answered = false;
  claude.async_create(
      reroute::message_request("claude").max_tokens(1).user("?"), {},
      [&](std::error_code, const reroute::outcome& end) { answered = end.answered(); });
  time->run_until(
      io, [&] { return answered; }, 1min);
  CHECK(told == "azure: the file is full, CANARY [hidden]");
}

TEST_CASE(
    "a slow token endpoint is waited for if all routes need it, and tried again if each has its "
    "own") {
  for (const bool shared : {true, false}) {
    CAPTURE(shared);
    const auto time = std::make_shared<reroute::testing::manual_clock>();
    time->set_grace(0ms);
    const auto login = std::make_shared<stage>(time, [](const auto&, std::size_t) {
      tests::line slow = token("token-0");
      slow.head_after = 15s;
      return slow;
    });
    const auto api = std::make_shared<stage>(time, tests::always(answer()));
    const auto first = reroute::entra::client_secret(app_at(login), "CANARY");
    asio::io_context io;
    reroute::client_options options;
    options.routes = {
        reroute::azure_foundry(
            {.resource = "east", .credential = first, .name = "east", .transport = api}),
        reroute::azure_foundry(
            {.resource = "west",
             .credential = shared ? first : reroute::entra::client_secret(app_at(login), "CANARY"),
             .name = "west",
             .transport = api})};
    options.time = time;
    options.seed = 1;
    reroute::client claude(io, std::move(options));
    std::optional<reroute::outcome> end;
    claude.async_create(reroute::message_request("claude").max_tokens(1).user("?"), {},
                        [&](std::error_code, reroute::outcome got) { end = std::move(got); });
    time->run_until(
        io, [&] { return end.has_value(); }, 5min);
    REQUIRE(end);
    INFO(*end);
    CHECK(end->answered());
    if (shared) CHECK(end->attempts.size() == 1);
    CHECK(login->requests.size() == (shared ? 1U : 2U));
  }
}
