// Cancelled, or the client or the loop destroyed, at every step of a call: one completion each,
// nothing left behind (AddressSanitizer watches).
#include "tests/client/rig.hpp"
#include "tests/support/catch.hpp"

#include <asio/co_spawn.hpp>
#include <asio/detached.hpp>
#include <asio/error.hpp>
#include <asio/post.hpp>
#include <asio/use_awaitable.hpp>

#include <algorithm>
#include <functional>

using namespace std::chrono_literals;
using reroute::category;
using reroute::stopped;
using tests::answer;
using tests::ending;
using tests::refusal;
using tests::rig;
using tests::says;

namespace {

const std::error_code aborted = make_error_code(asio::error::operation_aborted);

// refused, reset, then slow in head and body: every kind of step is in it
tests::line act(std::size_t number) {
  if (number == 0) return refusal(1);
  if (number == 1) return tests::breaks(reroute::errc::connection_lost, true);
  tests::line slow = answer("late");
  slow.body_after = 50ms;
  return slow;
}

std::unique_ptr<rig> make_rig() {
  return std::make_unique<rig>([](const auto&, std::size_t number) { return act(number); },
                               [](const auto&, std::size_t number) { return act(number + 1); });
}

// runs `steps` handlers, jumping in time where nothing is ready; false if the loop ended before
bool run_steps(rig& r, int steps) {
  r.io.restart();
  while (steps > 0) {
    if (r.io.poll_one() > 0) {
      --steps;
      continue;
    }
    const auto next = r.time->next_timer();
    if (!next) return false;
    r.time->advance_to(*next);
    r.io.restart();
  }
  return true;
}

// does `what` after every number of steps, until a script ends before it
int at_every_step(const std::function<void(rig&, ending&, int)>& what) {
  for (int step = 0;; ++step) {
    auto r = make_rig();
    const auto end = r->call();
    const bool in_time = run_steps(*r, step) && end->times == 0;
    what(*r, *end, step);
    if (!in_time) return step;
  }
}

}  // namespace

TEST_CASE("client.cancel at every step: one completion, with its attempts") {
  int too_late = 0;  // the answer was on its way to the handler
  const int steps = at_every_step([&](rig& r, ending& end, int step) {
    INFO("step " << step);
    r.claude->cancel();
    r.time->run(r.io);
    CHECK(end.times == 1);
    if (end.result.answered()) {
      ++too_late;
    } else {
      CHECK(end.code == aborted);
      CHECK(end.code == category::cancelled);
      CHECK(end.result.stopped == stopped::cancelled);
      CHECK(end.result.attempts.size() == r.a->requests.size() + r.b->requests.size());
    }
    CHECK(r.a->open == 0);
    CHECK(r.b->open == 0);
    // the places are given back: the next call gets through
    CHECK(r.run().result.answered());
  });
  CHECK(steps > 10);
  CHECK(too_late <= 3);
}

TEST_CASE("the caller's cancellation slot at every step, by every type") {
  for (const auto type : {asio::cancellation_type::terminal, asio::cancellation_type::partial,
                          asio::cancellation_type::total}) {
    int too_late = 0;
    for (int step = 0;; ++step) {
      INFO("step " << step);
      auto r = make_rig();
      asio::cancellation_signal stop;
      ending end;
      r->claude->async_create(rig::question(),
                              asio::bind_cancellation_slot(
                                  stop.slot(), [&](std::error_code code, reroute::outcome result) {
                                    ++end.times;
                                    end.code = code;
                                    end.result = std::move(result);
                                  }));
      const bool in_time = run_steps(*r, step) && end.times == 0;
      stop.emit(type);
      r->time->run(r->io);
      CHECK(end.times == 1);
      if (!in_time) break;
      if (end.result.answered()) {
        ++too_late;
      } else {
        CHECK(end.code == aborted);
      }
      CHECK(r->a->open + r->b->open == 0);
    }
    CHECK(too_late <= 3);
  }
}

TEST_CASE("the client destroyed at every step: each call completes, cancelled, with its attempts") {
  at_every_step([](rig& r, ending& end, int step) {
    INFO("step " << step);
    r.claude.reset();
    r.time->run(r.io);
    CHECK(end.times == 1);
    if (!end.result.answered()) CHECK(end.code == aborted);
    CHECK(r.a->open + r.b->open == 0);
  });
}

TEST_CASE("the loop destroyed at every step: nothing completes, nothing leaks") {
  for (int step = 0; step < 40; ++step) {
    auto r = make_rig();
    const auto end = r->call();
    run_steps(*r, step);
    const int times = end->times;
    r.reset();
    CHECK(end->times == times);
    CHECK(end.use_count() == 1);
  }
}

namespace {

// a coroutine that owns the client that it waits for
asio::awaitable<void> own_client(asio::io_context& io, std::shared_ptr<int> witness,
                                 std::shared_ptr<reroute::testing::manual_clock> time,
                                 std::shared_ptr<tests::stage> a) {
  reroute::client_options options;
  options.routes.push_back(reroute::anthropic({.api_key = "k", .transport = a}));
  options.time = time;
  reroute::client claude(io, std::move(options));
  auto question = rig::question();
  co_await claude.create(question);
  ++*witness;
}

}  // namespace

