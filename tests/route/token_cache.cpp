// The token cache on a real loop in virtual time: one fetch for any number of waiters, whatever ends.
#include "route/token_cache.hpp"

#include <reroute/error/errc.hpp>
#include <reroute/testing/manual_clock.hpp>

#include "tests/support/catch.hpp"

#include <asio/bind_cancellation_slot.hpp>
#include <asio/cancellation_signal.hpp>
#include <asio/co_spawn.hpp>
#include <asio/detached.hpp>
#include <asio/error.hpp>
#include <asio/io_context.hpp>
#include <asio/redirect_error.hpp>
#include <asio/steady_timer.hpp>
#include <asio/this_coro.hpp>
#include <asio/use_awaitable.hpp>

#include <chrono>
#include <deque>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <system_error>
#include <vector>

namespace {

using namespace std::chrono_literals;
using Catch::Matchers::Contains;
using reroute::access_token;
using reroute::errc;
using reroute::detail::token_cache;
using reroute::detail::token_result;

// A source that gives "t1", "t2", ... when it is told to, and counts.
struct source_state {
  explicit source_state(asio::io_context& io) : gate(io) { close(); }

  void close() { gate.expires_at(asio::steady_timer::time_point::max()); }
  // lets fetches end, those under way and those to come
  void open() { gate.expires_at(asio::steady_timer::time_point::min()); }

  asio::steady_timer gate;
  std::chrono::system_clock::time_point wall;  // from which lives count
  std::optional<std::chrono::seconds> life;
  std::string throws;  // a text to throw instead
  bool deaf = false;   // ignores its cancellation
  int begun = 0;
  int cancelled = 0;
};

asio::awaitable<access_token> fetch(std::shared_ptr<source_state> state) {
  const int number = ++state->begun;
  for (bool again = true; again;) {
    std::error_code why;
    if (state->deaf)
      co_await asio::this_coro::reset_cancellation_state(asio::disable_cancellation());
    co_await state->gate.async_wait(asio::redirect_error(asio::use_awaitable, why));
    const asio::cancellation_state own = co_await asio::this_coro::cancellation_state;
    if (own.cancelled() != asio::cancellation_type::none) {
      ++state->cancelled;
      throw std::system_error(asio::error::operation_aborted);
    }
    again = state->gate.expiry() == asio::steady_timer::time_point::max();
  }
  if (!state->throws.empty()) throw std::runtime_error(state->throws);
  const std::string secret = "t" + std::to_string(number);
  if (!state->life) co_return access_token(secret);
  co_return access_token(secret, state->wall + *state->life);
}

// One asker: what it got, and how to send it away.
struct asker {
  std::optional<token_result> got;
  asio::cancellation_signal cancel;
};

asio::awaitable<void> ask(token_cache* cache, std::shared_ptr<asker> who, std::string refused) {
  // as an attempt does: every kind of cancellation, and as a value
  co_await asio::this_coro::reset_cancellation_state(asio::enable_total_cancellation());
  co_await asio::this_coro::throw_if_cancelled(false);
  if (refused.empty()) {
    token_result got = co_await cache->get();
    who->got = std::move(got);
  } else {
    token_result got = co_await cache->refresh_after_refusal(refused);
    who->got = std::move(got);
  }
}

struct rig {
  asio::io_context io;
  std::shared_ptr<reroute::testing::manual_clock> time =
      std::make_shared<reroute::testing::manual_clock>();
  std::shared_ptr<source_state> source = std::make_shared<source_state>(io);
  std::unique_ptr<token_cache> cache;

  explicit rig(reroute::duration fetch_timeout = 2min) {
    source->wall = time->wall_now();
    cache = std::make_unique<token_cache>(
        io.get_executor(), time, [state = source] { return fetch(state); }, fetch_timeout);
  }
  rig(const rig&) = delete;
  rig& operator=(const rig&) = delete;

  std::shared_ptr<asker> spawn(const std::string& refused = "") {
    auto who = std::make_shared<asker>();
    asio::co_spawn(io, ask(cache.get(), who, refused),
                   asio::bind_cancellation_slot(who->cancel.slot(), asio::detached));
    return who;
  }
  std::vector<std::shared_ptr<asker>> crowd(int size, const std::string& refused = "") {
    std::vector<std::shared_ptr<asker>> all;
    for (int i = 0; i < size; ++i)
      all.push_back(spawn(refused));
    return all;
  }
  // runs what is ready; time stands still
  void settle() {
    for (int quiet = 0; quiet < 3;) {
      io.restart();
      quiet = io.poll() == 0 ? quiet + 1 : 0;
    }
  }
  void pass(reroute::duration by) {
    time->advance(by);
    source->wall = time->wall_now();
    settle();
  }
  // asks, lets the source answer, and returns what came
  token_result now(const std::string& refused = "") {
    const auto who = spawn(refused);
    source->open();
    settle();
    source->close();
    REQUIRE(who->got);
    return *who->got;
  }
};

std::string secret_of(const std::shared_ptr<asker>& who) {
  REQUIRE(who->got);
  CHECK_FALSE(who->got->error);
  return who->got->token.secret();
}

bool aborted(const std::shared_ptr<asker>& who) {
  return who->got && who->got->error == asio::error::operation_aborted;
}

}  // namespace

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
  token_cache cache(io.get_executor(), time, [&calls]() -> asio::awaitable<access_token> {
    ++calls;
    co_return access_token("quick");
  });
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

