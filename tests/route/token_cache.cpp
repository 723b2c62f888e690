// The token cache: one fetch for any number of waiters, and a source that is not hammered.
#include <reroute/error/errc.hpp>

#include "tests/route/token_rig.hpp"
#include "tests/support/catch.hpp"

using namespace std::chrono_literals;
using Catch::Matchers::Contains;
using reroute::access_token;
using reroute::ask;
using reroute::asker;
using reroute::errc;
using reroute::rig;
using reroute::secret_of;
using reroute::detail::token_cache;

TEST_CASE("a thousand concurrent askers are one fetch") {
  rig at;
  const auto all = at.crowd(1000);
  at.settle();
  CHECK(at.source->begun == 1);
  for (const auto& each : all)
    REQUIRE_FALSE(each->got);
  at.source->open();
  at.settle();
  for (const auto& each : all)
    REQUIRE(secret_of(each) == "t1");
  CHECK(at.now().token.secret() == "t1");
  CHECK(at.source->begun == 1);
}

TEST_CASE("a source that answers at once is fine too") {
  asio::io_context io;
  const auto time = std::make_shared<reroute::testing::manual_clock>();
  int calls = 0;
  const auto quick = [&calls]() -> asio::awaitable<access_token> {
    ++calls;
    co_return access_token("quick");
  };
  token_cache cache(io.get_executor(), time, reroute::credential::bearer(quick).source());
  const auto first = std::make_shared<asker>();
  const auto second = std::make_shared<asker>();
  asio::co_spawn(io, ask(&cache, first, ""), asio::detached);
  asio::co_spawn(io, ask(&cache, second, ""), asio::detached);
  io.run();
  CHECK(secret_of(first) == "quick");
  CHECK(secret_of(second) == "quick");
  CHECK(calls == 1);
}

TEST_CASE("a cached token is served without the source, and refreshed in the background") {
  rig at;
  at.source->life = 1000s;
  CHECK(at.now().token.secret() == "t1");
  at.pass(800s);
  CHECK(at.now().token.secret() == "t1");
  CHECK(at.source->begun == 1);
  at.pass(100s);
  const auto all = at.crowd(100);
  at.settle();
  for (const auto& each : all)
    REQUIRE(secret_of(each) == "t1");  // nobody waited
  CHECK(at.source->begun == 2);
  at.source->open();
  at.settle();
  CHECK(at.now().token.secret() == "t2");
  CHECK(at.source->begun == 2);
}

TEST_CASE("a thousand calls refused with the same token are one fetch, and so are the late ones") {
  rig at;
  CHECK(at.now().token.secret() == "t1");
  const auto all = at.crowd(1000, "t1");
  const auto bystander = at.spawn();
  at.settle();
  CHECK(at.source->begun == 2);
  CHECK_FALSE(bystander->got);
  at.source->open();
  at.settle();
  for (const auto& each : all)
    REQUIRE(secret_of(each) == "t2");
  CHECK(secret_of(bystander) == "t2");
  const auto late = at.crowd(1000, "t1");
  at.settle();
  for (const auto& each : late)
    REQUIRE(secret_of(each) == "t2");
  CHECK(at.source->begun == 2);
}

TEST_CASE("a failing source is asked once in a while, whoever asks meanwhile gets its failure") {
  rig at;
  at.source->throws = "login down for CANARY sk-ant-CANARY";
  const auto all = at.crowd(1000);
  at.source->open();
  at.settle();
  CHECK(at.source->begun == 1);
  for (const auto& each : all) {
    REQUIRE(each->got);
    REQUIRE(each->got->error == errc::credential_failed);
    REQUIRE(each->got->detail == "login down for CANARY [hidden]");
    REQUIRE(each->got->token.secret().empty());
  }
  for (int i = 0; i < 100; ++i)
    CHECK(at.now().rest == 1s);
  CHECK(at.source->begun == 1);
  // an asker every 100 ms for two minutes: fetches at 1, 3, 7, 15, 31, 61, 91 and 121 s
  for (int tenths = 0; tenths < 1200; ++tenths) {
    at.pass(100ms);
    REQUIRE(at.now().error == errc::credential_failed);
  }
  CHECK(at.source->begun == 8);
  at.source->throws.clear();
  at.pass(1s);
  CHECK(at.now().token.secret() == "t9");
}

