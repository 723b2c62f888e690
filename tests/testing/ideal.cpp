// The ideal, against storms that can be reckoned by hand.
#include "tests/support/catch.hpp"
#include "tests/testing/storms.hpp"

#include <stdexcept>

using namespace std::chrono_literals;
using namespace reroute::testing;
using tests::bucket;
using tests::seconds;
using tests::storm;
using tests::window;

namespace {

std::size_t count_on(const schedule& of, std::size_t route) {
  std::size_t count = 0;
  for (const ideal_call& each : of.calls)
    count += each.answered && each.route == route;
  return count;
}

scenario_event event(scenario_event::kind what, std::chrono::milliseconds at, double factor) {
  scenario_event made;
  made.what = what;
  made.at = at;
  made.factor = factor;
  return made;
}

scenario_event lasting(scenario_event::kind what, std::chrono::milliseconds at,
                       std::chrono::milliseconds time) {
  scenario_event made = event(what, at, 1);
  made.time = time;
  return made;
}

}  // namespace

TEST_CASE("ideal: a bucket gives its burst at once, then its rate") {
  scenario what = storm({bucket("a", 40)});
  what.routes[0].latency = 0ms;
  const schedule best = ideal(what);
  CHECK(best.answered == 1000);
  CHECK(best.calls[39].admitted == 0ms);
  CHECK(seconds(best.calls[40].admitted) == Approx(0.025));
  CHECK(seconds(best.drain) == Approx(24));
  CHECK(best.p50_s == Approx((500 - 40) / 40.0));
}

TEST_CASE("ideal: the latency comes on top") {
  scenario what = storm({bucket("a", 40)});
  what.routes[0].latency = 3s;
  CHECK(seconds(ideal(what).drain) == Approx(27));
}

TEST_CASE("ideal: a window gives all at once, again and again") {
  scenario what = storm({window("a", 200, 5s)});
  what.routes[0].latency = 0ms;
  const schedule best = ideal(what);
  CHECK(best.calls[199].admitted == 0s);
  CHECK(best.calls[200].admitted == 5s);
  CHECK(best.drain == 20s);
}

TEST_CASE("ideal: two routes share the work by what they take; ties go to the first") {
  scenario what = storm({bucket("a", 40), bucket("b", 10)});
  what.routes[0].latency = what.routes[1].latency = 0ms;
  const schedule best = ideal(what);
  CHECK(best.calls[0].route == 0);
  CHECK(best.calls[40].route == 1);
  CHECK(seconds(best.drain) == Approx(19).margin(0.11));
  CHECK(count_on(best, 0) == Approx(800).margin(2));
}

TEST_CASE("ideal: calls that arrive slowly do not wait") {
  scenario what = storm({bucket("a", 40)}, 100);
  what.arrivals = 10;
  const schedule best = ideal(what);
  CHECK(best.p99_s == Approx(0.2));
  CHECK(seconds(best.drain) == Approx(9.9 + 0.2));
}

TEST_CASE("ideal: token limits bind where they are tighter") {
  scenario what = storm({bucket("a", 1000)}, 100);
  what.routes[0].latency = 0ms;
  what.input_tokens = 100;
  what.routes[0].input_tokens = what.routes[0].input_tokens_burst = 1000;  // ten calls a second
  CHECK(seconds(ideal(what).drain) == Approx(9));
}

TEST_CASE("ideal: reserved output tokens come back with the answer") {
  scenario what = storm({bucket("a", 1000)}, 4);
  scenario_route& route = what.routes[0];
  what.max_tokens = 100;
  what.output_tokens = 1;
  route.latency = 1s;
  route.output_tokens = 1;  // next to nothing comes by itself
  route.output_tokens_burst = 200;
  const schedule best = ideal(what);
  CHECK(best.calls[1].admitted == 0s);
  CHECK(seconds(best.calls[2].admitted) == Approx(1).margin(0.001));
  CHECK(seconds(best.calls[3].admitted) == Approx(2).margin(0.001));
}

TEST_CASE("ideal: it knows when quotas change, and goes elsewhere during a fault") {
  scenario what = storm({bucket("a", 40)});
  what.routes[0].latency = 0ms;
  // 10 s of 40/s, 10 s of 10/s, then 40/s again: 440 + 100 + 460
  what.routes[0].events = {event(scenario_event::kind::quota, 10s, 0.25),
                           event(scenario_event::kind::quota, 20s, 1)};
  CHECK(seconds(ideal(what).drain) == Approx(31.5).margin(0.05));

  what.routes[0].events = {lasting(scenario_event::kind::fault, 1s, 4s)};
  // the bucket fills while nobody may come: a burst of 40 at 5 s
  CHECK(seconds(ideal(what).drain) == Approx(5 + (1000 - 80 - 40) / 40.0).margin(0.05));
}

