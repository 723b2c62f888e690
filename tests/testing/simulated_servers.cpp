// A simulated route without its wire: what happens to it in time.
#include "testing/idle_watch.hpp"
#include "testing/simulated_server.hpp"
#include "tests/support/catch.hpp"
#include "tests/testing/storms.hpp"

using namespace std::chrono_literals;
using namespace reroute::testing;
using kind = scenario_event::kind;

namespace {

scenario_event event(kind what, std::chrono::milliseconds at, std::chrono::milliseconds time) {
  scenario_event made;
  made.what = what;
  made.at = at;
  made.time = time;
  return made;
}

// how many it lets through now
std::size_t taken(simulated_server& from, storm_time now, std::size_t asked = 1000) {
  from.advance(now);
  std::size_t count = 0;
  while (count < asked && from.wait(0).count() == 0) {
    from.admit(0, now);
    ++count;
  }
  return count;
}

}  // namespace

TEST_CASE("simulated server: what is used up at the start fills again") {
  scenario what = tests::storm({tests::bucket("a", 40)});
  what.routes[0].used = 1;
  what.routes[0].used_since = 250ms;
  simulated_server at(what, 0);
  CHECK(taken(at, 0s) == 10);
  CHECK_FALSE(at.open());
  CHECK(taken(at, 500ms) == 20);
}

TEST_CASE("simulated server: a quota may be cut for a while, and bad moments come again") {
  scenario what = tests::storm({tests::bucket("a", 40)});
  what.routes[0].events = {event(kind::quota, 10s, 5s), event(kind::fault, 1s, 2s)};
  what.routes[0].events[0].factor = 0.5;
  what.routes[0].events[1].every = 20s;
  simulated_server at(what, 0);
  CHECK(at.next_change(0) == 1s);
  at.advance(2s);
  CHECK(at.goes_wrong());
  CHECK_FALSE(at.open());
  CHECK(at.next_change(0) == 3s);
  at.advance(3s);
  CHECK_FALSE(at.goes_wrong());
  CHECK(taken(at, 12s) == 20);
  CHECK(taken(at, 15s) == 20);
  CHECK(taken(at, 16s) == 40);
  at.advance(21s);
  CHECK(at.goes_wrong());
}

TEST_CASE("simulated server: a bad moment may hit a share of the requests") {
  scenario what = tests::storm({tests::bucket("a", 40)});
  what.routes[0].events = {event(kind::reset, 0s, 2s)};
  what.routes[0].events[0].share = 0.3;
  simulated_server at(what, 0);
  CHECK(at.goes_wrong(0.29)->what->what == kind::reset);
  CHECK_FALSE(at.goes_wrong(0.31));
  CHECK(at.open());
  std::size_t hit = 0;
  for (std::size_t number = 0; number < 1000; ++number)
    hit += at.goes_wrong(draws_of(what, 0, number).dice).has_value();
  CHECK(hit == Approx(300).margin(60));
}

TEST_CASE("simulated server: a neighbour comes and goes") {
  scenario what = tests::storm({tests::bucket("a", 100)});
  what.routes[0].events = {event(kind::neighbour, 0s, 5s)};
  what.routes[0].events[0].factor = 0.8;
  what.routes[0].events[0].every = 10s;
  simulated_server at(what, 0);
  std::size_t beside = 0, alone = 0;
  for (int step = 1; step < 500; ++step)
    beside += taken(at, step * 10ms);
  (void)taken(at, 6s);
  for (int step = 601; step < 1000; ++step)
    alone += taken(at, step * 10ms);
  CHECK(beside == Approx(200).margin(60));  // a fifth of what there is in 5 s, and a burst
  CHECK(alone == Approx(399).margin(2));
}

TEST_CASE("simulated server: headers may tell a minute's numbers, or too much") {
  scenario what = tests::storm({tests::bucket("a", 1)});
  what.routes[0].limit_headers = true;
  what.routes[0].headers_per = 60s;
  simulated_server at(what, 0);
  CHECK(taken(at, 0s) == 1);
  CHECK(at.told().all()[0].size() == 60);
  CHECK(at.told().all()[0].left() == 59);
  what.routes[0].headers_per = 0s;
  what.routes[0].headers_scale = 3;
  CHECK(simulated_server(what, 0).told().all()[0].size() == 3);
}

TEST_CASE("calls of several sizes have their shares, and cost what they are") {
  scenario what = tests::storm({tests::bucket("a", 1)}, 1000);
  CHECK(mixes_of(what).size() == 1);
  CHECK(typical_cost(what).max_output == 64);
  what.mixes = {{3, "one", 10, 5, 100}, {1, "other", 1010, 45, 500}};
  std::size_t second = 0;
  for (std::size_t call = 0; call < 1000; ++call)
    second += mix_of(what, call);
  CHECK(second == Approx(250).margin(50));
  CHECK(typical_cost(what).input == Approx(260));
  CHECK(typical_cost(what).output == Approx(15));
  what.routes[0].tokens_per_second = 10;
  what.routes[0].latency = 0ms;
  CHECK(latency_of(what, 0, 0) == (mix_of(what, 0) == 0 ? 500ms : 4500ms));
}

TEST_CASE("arrivals at random come as often as even ones, each request at its own pace") {
  scenario what = tests::storm({tests::bucket("a", 1)}, 2000);
  what.arrivals = 10;
  what.poisson = true;
  const auto at = arrivals_of(what);
  CHECK(std::is_sorted(at.begin(), at.end()));
  CHECK(tests::seconds(at.back()) == Approx(200).epsilon(0.1));
  CHECK(at[1] - at[0] != at[2] - at[1]);
  what.routes[0].refusal_latency = 2ms;
  what.routes[0].refusal_latency_to = 300ms;
  what.routes[0].way = 5ms;
  storm_time least = 1h, most = 0s;
  for (std::size_t number = 0; number < 200; ++number) {
    const request_draws draws = draws_of(what, 0, number);
    least = std::min(least, draws.refusal);
    most = std::max(most, draws.refusal);
    CHECK(draws.there == 5ms);
  }
  CHECK(least < 10ms);
  CHECK(most > 290ms);
}

TEST_CASE("idle watch: only who waits before an open door is idle") {
  idle_watch watch(2);
  bool open = true;
  watch.look_with([&](std::size_t route, storm_time) { return route == 1 && open; });
  watch.pass(10s, false);
  CHECK(watch.longest() == 0s);
  watch.pass(11s, true);
  CHECK(watch.longest() == 1s);
  watch.sent(1, 11s);
  watch.sent(0, 11s);
  watch.pass(11500ms, true);
  CHECK(watch.longest() == 1s);
  open = false;
  watch.pass(20s, true);
  CHECK(watch.longest() == 1s);
}