TEST_CASE("a token that still lives outlasts a failing source") {
  rig at;
  at.source->life = 1000s;
  CHECK(at.now().token.secret() == "t1");
  at.source->throws = "down";
  at.pass(980s);
  CHECK(at.now().token.secret() == "t1");
  CHECK(at.source->begun == 2);
  CHECK(at.now().token.secret() == "t1");
  CHECK(at.source->begun == 2);
  at.pass(20s);
  CHECK(at.now().error == errc::credential_failed);
}

TEST_CASE("a failed background refresh is heard by nobody") {
  rig at;
  at.source->life = 1000s;
  CHECK(at.now().token.secret() == "t1");
  at.source->throws = "down";
  at.pass(900s);
  CHECK(at.now().token.secret() == "t1");
  CHECK(at.now().token.secret() == "t1");
  CHECK(at.source->begun == 2);
  at.source->throws.clear();
  at.pass(5s);
  CHECK(at.now().token.secret() == "t1");
  CHECK(at.source->begun == 3);
  CHECK(at.now().token.secret() == "t3");
}

TEST_CASE("a refused token is not served because its successor cannot be fetched") {
  rig at;
  CHECK(at.now().token.secret() == "t1");
  at.source->throws = "down after t1";
  const auto all = at.crowd(100, "t1");
  const auto bystander = at.spawn();
  at.source->open();
  at.settle();
  at.source->close();
  for (const auto& each : all) {
    REQUIRE(each->got);
    REQUIRE(each->got->error == errc::credential_failed);
    REQUIRE(each->got->detail == "down after [hidden]");  // the token before
  }
  REQUIRE(bystander->got);
  CHECK(bystander->got->error == errc::credential_failed);
  CHECK(at.source->begun == 2);
}

TEST_CASE("a source that hangs is given up, and another fetch may follow") {
  for (const bool deaf : {false, true}) {
    CAPTURE(deaf);
    rig at(10s);
    at.source->deaf = deaf;
    const auto all = at.crowd(10);
    at.settle();
    at.pass(9999ms);
    CHECK_FALSE(all[0]->got);
    at.pass(1ms);
    for (const auto& each : all) {
      REQUIRE(each->got);
      CHECK(each->got->error == errc::credential_failed);
      CHECK(each->got->retryable);
      CHECK_THAT(each->got->detail, Contains("too long"));
    }
    CHECK(at.source->cancelled == (deaf ? 0 : 1));
    at.pass(1s);
    const auto next = at.spawn();
    at.settle();
    CHECK(at.source->begun == 2);
    CHECK_FALSE(next->got);
    at.source->open();  // the deaf one ends now as well, too late to count
    at.settle();
    CHECK(secret_of(next) == "t2");
    CHECK(at.now().token.secret() == "t2");
    CHECK(at.time->pending() == 0);
  }
}

TEST_CASE("a fetched token that cannot be sent is a failure") {
  asio::io_context io;
  token_cache cache(io.get_executor(), std::make_shared<reroute::testing::manual_clock>(),
                    reroute::credential::bearer([]() -> asio::awaitable<access_token> {
                      co_return access_token("CANARY\n");
                    }).source());
  const auto who = std::make_shared<asker>();
  asio::co_spawn(io, ask(&cache, who, ""), asio::detached);
  io.run();
  REQUIRE(who->got);
  CHECK(who->got->error == errc::credential_failed);
  CHECK_THAT(who->got->detail, Contains("line break") && !Contains("CANARY"));
}

