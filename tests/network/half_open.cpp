// Connections that only one side, or neither, knows to be dead: a NAT has forgotten them.
#include "tests/network/world.hpp"
#include "tests/support/catch.hpp"

using namespace std::chrono_literals;
using namespace reroute::network;
using reroute::call_options;

TEST_CASE("idle connections that were forgotten are replaced within a call's deadline") {
  const auto* const on = private_network::enter();
  if (!on) return;
  world in(*on, either());
  const auto only_a = call_options().deadline(4s).plan(reroute::in_order());
  for (int i = 0; i < 16; ++i)
    in.create(only_a);
  CHECK(in.finish());
  CHECK(in.answered() == 16);
  in.next_act();
  in.path_b().set(black_hole());  // nobody else helps
  in.path_a().forget_connections();
  for (int i = 0; i < 4; ++i)
    in.create(only_a);
  CHECK(in.finish());
  check_promises(in);
  CHECK(in.answered() == 4);
  in.next_act();
  for (int i = 0; i < 16; ++i)
    in.create(only_a);
  CHECK(in.finish());
  check_promises(in);
  CHECK(in.answered() == 16);
}

TEST_CASE(
    "without any time limit but the deadline, a dead way is noticed while its answer is awaited") {
  const auto* const on = private_network::enter();
  if (!on) return;
  const bool http2 = either();
  reroute::client_options options = impatient(http2);
  options.attempt_timeout = 0ms;
  options.https.idle_timeout = 0ms;
  options.https.ping_interval = 500ms;
  options.deadline = 8s;
  world in(*on, http2, std::move(options));
  reroute::testing::fault slow;
  slow.kind = reroute::testing::fault_kind::silence;
  in.a.inject(slow);
  for (int i = 0; i < 5; ++i)
    in.create();
  in.run_for(300ms);  // they have arrived, and are acknowledged
  CHECK(in.a.log().requests == 5);
  in.a.clear_faults();
  in.path_a().forget_connections();
  CHECK(in.finish());
  check_promises(in);
  CHECK(in.answered() == 5);
}

TEST_CASE("connections are forgotten under calls, again and again") {
  const auto* const on = private_network::enter();
  if (!on) return;
  const bool http2 = either();
  reroute::client_options options = asks_again_or_not(http2);
  const bool again = options.retry_lost_answers;
  CAPTURE(again);
  world in(*on, http2, std::move(options));
  for (int i = 0; i < 4; ++i) {
    in.traffic(25, 150ms);
    in.on_both([](path& each) { each.forget_connections(); });
  }
  CHECK(in.finish());
  check_promises(in);
  fresh_calls(in, 20);
  if (again) CHECK(in.answered() == 20);
}
