// The dispatcher as scripts: who goes where, and when.
#include "traffic/dispatcher.hpp"

#include "tests/support/catch.hpp"

#include <algorithm>
#include <deque>
#include <string_view>
#include <vector>

using namespace std::chrono_literals;
using reroute::gate_options;
using reroute::normalized_error;
using reroute::priority;
using reroute::detail::dispatcher;
using reroute::detail::gate;
using reroute::detail::route_set;
using reroute::detail::verdict;
using reroute::detail::waiter;
using time_point = waiter::time_point;

namespace {

const time_point start{1h};
constexpr route_set only_first = 1, only_second = 2, both = 3;

struct house {
  explicit house(int routes = 2, int window = 1'000'000) : waiting(gates(routes, window)) {}
  ~house() {
    for (waiter& each : calls)
      waiting.remove(each);
  }
  static std::vector<reroute::detail::gated_route> gates(int routes, int window) {
    gate_options options;
    options.initial_window = window;
    options.hint_jitter = 0;
    reroute::quota plenty;
    plenty.requests_per_minute = 6e7;
    plenty.burst = 1e6;
    return std::vector<reroute::detail::gated_route>(static_cast<std::size_t>(routes),
                                                     {options, plenty});
  }
  waiter& add(route_set routes, time_point due = time_point::max(),
              priority level = priority::normal) {
    waiter& call = calls.emplace_back();
    call.routes = routes;
    call.due = call.deadline = due;
    call.priority = level;
    waiting.add(call);
    return call;
  }
  void close(int route, std::chrono::milliseconds hint, time_point now) {
    normalized_error error;
    error.category = reroute::category::rate_limit;
    error.retry_after = hint;
    gate& at = waiting.gate_of(route, 0);
    at.refused(at.admit(now), error, now, 0.5);
  }
  // what is admitted goes to the wire, and is answered, at once
  verdict poll(time_point now) {
    verdict said = waiting.poll(now);
    if (said.what != verdict::kind::admit) return said;
    gate& at = waiting.gate_of(said.route, said.who->scope);
    at.sent(said.held, now);
    at.admitted(said.held, now);
    return said;
  }
  dispatcher waiting;
  std::deque<waiter> calls;
};

}  // namespace

TEST_CASE("nothing waits, nothing to do") {
  house h;
  CHECK(h.poll(start).what == verdict::kind::none);
  CHECK(h.waiting.wake(start) == time_point::max());
}

TEST_CASE("a call goes to the first route in order that is open") {
  house h;
  waiter& call = h.add(both);
  const verdict said = h.poll(start);
  CHECK(said.what == verdict::kind::admit);
  CHECK(said.who == &call);
  CHECK(said.route == 0);
  CHECK(h.waiting.size() == 0);
}

TEST_CASE("a busy window diverts to the other route") {
  house h;
  h.close(0, 5s, start);
  h.add(both);
  CHECK(h.poll(start).route == 1);
}

TEST_CASE("with all shut, whichever opens first") {
  house h;
  h.close(0, 5s, start);
  h.close(1, 2s, start);
  waiter& call = h.add(both);
  CHECK(h.poll(start).what == verdict::kind::none);
  CHECK(h.waiting.wake(start) == start + 2s);
  const verdict said = h.poll(start + 2s);
  CHECK(said.who == &call);
  CHECK(said.route == 1);
}

TEST_CASE("first in, first out; a refused call comes back to its place") {
  house h(1);
  waiter& a = h.add(only_first);
  waiter& b = h.add(only_first);
  waiter& c = h.add(only_first);
  CHECK(h.poll(start).who == &a);
  h.waiting.add(a);
  CHECK(h.poll(start).who == &a);
  CHECK(h.poll(start).who == &b);
  CHECK(h.poll(start).who == &c);
}

TEST_CASE("calls with different routes keep one order among them") {
  house h;
  h.close(0, 5s, start);
  h.close(1, 5s, start);
  waiter& a = h.add(only_second);
  waiter& b = h.add(both);
  waiter& c = h.add(only_second);
  REQUIRE(h.poll(start).what == verdict::kind::none);
  std::vector<waiter*> order;
  for (time_point now = start + 5s; order.size() < 3; now += 1s) {
    const verdict said = h.poll(now);
    if (said.what == verdict::kind::admit) order.push_back(said.who);
  }
  CHECK(order == std::vector<waiter*>{&a, &b, &c});
}