TEST_CASE("a source that throws before it is awaited fails like any other") {
  asio::io_context io;
  token_cache cache(io.get_executor(), std::make_shared<reroute::testing::manual_clock>(),
                    reroute::credential::bearer([]() -> asio::awaitable<access_token> {
                      throw std::system_error(make_error_code(errc::connect_failed));
                    }).source());
  const auto who = std::make_shared<asker>();
  asio::co_spawn(io, ask(&cache, who, ""), asio::detached);
  io.run();
  REQUIRE(who->got);
  CHECK(who->got->error == errc::connect_failed);
  CHECK(who->got->retryable);
}

TEST_CASE("a source in trouble: who has another way takes the failure so far, who has none waits") {
  asio::io_context io;
  const auto time = std::make_shared<reroute::testing::manual_clock>();
  bool forced = true;
  std::optional<reroute::token_fetch> lent;
  asio::steady_timer gate(io, asio::steady_timer::time_point::max());
  const auto slow = [&](reroute::token_fetch given) -> asio::awaitable<access_token> {
    forced = given.forced();
    given.trying_again(reroute::token_error(errc::server_error, "IMDS is down", true), 4s);
    lent.emplace(given);
    reroute::loop_error_code woken;
    co_await gate.async_wait(asio::redirect_error(asio::use_awaitable, woken));
    co_return access_token("late");
  };
  token_cache cache(io.get_executor(), time, reroute::credential::bearer(slow).source());
  const auto patient = std::make_shared<asker>();
  const auto hasty = std::make_shared<asker>();
  const auto later = std::make_shared<asker>();
  asio::co_spawn(io, ask(&cache, patient, ""), asio::detached);
  asio::co_spawn(io, ask(&cache, hasty, "", token_cache::patience::none), asio::detached);
  io.poll();
  CHECK_FALSE(forced);
  CHECK(lent->time() == time);
  CHECK_FALSE(patient->got);
  REQUIRE(hasty->got);
  CHECK(hasty->got->error == errc::server_error);
  CHECK(hasty->got->retryable);
  CHECK(hasty->got->detail == "IMDS is down");
  CHECK(hasty->got->rest == 4s);
  time->advance(1s);
  asio::co_spawn(io, ask(&cache, later, "", token_cache::patience::none), asio::detached);
  io.poll();
  REQUIRE(later->got);
  CHECK(later->got->rest == 3s);
  gate.cancel();
  io.restart();
  io.poll();
  CHECK(secret_of(patient) == "late");
  lent->trying_again(reroute::token_error(errc::server_error, "too late", true), 1s);  // harmless
}

TEST_CASE("a silent source holds up nobody who has another way for more than two seconds") {
  constexpr auto none = token_cache::patience::none;
  rig at;
  const auto patient = at.spawn();
  const auto hasty = at.spawn("", none);
  at.settle();
  at.pass(1999ms);
  CHECK_FALSE(hasty->got);
  at.pass(1ms);
  REQUIRE(hasty->got);
  CHECK(hasty->got->error == errc::provider_timeout);
  CHECK(hasty->got->retryable);
  CHECK_THAT(hasty->got->detail, Contains("has not answered yet"));
  CHECK_FALSE(patient->got);
  const auto later = at.spawn("", none);
  at.settle();
  REQUIRE(later->got);  // at once
  CHECK(later->got->rest == 2s);
  at.pass(5s);
  const auto still = at.spawn("", none);
  at.settle();
  REQUIRE(still->got);
  CHECK(still->got->rest == 7s);  // asking again soon would only use attempts up
  at.source->open();
  at.settle();
  CHECK(secret_of(patient) == "t1");  // the fetch went on for the others
  CHECK(at.source->begun == 1);
  CHECK(at.time->pending() == 0);
}

