// The fake's log: what it counts, per route and per request.
#include "tests/testing/raw_client.hpp"

#include <sstream>

using namespace std::chrono_literals;
using namespace tests;

TEST_CASE("a request into a window that was announced closed is counted, once it can be known") {
  world w;
  w.fake.set_hearing_time(50ms);
  auto route = w.fake.add_route();
  route.refuse_for(2s);
  CHECK(w.ask(route).status == 429);
  CHECK(w.ask(route).status == 429);  // cannot have heard yet
  w.time->advance(50ms);
  CHECK(w.ask(route).status == 429);
  CHECK(route.log().into_closed_window == 0);
  w.time->advance(1ms);
  CHECK(w.ask(route).status == 429);
  CHECK(route.log().into_closed_window == 1);
  w.time->advance(1949ms);
  // the first two refusals said "2 s", and so did the last: the route opens now, but was announced
  // closed a little longer
  CHECK(w.ask(route).status == 200);
  CHECK(route.log().into_closed_window == 2);
  w.time->advance(51ms);
  CHECK(w.ask(route).status == 200);
  CHECK(route.log().into_closed_window == 2);
  CHECK(route.log().refused == 4);
}

TEST_CASE("without an announcement no window is closed") {
  world w;
  fakes::fake_route_options options;
  options.form = fakes::refusal_form::none;
  auto route = w.fake.add_route(options);
  route.refuse_for(10s);
  for (int i = 0; i < 5; ++i) {
    CHECK(w.ask(route).status == 429);
    w.time->advance(1s);
  }
  CHECK(route.log().into_closed_window == 0);
}

TEST_CASE("one request is followed over all routes") {
  world w;
  auto a = w.fake.add_route();
  auto b = w.fake.add_route(with_face(fakes::face::azure));
  a.refuse_for(1s);
  CHECK(w.ask(a, asked_by("diverted")).status == 429);
  CHECK(w.ask(b, asked_by("diverted")).status == 200);
  CHECK(w.fake.admitted_twice() == 0);
  CHECK(w.fake.asked_after_answer() == 0);
  w.time->advance(1s);
  CHECK(w.ask(a, asked_by("diverted")).status == 200);
  CHECK(w.ask(b, asked_by("other")).status == 200);
  CHECK(w.fake.admitted_twice() == 1);
  CHECK(w.fake.asked_after_answer() == 1);
  for (int i = 0; i < 2; ++i)
    CHECK(w.ask(b).status == 200);  // nobody in particular
  CHECK(w.fake.admitted_twice() == 1);
  const auto all = w.fake.requests();
  CHECK(all.size() == 2);
  CHECK(all.at("diverted").requests == 3);
  CHECK(all.at("diverted").admitted == 2);
  CHECK(all.at("diverted").answered == 2);
  CHECK(all.at("other").admitted == 1);
}

TEST_CASE("an answer that was cut off was paid for, but not given") {
  world w;
  auto route = w.fake.add_route();
  fakes::fault cut;
  cut.kind = fakes::fault_kind::slow_drip;
  cut.requests = 1;
  cut.every = 1h;
  route.inject(cut);
  const auto client = w.client();
  heard got;
  asio::co_spawn(w.io, world::one_request(*client, route.port(), asked_by("patient").bytes(), got),
                 asio::detached);
  w.time->run(w.io, 1s);
  client->hang_up();
  w.settle();
  CHECK(w.ask(route, asked_by("patient")).status == 200);
  CHECK(w.fake.admitted_twice() == 1);
  CHECK(w.fake.asked_after_answer() == 0);
  CHECK(w.fake.requests().at("patient").answered == 1);
}

TEST_CASE("the timeline has a slot for each 100 ms in which something came") {
  world w;
  fakes::fake_route_options options;
  options.rate = 10;
  options.burst = 2;
  const auto route = w.fake.add_route(options);
  for (int i = 0; i < 3; ++i)
    w.ask(route);
  w.time->advance(24h + 150ms);
  w.ask(route);
  const fakes::fake_log log = route.log();
  using tally = fakes::fake_log::tally;
  REQUIRE(log.timeline.size() == 2);
  CHECK((log.timeline.at(0ms) == tally{2, 1}));
  CHECK((log.timeline.at(24h + 100ms) == tally{1, 0}));
  CHECK(log.peak() == 3);
  std::ostringstream text;
  text << log;
  CHECK(
      text.str() ==
      "4 requests on 4 connections: 3 admitted (3 answered, 0 abandoned), 1 refused, 0 "
      "unauthorized, 0 rejected, 0 faulted; 0 into a closed window; at most 1 at once; 200: 3 429: "
      "1");
}

TEST_CASE("a crowd is counted by its head") {
  world w;
  fakes::fake_route_options options;
  options.latency = fakes::latency::fixed(1s);
  const auto route = w.fake.add_route(options);
  constexpr int count = 100;
  std::vector<std::unique_ptr<raw_client>> clients;
  std::vector<heard> got(count);
  int over = 0;
  for (std::size_t i = 0; i < count; ++i) {
    clients.push_back(w.client());
    asio::co_spawn(w.io,
                   world::one_request(*clients[i], route.port(),
                                      asked_by("user-" + std::to_string(i)).bytes(), got[i]),
                   [&over](std::exception_ptr) { ++over; });
  }
  REQUIRE(w.time->run_until(w.io, [&over] { return over == count; }));
  for (const heard& each : got)
    CHECK(each.status == 200);
  const fakes::fake_log log = route.log();
  CHECK(log.connections == count);
  CHECK(log.handshakes == count);
  CHECK(log.admitted == count);
  CHECK(log.answered == count);
  CHECK(log.max_concurrent == count);
  CHECK(log.concurrent == 0);
  CHECK(w.fake.requests().size() == count);
  CHECK(w.fake.admitted_twice() == 0);
}
