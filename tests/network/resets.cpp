// Connections that a middlebox resets: at rest, and with calls on them.
#include "tests/network/world.hpp"
#include "tests/support/catch.hpp"

using namespace std::chrono_literals;
using namespace reroute::network;

TEST_CASE("a reset of connections at rest costs no call") {
  const auto* const on = private_network::enter();
  if (!on) return;
  const bool http2 = either();
  reroute::client_options options = impatient(http2);
  options.retry_lost_answers = http2;
  world in(*on, http2, std::move(options));
  for (int i = 0; i < 3; ++i) {
    in.traffic(20, 80ms);
    CHECK(in.finish());
    in.run_for(50ms);
    in.on_both([](path& each) { each.reset_connections(); });
    in.run_for(20ms);
  }
  CHECK(in.answered() == 60);
  for (const auto& each : in.calls)
    CHECK(each->outcome.attempts.size() == 1);
  CHECK(in.fake.admitted_twice() == 0);
  check_promises(in);
  CHECK(in.a.log().open_connections == 0);  // the server's side was reset as well
}

TEST_CASE("connections are reset under calls, again and again") {
  const auto* const on = private_network::enter();
  if (!on) return;
  const bool http2 = either();
  reroute::client_options options = asks_again_or_not(http2);
  const bool again = options.retry_lost_answers;
  CAPTURE(again);
  world in(*on, http2, std::move(options));
  for (int i = 0; i < 7; ++i) {
    in.traffic(20, 80ms);
    in.on_both([](path& each) { each.reset_connections(); });
  }
  CHECK(in.finish());
  check_promises(in);
  if (!again) {
    CHECK(in.fake.admitted_twice() == 0);
    CHECK(in.fake.asked_after_answer() == 0);
  }
  in.run_for(300ms);
  fresh_calls(in, 20);
  CHECK(in.answered() == 20);
}
