// Packets that are lost, late, overtaken, doubled, or squeezed through a thin line.
#include "tests/network/world.hpp"
#include "tests/support/catch.hpp"

#include <random>
#include <thread>

using namespace std::chrono_literals;
using namespace reroute::network;

namespace {

// TCP sends again what was lost; how late that is, the machine decides, and it is no matter here
reroute::client_options patient(bool http2) {
  reroute::client_options options = impatient(http2);
  options.deadline = 10min;
  options.attempt_timeout = 5min;
  options.https.connect_timeout = 5min;
  options.https.idle_timeout = 5min;
  options.https.ping_interval = 5min;
  return options;
}

// afterwards everything is as it was
void clears_up(world& in) {
  in.on_both([](path& each) { each.clear(); });
  in.run_for(300ms);  // gates that faults closed let single calls look
  // who may not ask again still loses what is sent over connections that were forgotten
  for (int rounds = in.set.retry_lost_answers ? 1 : 2; rounds > 0; --rounds)
    fresh_calls(in, 20);
  CHECK(in.answered() == 20);
}

}  // namespace

TEST_CASE("in fair weather every call is answered at the first attempt") {
  const auto* const on = private_network::enter();
  if (!on) return;
  world in(*on, either());
  in.traffic(100, 500ms);
  CHECK(in.finish());
  CHECK(in.answered() == 100);
  for (const auto& each : in.calls)
    CHECK(each->outcome.attempts.size() == 1);
  CHECK(in.fake.admitted_twice() == 0);
  check_promises(in);
}

TEST_CASE("a loop that waits for a processor makes nothing late") {
  const auto* const on = private_network::enter();
  if (!on) return;
  world in(*on, either());
  for (int i = 0; i < 4; ++i) {
    in.create();
    in.stream();
    in.run_for(10ms);
    std::this_thread::sleep_for(400ms);  // together longer than an attempt may take, and a PING
  }
  CHECK(in.finish());
  CHECK(in.answered() == 8);
  for (const auto& each : in.calls)
    CHECK(each->outcome.attempts.size() == 1);
  check_promises(in);
}

TEST_CASE("packets are lost") {
  const auto* const on = private_network::enter();
  if (!on) return;
  const bool http2 = either();
  const double share = GENERATE(0.03, 0.25);
  CAPTURE(share);
  const bool bearable = share < 0.1;
  reroute::client_options options = bearable ? patient(http2) : impatient(http2);
  if (!bearable) options.deadline = 2s;
  world in(*on, http2, std::move(options));
  weather bad;
  bad.loss = share;
  in.on_both([&](path& each) { each.set(bad); });
  in.traffic(120, 600ms);
  CHECK(in.finish());
  check_promises(in);
  if (bearable) CHECK(in.answered() == 120);
  clears_up(in);
}

TEST_CASE("packets are late, overtake each other, and come twice") {
  const auto* const on = private_network::enter();
  if (!on) return;
  const bool http2 = either();
  world in(*on, http2, patient(http2));
  weather bad;
  bad.delay = 20ms;
  bad.jitter = 40ms;
  bad.copies = 0.1;
  in.on_both([&](path& each) { each.set(bad); });
  in.traffic(100, 600ms);
  CHECK(in.finish());
  check_promises(in);
  CHECK(in.answered() == 100);
  clears_up(in);
}

TEST_CASE("the line is thin") {
  const auto* const on = private_network::enter();
  if (!on) return;
  world in(*on, either());
  weather bad;
  bad.bytes_per_second = 200'000;
  bad.delay = 10ms;
  in.on_both([&](path& each) { each.set(bad); });
  in.traffic(60, 800ms);
  CHECK(in.finish());
  check_promises(in);
  clears_up(in);
}

TEST_CASE("the weather changes all the time") {
  const auto* const on = private_network::enter();
  if (!on) return;
  const bool http2 = either();
  reroute::client_options options = asks_again_or_not(http2);
  options.deadline = 2s;
  CAPTURE(options.retry_lost_answers);
  world in(*on, http2, std::move(options));
  std::mt19937 random(7);
  const auto below = [&](unsigned end) { return random() % end; };
  for (int minute = 0; minute < 12; ++minute) {
    path& over = below(2) == 0 ? in.path_a() : in.path_b();
    const way direction = below(2) == 0 ? way::to_server : way::to_client;
    weather next;
    next.loss = below(3) == 0 ? 0.1 : 0;
    next.copies = below(3) == 0 ? 0.1 : 0;
    next.delay = std::chrono::milliseconds(below(20));
    next.jitter = std::chrono::milliseconds(below(30));
    switch (below(6)) {
      case 0:
        over.set(direction, black_hole(std::chrono::milliseconds(below(600))));
        break;
      case 1:
        over.forget_connections();
        break;
      case 2:
        over.reset_connections();
        break;
      default:
        over.set(direction, next);
    }
    in.traffic(10, 80ms);
  }
  CHECK(in.finish());
  check_promises(in);
  CHECK(in.answered() > 0);
  clears_up(in);
}
