// Errors that come under 200: what the call makes of them, and what the gate hears.
#include "tests/client/rig.hpp"
#include "tests/support/catch.hpp"

using namespace std::chrono_literals;
using reroute::category;
using reroute::errc;
using reroute::gate_state;
using tests::always;
using tests::first;
using tests::rig;
using tests::says;

namespace {

// an error that a gateway sends under 200
tests::line hidden(std::string_view type, reroute::http::headers headers = {}) {
  return says(200,
              R"({"type":"error","error":{"type":")" + std::string(type) +
                  R"(","message":"no"},"request_id":"req_9"})",
              std::move(headers));
}

}  // namespace

TEST_CASE("an error inside a 200 is judged by its type") {
  struct row {
    const char* type;
    category kind;
    bool diverted;
  };
  for (const row& each :
       {row{"invalid_request_error", category::bad_request, false},
        row{"authentication_error", category::auth, false},
        row{"permission_error", category::auth, false},
        row{"not_found_error", category::bad_request, false},
        row{"overloaded_error", category::overloaded, true},
        row{"rate_limit_error", category::rate_limit, true},
        row{"billing_error", category::quota, true}, row{"api_error", category::server, true},
        row{"timeout_error", category::timeout, true}}) {
    rig r(always(hidden(each.type)));
    const auto end = r.run();
    INFO(each.type);
    REQUIRE_FALSE(end.result.attempts.empty());
    const reroute::attempt& first = end.result.attempts[0];
    CHECK(first.error.category == each.kind);
    CHECK(first.error.raw_code == each.type);
    CHECK(first.error.request_id == "req_9");
    CHECK(first.status == 200);
    CHECK(end.result.possibly_billed() == 0);
    CHECK(r.a->requests.size() == 1);
    CHECK(r.b->requests.size() == (each.diverted ? 1U : 0U));
    CHECK(end.result.answered() == each.diverted);
    CHECK(r.claude->routes()[0].in_flight == 0);
  }
}

TEST_CASE("an error inside a 200 that has no known name is a malformed answer") {
  rig r(always(hidden("new_kind_of_error")));
  const auto end = r.run();
  CHECK(end.result.route() == "azure");
  CHECK(end.result.attempts[0].error.cause == errc::malformed_answer);
  CHECK(end.result.attempts[0].error.request_id == "req_9");
  CHECK(end.result.possibly_billed() == 1);
}

TEST_CASE("a refusal inside a 200 closes the gate for everybody, until its hint is over") {
  rig r(first(1, hidden("rate_limit_error", {{"retry-after", "7"}})));
  CHECK(r.run().result.route() == "azure");
  const auto gates = r.claude->routes();
  REQUIRE(gates[0].route == "anthropic");
  CHECK(gates[0].state == gate_state::closed);
  CHECK(gates[0].opens_in > 6s);
  CHECK(gates[0].in_flight == 0);
  CHECK(r.run().result.route() == "azure");
  r.time->advance(7s);
  CHECK(r.run().result.route() == "anthropic");
}

TEST_CASE("a spent balance inside a 200 quarantines the route") {
  rig r(always(hidden("billing_error")));
  CHECK(r.run().result.route() == "azure");
  CHECK(r.run().result.attempts.size() == 1);
  CHECK(r.a->requests.size() == 1);
  CHECK(r.claude->routes()[0].state == gate_state::quarantined);
}

TEST_CASE("a route that hides its refusals is asked ever more rarely") {
  rig r(always(hidden("rate_limit_error")), always(says(402)));
  const auto end = r.run(reroute::call_options().deadline(5min));
  CHECK_FALSE(end.result.answered());
  // 1 s doubling up to 30 s, with full jitter; without the doubling it would be hundreds
  CHECK(r.a->requests.size() > 5);
  CHECK(r.a->requests.size() < 60);
  CHECK(r.claude->routes()[0].in_flight == 0);
}

TEST_CASE("faults that hide in 200s close the route as faults in a row do") {
  rig r(always(hidden("overloaded_error")));
  for (int i = 0; i < 5; ++i)
    r.run();
  CHECK(r.a->requests.size() == 5);
  CHECK(r.claude->routes()[0].state != gate_state::open);
}