TEST_CASE("a coroutine that owns its client does not own itself") {
  for (int step = 0; step < 30; ++step) {
    auto witness = std::make_shared<int>(0);
    {
      asio::io_context io;
      auto time = std::make_shared<reroute::testing::manual_clock>();
      auto a = std::make_shared<tests::stage>(
          time, [](const auto&, std::size_t number) { return act(number); });
      asio::co_spawn(io, own_client(io, witness, time, a), asio::detached);
      for (int i = 0; i < step; ++i) {
        if (io.poll_one() > 0) continue;
        if (const auto next = time->next_timer()) time->advance_to(*next);
      }
    }
    CHECK(witness.use_count() == 1);
  }
}

TEST_CASE("a cancelled coroutine gets an exception with the outcome") {
  auto r = make_rig();
  asio::cancellation_signal stop;
  bool caught = false;
  const auto body = [](rig& on, bool& done) -> asio::awaitable<void> {
    try {
      auto question = rig::question();
      co_await on.claude->create(question);
    } catch (const reroute::api_error& failed) {
      done = failed.code() == aborted && !failed.outcome().attempts.empty();
    }
  };
  asio::co_spawn(r->io, body(*r, caught),
                 asio::bind_cancellation_slot(stop.slot(), asio::detached));
  run_steps(*r, 12);
  stop.emit(asio::cancellation_type::terminal);
  r->time->run(r->io);
  CHECK(caught);
}

TEST_CASE("an observer may cancel, from within every hook") {
  for (int hook = 0; hook < 5; ++hook) {
    INFO("hook " << hook);
    reroute::client* claude = nullptr;
    reroute::client_options options;
    int called = 0;
    const auto cancel = [&](const auto&) {
      if (++called == 1) claude->cancel();
    };
    if (hook == 0) options.observer.at_attempt = cancel;
    if (hook == 1) options.observer.at_refusal = cancel;
    if (hook == 2) options.observer.at_wait = cancel;
    if (hook == 3) options.observer.at_failover = cancel;
    if (hook == 4) options.observer.at_outcome = cancel;
    rig r([](const auto&, std::size_t number) { return act(number); },
          [](const auto&, std::size_t number) { return act(number + 1); }, std::move(options));
    claude = &*r.claude;
    const auto end = r.call();
    const auto other = r.call();
    r.time->run(r.io);
    CHECK(called > 0);
    CHECK(end->times == 1);
    CHECK(other->times == 1);
    CHECK(r.a->open + r.b->open == 0);
  }
}

TEST_CASE("a thousand calls are cancelled in portions, each once, and none goes meanwhile") {
  rig r([](const auto&, std::size_t) { return refusal(100); },
        [](const auto&, std::size_t) { return refusal(100); });
  std::vector<std::shared_ptr<ending>> ends;
  for (int i = 0; i < 1000; ++i)
    ends.push_back(r.call());
  r.io.poll();
  const auto sent = [&r] { return r.a->requests.size() + r.b->requests.size(); };
  const auto over = [&ends] {
    return std::count_if(ends.begin(), ends.end(),
                         [](const auto& each) { return each->times > 0; });
  };
  const std::size_t sent_before = sent();
  r.claude->cancel();
  const auto late = r.call();  // is not meant
  long after_a_turn = 0;
  asio::post(r.io, [&] { after_a_turn = over(); });
  r.io.restart();
  r.io.poll();
  CHECK(after_a_turn < 500);
  CHECK(over() == 1000);
  CHECK(std::all_of(ends.begin(), ends.end(),
                    [](const auto& each) { return each->times == 1 && each->code == aborted; }));
  CHECK(sent() == sent_before);
  // what was cancelled had been sent: its credit is gone, and the late one waits for the next
  r.io.restart();
  CHECK(r.time->run_until(
      r.io, [&] { return sent() == sent_before + 1; }, 1s));
  CHECK(late->times == 0);
}

TEST_CASE("while a thousand calls are being cancelled, the client or the loop may end") {
  for (const bool loop_ends : {false, true}) {
    auto r = std::make_unique<rig>([](const auto&, std::size_t) { return refusal(100); });
    const auto end = std::make_shared<ending>();
    for (int i = 0; i < 1000; ++i)
      r->claude->async_create(rig::question(),
                              [end](std::error_code, const auto&) { ++end->times; });
    r->io.poll();
    r->claude->cancel();
    r->io.restart();
    for (int i = 0; i < 10; ++i)
      r->io.poll_one();
    if (!loop_ends) {
      r->claude.reset();
      r->io.poll();
      CHECK(end->times == 1000);
    }
    r.reset();
    CHECK(end.use_count() == 1);
  }
}

TEST_CASE("a cancelled probe does not stick") {
  // two refusals in a row: then a single probe, which is cancelled
  rig r([](const auto&, std::size_t number) { return number < 2 ? refusal(1) : tests::silence(); });
  r.claude->cancel();
  auto options = reroute::call_options().plan(reroute::in_order(4));
  const auto end = r.call(options);
  while (r.a->requests.size() < 3)
    REQUIRE(run_steps(r, 1));
  r.claude->cancel();
  r.io.restart();
  r.io.poll();
  CHECK(end->times == 1);
  const auto next = r.call(options);
  while (r.a->requests.size() < 4)
    REQUIRE(run_steps(r, 1));
  r.claude->cancel();
  r.io.restart();
  r.io.poll();
  CHECK(next->times == 1);
}
