// The token cache: waiters, fetches, caches and loops that end before their time.
#include "tests/route/token_rig.hpp"
#include "tests/support/catch.hpp"

using reroute::aborted;
using reroute::asker;
using reroute::rig;
using reroute::secret_of;
using reroute::detail::token_result;

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
  CHECK(got->error == make_error_code(asio::error::operation_aborted));
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