TEST_CASE("ideal: neighbours take their share, and no more") {
  scenario what = storm({bucket("a", 40)}, 2000);
  what.routes[0].events = {event(scenario_event::kind::neighbour, 0ms, 0.5)};
  CHECK(seconds(ideal(what).drain) == Approx(98).epsilon(0.1));
  what.routes = {window("a", 200, 5s)};
  what.routes[0].events = {event(scenario_event::kind::neighbour, 0ms, 0.5)};
  CHECK(seconds(ideal(what).drain) == Approx(95).epsilon(0.1));
}

TEST_CASE("ideal: what nobody can answer in time is no loss") {
  scenario what = storm({bucket("a", 40)});
  what.deadline = 10s;
  const schedule best = ideal(what);
  CHECK(best.answered == Approx(40 + 40 * 9.8).margin(2));
  CHECK(best.drain <= 10s);
}

TEST_CASE("a wrong scenario is refused by field and cure") {
  const auto refused = [](auto change) {
    scenario what = storm({bucket("a", 40)});
    change(what);
    try {
      check(what);
    } catch (const std::invalid_argument& problem) {
      return std::string(problem.what());
    }
    return std::string();
  };
  CHECK(refused([](scenario&) {}).empty());
  CHECK(refused([](scenario& s) { s.routes.clear(); }) ==
        "scenario.routes is empty; give at least one");
  CHECK(refused([](scenario& s) {
          s.routes[0].forms.clear();
        }).starts_with("scenario.routes[0].forms is empty"));
  CHECK(refused([](scenario& s) {
          s.routes[0].input_tokens = 1;
        }).starts_with("scenario.routes[0].input_tokens_burst is less than one call takes"));
  CHECK(refused([](scenario& s) { s.plan = "hope"; }).starts_with("scenario.plan is \"hope\""));
  CHECK(refused([](scenario& s) {
          s.routes[0].events = {event(scenario_event::kind::quota, 0ms, 0)};
        }).starts_with("scenario.routes[0].events[0].factor must be more than 0"));
}

TEST_CASE("ideal: it hears of a fault by asking, and keeps to the hint as any client must") {
  using kind = scenario_event::kind;
  scenario what = storm({bucket("a", 40)});
  what.calls = 100;
  what.routes[0].latency = 0ms;
  scenario_event bad = lasting(kind::fault, 500ms, 2s);
  bad.hint = 1500ms;
  what.routes[0].events = {bad};
  const auto first_after = [&] {
    const schedule best = ideal(what);
    for (const ideal_call& each : best.calls)
      if (each.admitted > 500ms) return seconds(each.admitted);
    return 0.0;
  };
  CHECK(first_after() == Approx(3.5));  // asked at 0.5 s and at 2 s
  SECTION("where nothing is said it goes when the fault ends") {
    what.routes[0].forms = {refusal_form::none};
    CHECK(first_after() == Approx(2.5));
  }
  SECTION("nobody keeps to days") {
    what.routes[0].events[0].hint = 48h;
    CHECK(first_after() == Approx(2.5));
  }
  SECTION("who does not ask hears nothing") {
    what.arrivals = 1;
    CHECK(first_after() == Approx(2.5));
  }
}

TEST_CASE("ideal: it pays for what answers generate, and does not leave a debt") {
  scenario what = storm({scenario_route()}, 100);
  what.output_tokens = 50;
  what.routes[0].latency = 0ms;
  what.routes[0].limits = {{limit_kind::bucket, limit_unit::output_generated, 500, 1s, 0, {}}};
  CHECK(seconds(ideal(what).drain) == Approx(9));  // 5,000 tokens, 500 of them at once
}

TEST_CASE("ideal: it sends over the shortest way, so that each call comes at the very moment") {
  scenario what = storm({bucket("a", 40)});
  what.routes[0].latency = 0ms;
  what.routes[0].way = 10ms;
  what.routes[0].way_to = 50ms;
  const schedule best = ideal(what);
  CHECK(best.calls[0].admitted == 10ms);
  CHECK(best.calls[0].finished == 20ms);
  CHECK(seconds(best.calls[40].admitted) == Approx(0.035));
}

TEST_CASE("ideal: of what hits a share of the requests it meets nothing") {
  scenario what = storm({bucket("a", 40)});
  scenario_event bad = lasting(scenario_event::kind::fault, 0ms, 20s);
  bad.share = 0.5;
  what.routes[0].latency = 0ms;
  what.routes[0].events = {bad};
  CHECK(seconds(ideal(what).drain) == Approx(24));
}

TEST_CASE("ideal: callers in a loop are answered as fast as limits and answers allow") {
  scenario what = storm({bucket("a", 10)}, 200);
  what.workers = 4;
  what.routes[0].latency = 100ms;  // 40 per second, if there were no limit
  CHECK(seconds(ideal(what).drain) == Approx(19.1));
  what.workers = 1;
  what.routes[0].latency = 500ms;
  CHECK(seconds(ideal(what).drain) == Approx(100));
}