TEST_CASE("the more urgent go first; whoever waits lets at most one from below go before") {
  house h(1);
  for (int i = 0; i < 100; ++i)
    h.add(only_first, time_point::max(), priority::batch);
  for (int i = 0; i < 32; ++i)
    h.add(only_first, time_point::max(), priority::interactive);
  CHECK(h.waiting.size(priority::batch) == 100);
  int interactive = 0, batch = 0;
  while (h.waiting.size(priority::interactive) > 0) {
    const verdict said = h.poll(start);
    REQUIRE(said.what == verdict::kind::admit);
    (said.who->priority == priority::interactive ? interactive : batch)++;
  }
  CHECK(interactive == 32);
  CHECK(batch == 1);
}

TEST_CASE("a flood of batch work delays an interactive call by one admission, and gets its share") {
  house h(1);
  for (int i = 0; i < 1000; ++i)
    h.add(only_first, time_point::max(), priority::batch);
  int batch = 0;
  for (int round = 0; round < 100; ++round) {
    for (int i = 0; i < 4; ++i)
      h.add(only_first, time_point::max(), priority::interactive);
    int admissions = 0, mine = 0;
    while (mine < 4) {
      const verdict said = h.poll(start);
      REQUIRE(said.what == verdict::kind::admit);
      ++admissions;
      (said.who->priority == priority::interactive ? mine : batch)++;
    }
    CHECK(admissions <= 5);
  }
  CHECK(batch >= 50);
}