TEST_CASE("a cancelled waiter leaves at once, and the others get the token") {
  for (const auto kind : {asio::cancellation_type::terminal, asio::cancellation_type::partial,
                          asio::cancellation_type::total}) {
    rig at;
    const auto all = at.crowd(10);
    at.settle();
    all[0]->cancel.emit(kind);
    all[7]->cancel.emit(kind);
    at.settle();
    CHECK(aborted(all[0]));
    CHECK(aborted(all[7]));
    CHECK_FALSE(all[1]->got);
    CHECK(at.source->cancelled == 0);
    at.source->open();
    at.settle();
    for (const int i : {1, 2, 3, 4, 5, 6, 8, 9})
      CHECK(secret_of(all[static_cast<std::size_t>(i)]) == "t1");
    CHECK(at.source->begun == 1);
  }
}

TEST_CASE("when all waiters are gone, the fetch ends for the cache's sake") {
  rig at;
  const auto all = at.crowd(10);
  at.settle();
  for (const auto& each : all)
    each->cancel.emit(asio::cancellation_type::terminal);
  at.settle();
  for (const auto& each : all)
    CHECK(aborted(each));
  CHECK(at.source->cancelled == 0);
  at.source->open();
  at.settle();
  at.source->close();
  const auto later = at.spawn();
  at.settle();
  CHECK(secret_of(later) == "t1");
  CHECK(at.source->begun == 1);
}

TEST_CASE("a waiter cancelled in the turn in which the fetch ends completes once, aborted") {
  rig at;
  const auto who = at.spawn();
  at.settle();
  at.source->open();
  who->cancel.emit(asio::cancellation_type::terminal);
  at.settle();
  CHECK(aborted(who));
  CHECK(at.now().token.secret() == "t1");
}

TEST_CASE("the end of the cache gives the fetch up, and every waiter completes") {
  for (const bool by_destruction : {false, true}) {
    rig at;
    const auto all = at.crowd(1000);
    at.settle();
    if (by_destruction) {
      at.cache.reset();
    } else {
      at.cache->shutdown();
      at.cache->shutdown();  // may be repeated
    }
    at.settle();
    CHECK(at.source->cancelled == 1);
    for (const auto& each : all)
      REQUIRE(aborted(each));
    CHECK(at.time->pending() == 0);
    CHECK(at.source.use_count() == (by_destruction ? 1 : 2));  // nothing of it is left behind
    if (by_destruction) continue;
    const auto late = at.spawn();
    at.settle();
    CHECK(aborted(late));
    CHECK(at.source->begun == 1);
  }
}

TEST_CASE("a question that was put but not yet begun survives the end of the cache") {
  rig at;
  auto question = at.cache->get();
  at.cache.reset();
  std::optional<token_result> got;
  asio::co_spawn(
      at.io,
      [](asio::awaitable<token_result> pending,
         std::optional<token_result>* to) -> asio::awaitable<void> {
        token_result result = co_await std::move(pending);
        *to = std::move(result);
      }(std::move(question), &got),
      asio::detached);
  at.settle();
  REQUIRE(got);
  CHECK(got->error == asio::error::operation_aborted);
  CHECK(at.source->begun == 0);
}

TEST_CASE("a loop that is destroyed while all wait leaks nothing") {
  const auto time = std::make_shared<reroute::testing::manual_clock>();
  std::weak_ptr<asker> left;
  {
    rig at;
    const auto all = at.crowd(100);
    left = all[0];
    at.settle();
    CHECK(at.source->begun == 1);
    // the rig destroys its cache first and then its loop, neither of which runs again
  }
  CHECK(left.expired());
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
                    []() -> asio::awaitable<access_token> { co_return access_token("CANARY\n"); });
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
                    []() -> asio::awaitable<access_token> {
                      throw std::system_error(make_error_code(errc::connect_failed));
                    });
  const auto who = std::make_shared<asker>();
  asio::co_spawn(io, ask(&cache, who, ""), asio::detached);
  io.run();
  REQUIRE(who->got);
  CHECK(who->got->error == errc::connect_failed);
  CHECK(who->got->retryable);
}
