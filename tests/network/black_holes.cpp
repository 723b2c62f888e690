// Ways on which nothing comes through any more, and nobody says so.
#include <reroute/error/errc.hpp>

#include "tests/network/world.hpp"
#include "tests/support/catch.hpp"

using namespace std::chrono_literals;
using namespace reroute::network;
using reroute::call_options;
using reroute::errc;

TEST_CASE("a connect into a black hole ends in time, and the other route answers") {
  const auto* const on = private_network::enter();
  if (!on) return;
  world in(*on, either());
  in.path_a().set(black_hole());
  for (int i = 0; i < 30; ++i)
    in.create();
  for (int i = 0; i < 10; ++i)
    in.stream();
  CHECK(in.finish());
  check_promises(in);
  CHECK(in.answered() == 40);
  const auto& first = in.calls.front()->outcome;
  REQUIRE(first.attempts.size() >= 2);
  CHECK(first.attempts.front().error.cause == errc::connect_timeout);
  CHECK_FALSE(first.attempts.front().possibly_billed);
  CHECK(first.route() == "azure");
  CHECK(in.fake.admitted_twice() == 0);
  CHECK(in.a.log().connections == 0);
}

TEST_CASE("an address that swallows everything costs a name with another one nothing") {
  const auto* const on = private_network::enter();
  if (!on) return;
  world in(*on, either());
  in.way.path_to(2).set(black_hole());
  auto& addresses = in.names["a.fake.localhost"];
  addresses.insert(addresses.begin(), asio::ip::address_v4(wire::address_of(2)));
  for (int i = 0; i < 10; ++i)
    in.create(call_options().plan(reroute::in_order()));
  CHECK(in.finish());
  check_promises(in);
  CHECK(in.answered() == 10);
  CHECK(in.a.log().answered == 10);
}

TEST_CASE("a route falls silent under calls: the other one takes them over") {
  const auto* const on = private_network::enter();
  if (!on) return;
  world in(*on, either());
  in.traffic(30, 200ms);
  in.path_a().set(black_hole());
  in.traffic(60, 300ms);
  CHECK(in.finish());
  check_promises(in);
  CHECK(in.answered() >= 80);
  in.path_a().clear();
  in.run_for(300ms);
  in.next_act();
  const auto before = in.a.log().answered;
  for (int i = 0; i < 20; ++i) {
    in.create(call_options().deadline(10s));
    in.run_for(30ms);
  }
  CHECK(in.finish());
  CHECK(in.answered() == 20);
  CHECK(in.a.log().answered > before);
  check_promises(in);
}

TEST_CASE(
    "both routes fall silent: every call ends at its deadline, and the next ones are answered") {
  const auto* const on = private_network::enter();
  if (!on) return;
  const bool http2 = either();
  reroute::client_options options = impatient(http2);
  options.deadline = 2s;
  world in(*on, http2, std::move(options));
  in.traffic(20, 100ms);
  in.on_both([](path& each) { each.set(black_hole()); });
  in.traffic(100, 200ms);
  CHECK(in.finish());
  check_promises(in);
  in.on_both([](path& each) { each.clear(); });
  in.run_for(300ms);
  fresh_calls(in, 30);
  CHECK(in.answered() == 30);
}

TEST_CASE("requests arrive and answers do not") {
  const auto* const on = private_network::enter();
  if (!on) return;
  const bool http2 = either();
  reroute::client_options options = asks_again_or_not(http2);
  CAPTURE(options.retry_lost_answers);
  const bool again = options.retry_lost_answers;
  world in(*on, http2, std::move(options));
  in.traffic(40, 200ms);
  CHECK(in.finish());
  in.next_act();
  in.path_a().set(way::to_client, black_hole());
  in.traffic(40, 200ms);
  CHECK(in.finish());
  check_promises(in);
  if (again) {
    CHECK(in.answered() >= 36);
  } else {
    CHECK(in.fake.admitted_twice() == 0);
    CHECK(in.fake.asked_after_answer() == 0);
  }
}

TEST_CASE("a short silence is TCP's to mend") {
  const auto* const on = private_network::enter();
  if (!on) return;
  const bool http2 = either();
  reroute::client_options options = impatient(http2);
  options.attempt_timeout = 0ms;
  options.deadline = 4s;
  options.https.idle_timeout = 4s;
  options.https.ping_interval = 3s;
  world in(*on, http2, std::move(options));
  in.traffic(30, 200ms);
  in.on_both([](path& each) { each.set(black_hole(300ms)); });
  in.traffic(30, 200ms);
  CHECK(in.finish());
  check_promises(in);
  CHECK(in.answered() >= 55);
  CHECK(in.fake.admitted_twice() == 0);
}