TEST_CASE("with three levels waiting for long, even the lowest gets its share") {
  house h(1);
  for (const priority level : {priority::interactive, priority::normal, priority::batch})
    for (int i = 0; i < 10'000; ++i)
      h.add(only_first, time_point::max(), level);
  int by_level[3] = {};
  for (int i = 0; i < 6400; ++i)
    ++by_level[static_cast<int>(h.poll(start).who->priority)];
  CHECK(by_level[1] >= 90);
  CHECK(by_level[2] >= 1);
}

TEST_CASE("tenants take turns: a thousand calls of one do not hold up another's first") {
  house h(1);
  const auto add = [&](std::string_view tenant) -> waiter& {
    waiter& call = h.calls.emplace_back();
    call.routes = only_first;
    h.waiting.enrol(call, tenant);
    h.waiting.add(call);
    return call;
  };
  for (int i = 0; i < 1000; ++i)
    add("crowd");
  for (int i = 0; i < 100; ++i)
    (void)h.poll(start);
  waiter& first = add("lonely");
  waiter& second = add("lonely");
  std::vector<const waiter*> order;
  for (int i = 0; i < 5; ++i)
    order.push_back(h.poll(start).who);
  CHECK(std::find(order.begin(), order.begin() + 2, &first) != order.begin() + 2);
  CHECK(std::find(order.begin(), order.begin() + 4, &second) != order.begin() + 4);
}

TEST_CASE("while a probe is under way nobody is told that the route opens too late") {
  house h(1);
  gate& at = h.waiting.gate_of(0, 0);
  for (int i = 0; i < 5; ++i)
    at.faulted(at.admit(start), false, start, 0.5);
  const time_point again = at.earliest(start);
  const auto probe = at.admit(again);
  waiter& call = h.add(only_first, again + 5s);
  CHECK(h.poll(again).what == verdict::kind::none);
  at.admitted(probe, again + 1s);
  CHECK(h.poll(again + 1s).who == &call);
}

TEST_CASE("its time comes for a call that waits for it only, and for one in the queue") {
  house h(1);
  h.close(0, 5s, start);
  waiter& backing_off = h.add(0, start + 1s);
  waiter& impatient = h.add(only_first, start + 6s);
  CHECK(h.waiting.wake(start) == start + 1s);
  CHECK(h.poll(start + 999ms).what == verdict::kind::none);
  verdict said = h.poll(start + 1s);
  CHECK(said.what == verdict::kind::due);
  CHECK(said.who == &backing_off);
  h.close(0, 8s, start + 5s);
  said = h.poll(start + 5s);
  CHECK(said.what == verdict::kind::would_miss);
  CHECK(said.who == &impatient);
}

TEST_CASE("a call that cannot make its deadline is told so at once, with the opening") {
  house h;
  h.close(0, 20s, start);
  h.close(1, 10s, start);
  waiter& hopeless = h.add(both, start + 9s);
  waiter& patient = h.add(both, start + 11s);
  const verdict said = h.poll(start);
  CHECK(said.what == verdict::kind::would_miss);
  CHECK(said.who == &hopeless);
  CHECK(said.opens == start + 10s);
  CHECK(h.poll(start).what == verdict::kind::none);
  CHECK(h.poll(start + 10s).who == &patient);
}

TEST_CASE("a route in quarantine is no reason to wait") {
  house h;
  normalized_error spent;
  spent.category = reroute::category::quota;
  gate& first = h.waiting.gate_of(0, 0);
  first.quarantined(first.admit(start), spent, start);
  waiter& only_there = h.add(only_first);
  h.add(both);
  verdict said = h.poll(start);
  CHECK(said.what == verdict::kind::shut);
  CHECK(said.who == &only_there);
  REQUIRE(said.reason);
  CHECK(said.reason->category == reroute::category::quota);
  said = h.poll(start);
  CHECK(said.what == verdict::kind::admit);
  CHECK(said.route == 1);
}

TEST_CASE("limits of different models do not touch each other") {
  house h(1);
  CHECK(h.waiting.scope("one") == 0);
  CHECK(h.waiting.scope("other") == 2);
  CHECK(h.waiting.scope("one") == 0);
  h.close(0, 5s, start);  // scope 0
  h.add(only_first);
  waiter& other = h.calls.emplace_back();
  other.routes = only_first;
  other.scope = h.waiting.scope("other");
  h.waiting.add(other);
  CHECK(h.poll(start).who == &other);
  CHECK(h.poll(start).what == verdict::kind::none);
}

TEST_CASE("messages and token counts of one model are limited apart; stated is the first's limit") {
  dispatcher waiting({{.options = {}, .limits = {.requests_per_minute = 1, .burst = 1}}});
  using enum reroute::detail::limit_of;
  const auto counts = waiting.scope("one", token_counts);
  CHECK(counts != waiting.scope("one"));
  CHECK(counts == waiting.scope("one", token_counts));
  CHECK(waiting.scope_name(counts) == "one");
  CHECK(dispatcher::limit(counts) == token_counts);
  CHECK(dispatcher::limit(waiting.scope("one")) == messages);
  CHECK(waiting.gate_of(0, waiting.scope("one")).status(start).evidence ==
        reroute::limit_evidence::stated);
  CHECK(waiting.gate_of(0, counts).status(start).evidence == reroute::limit_evidence::none);
}

TEST_CASE("names of models without end share one limit in the end") {
  house h(1);
  for (int i = 0; i < 5000; ++i)
    CHECK(h.waiting.scope("model-" + std::to_string(i)) < 2048);
  using enum reroute::detail::limit_of;
  CHECK(h.waiting.scope("new", messages) == h.waiting.scope("newer", messages));
  CHECK(h.waiting.scope("new", messages) != h.waiting.scope("new", token_counts));
}

TEST_CASE("a hundred thousand wait, leave in any order, and the rest go in theirs") {
  house h(1);
  h.close(0, 1s, start);
  for (int i = 0; i < 100'000; ++i)
    h.add(only_first, start + 1h + i * 1ms);
  for (std::size_t i = 0; i < h.calls.size(); i += 2)
    h.waiting.remove(h.calls[i]);
  CHECK(h.waiting.size() == 50'000);
  std::uint64_t last = 0;
  time_point now = start + 1s;
  while (h.waiting.size() > 0) {
    const verdict said = h.poll(now);
    if (said.what == verdict::kind::none) {
      now = h.waiting.wake(now);
      continue;
    }
    REQUIRE(said.what == verdict::kind::admit);
    REQUIRE(said.who->sequence > last);
    last = said.who->sequence;
    h.waiting.gate_of(0, 0).admitted(said.held, now);
  }
}
