// Routes that are of no use to a call do not end it while others are.
#include "tests/client/rig.hpp"
#include "tests/support/catch.hpp"

using namespace std::chrono_literals;
using reroute::category;
using reroute::stopped;
using tests::always;
using tests::answer;
using tests::refusal;
using tests::rig;
using tests::says;

namespace {

reroute::client_options in_order() {
  reroute::client_options options;
  options.plan = reroute::in_order();
  return options;
}

}  // namespace

TEST_CASE("in order, a first route in quarantine is passed over") {
  rig r(always(says(402)), always(answer("b")), in_order());
  CHECK(r.run().result.route() == "azure");
  const auto later = r.run();
  CHECK(later.result.route() == "azure");
  CHECK(later.result.attempts.size() == 1);
  CHECK(r.a->requests.size() == 1);
}

TEST_CASE("in order, a first route that opens after the deadline is passed over") {
  rig r(always(refusal(20)), always(answer("b")), in_order());
  const auto end = r.run(reroute::call_options().deadline(5s));
  CHECK(end.result.route() == "azure");
  CHECK(r.a->requests.size() == 1);
  CHECK(r.elapsed() < 1s);
}

TEST_CASE("with one route in quarantine and the other backing off, the call waits for the other") {
  rig r([](const auto&, std::size_t number) { return number % 2 == 0 ? says(500) : answer("a"); },
        always(says(402)));
  CHECK(r.run().result.route() == "anthropic");
  const auto later = r.run();
  CHECK(later.result.route() == "anthropic");
  CHECK(later.result.attempts.size() == 2);
  CHECK(r.b->requests.size() == 1);
}

TEST_CASE("with all in quarantine the first reason is told, whatever the plan") {
  for (const reroute::plan how : {reroute::in_order(), reroute::spill()}) {
    reroute::client_options options;
    options.plan = how;
    rig r(always(says(402)), always(says(402)), std::move(options));
    CHECK(r.run().result.error.category == category::quota);
    const auto later = r.run();
    CHECK(later.result.stopped == stopped::permanent);
    CHECK(later.result.error.category == category::quota);
    CHECK(later.result.attempts.empty());
  }
}