TEST_CASE("a source that failed last is waited for by one of those who have another way") {
  constexpr auto none = token_cache::patience::none;
  rig at(10s);
  const auto first = at.spawn();
  at.settle();
  at.pass(10s);
  REQUIRE(first->got);
  at.pass(1s);
  const auto scout = at.spawn("", none);
  const auto others = at.crowd(100, "", none);
  const auto patient = at.spawn();
  at.settle();
  CHECK(at.source->begun == 2);
  CHECK_FALSE(scout->got);
  CHECK_FALSE(patient->got);
  for (const auto& each : others) {
    REQUIRE(each->got);
    CHECK_THAT(each->got->detail, Contains("too long"));  // what the last fetch ended in
    CHECK(each->got->retryable);
  }
  at.source->open();
  at.settle();
  CHECK(secret_of(scout) == "t2");  // so that the route is found again
  CHECK(secret_of(patient) == "t2");
}

TEST_CASE("a token that still lives is better than another way, when its source is silent") {
  rig at;
  at.source->life = 1000s;
  CHECK(at.now().token.secret() == "t1");
  at.pass(980s);
  const auto hasty = at.spawn("", token_cache::patience::none);
  at.settle();
  at.pass(2s);
  CHECK(secret_of(hasty) == "t1");
  CHECK(at.source->begun == 2);
}

TEST_CASE("a wait that does not fit into a fetch ends it at once, with its cause and its length") {
  asio::io_context io;
  const auto time = std::make_shared<reroute::testing::manual_clock>();
  int begun = 0;
  bool cancelled = false;
  const auto waits = [&](reroute::token_fetch lent) -> asio::awaitable<access_token> {
    if (++begun > 1) co_return access_token("late");
    lent.trying_again(reroute::token_error(errc::rate_limited, "IMDS is busy", true), 9s);
    asio::steady_timer never(io, asio::steady_timer::time_point::max());
    lent.trying_again(reroute::token_error(errc::rate_limited, "IMDS is too busy", true), 10s);
    reroute::loop_error_code why;
    co_await never.async_wait(asio::redirect_error(asio::use_awaitable, why));
    cancelled = true;
    throw std::system_error(why);
  };
  token_cache cache(io.get_executor(), time, reroute::credential::bearer(waits).source(), {}, 10s);
  const auto patient = std::make_shared<asker>();
  asio::co_spawn(io, ask(&cache, patient, ""), asio::detached);
  io.poll();
  REQUIRE(patient->got);
  CHECK(patient->got->error == errc::rate_limited);
  CHECK(patient->got->retryable);
  CHECK(patient->got->detail == "IMDS is too busy");
  CHECK(patient->got->rest == 10s);
  CHECK(time->pending() == 0);
  time->advance(10s);
  const auto next = std::make_shared<asker>();
  asio::co_spawn(io, ask(&cache, next, ""), asio::detached);
  io.restart();
  io.poll();
  CHECK(secret_of(next) == "late");
}

TEST_CASE("a fetch that takes too long after a failed try ends with the failure of that try") {
  asio::io_context io;
  const auto time = std::make_shared<reroute::testing::manual_clock>();
  const auto hangs = [&](reroute::token_fetch lent) -> asio::awaitable<access_token> {
    lent.trying_again(reroute::token_error(errc::server_error, "IMDS answered 410", true), 4s);
    asio::steady_timer never(io, asio::steady_timer::time_point::max());
    co_await never.async_wait(asio::use_awaitable);
    co_return access_token("never");
  };
  token_cache cache(io.get_executor(), time, reroute::credential::bearer(hangs).source(), {}, 10s);
  const auto patient = std::make_shared<asker>();
  asio::co_spawn(io, ask(&cache, patient, ""), asio::detached);
  io.poll();
  time->advance(10s);
  io.restart();
  io.poll();
  REQUIRE(patient->got);
  CHECK(patient->got->error == errc::server_error);
  CHECK(patient->got->detail == "IMDS answered 410");
}
