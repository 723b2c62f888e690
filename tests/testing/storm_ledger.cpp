// Broken clients are found out.
#include "testing/storm_ledger.hpp"

#include "tests/support/catch.hpp"
#include "tests/testing/storms.hpp"

using namespace std::chrono_literals;
using namespace reroute::testing;

namespace {

struct book {
  explicit book(std::string plan = "spill") { what.plan = std::move(plan); }
  // a call as it should be
  void good_call(std::size_t call) {
    ledger.begun(call, 0s);
    attempt(call, 0s);
    ledger.ended(call, 0, 1s);
  }
  void attempt(std::size_t call, storm_time at) {
    ledger.launched(0, at);
    ledger.sent(call, 0, at);
    ledger.admitted(call, 0, at);
    ledger.delivered(call, 0);
    ledger.finished(call, 0, at + 1s);
  }
  std::string first_broken() {
    ledger.close(10s);
    return tests::first_broken(ledger.result(ideal(what)));
  }

  scenario what = tests::storm({tests::bucket("a", 40)}, 1);
  storm_ledger ledger{what};
};

}  // namespace

TEST_CASE("the ledger finds nothing wrong with a good call") {
  book of;
  of.good_call(0);
  CHECK(of.first_broken() == "");
  CHECK(of.ledger.result(ideal(of.what)).answers == 1);
}

TEST_CASE("the ledger finds broken clients out") {
  book of;
  SECTION("a call that never ends") {
    of.ledger.begun(0, 0s);
    CHECK(of.first_broken() == "call 0 never ended");
  }
  SECTION("a call that ends twice") {
    of.good_call(0);
    of.ledger.ended(0, std::nullopt, 2s);
    CHECK(of.first_broken() == "call 0 ended twice");
  }
  SECTION("an answer out of the air") {
    of.ledger.begun(0, 0s);
    of.ledger.ended(0, 0, 1s);
    CHECK(of.first_broken() == "call 0 has an answer that no route gave to it");
  }
  SECTION("a request for a call that is over") {
    of.good_call(0);
    of.attempt(0, 2s);
    CHECK(of.first_broken() == "call 0 on a at 2.000000 s: sent after its call had ended");
  }
  SECTION("two at a time") {
    of.ledger.begun(0, 0s);
    of.ledger.sent(0, 0, 0s);
    of.ledger.sent(0, 0, 1s);
    CHECK(of.first_broken() ==
          "call 0 on a at 1.000000 s: sent while another attempt is under way");
  }
  SECTION("an end after the deadline") {
    of.what.deadline = 500ms;
    of.good_call(0);
    CHECK(of.first_broken() == "call 0 ended at 1.000000 s, after its deadline at 0.500000 s");
  }
  SECTION("an attempt into a closed window") {
    of.ledger.heard(0, 1s);
    of.good_call(0);
    CHECK(of.first_broken() ==
          "an attempt on a at 0.000000 s, which was known to be closed until 1.000000 s");
    CHECK(of.ledger.result(ideal(of.what)).violations == 1);
  }
  SECTION("into a window that is announced for longer than is believed") {
    of.ledger.heard(0, 90s, 90s, "m");
    of.ledger.launched(0, 0s, "other");
    of.ledger.launched(0, 1s, "m");
    of.good_call(0);
    of.ledger.launched(0, 2s, "m");
    CHECK(of.first_broken() == "");
    CHECK(of.ledger.result(ideal(of.what)).into_far == 1);
    CHECK(of.ledger.result(ideal(of.what)).violations == 0);
  }
  SECTION("an exchange that nobody ends") {
    of.ledger.begun(0, 0s);
    of.ledger.sent(0, 0, 0s);
    of.ledger.ended(0, std::nullopt, 1s);
    CHECK(of.first_broken() == "call 0 is under way for ever");
  }
}

TEST_CASE("the ledger allows two at a time where the plan does") {
  book of("hedge");
  storm_ledger ledger(of.what);
  ledger.begun(0, 0s);
  ledger.sent(0, 0, 0s);
  ledger.sent(0, 0, 1s);
  ledger.admitted(0, 0, 1s);
  ledger.admitted(0, 0, 1s);
  ledger.delivered(0, 0);
  ledger.finished(0, 0, 2s);
  ledger.finished(0, 0, 2s);
  ledger.ended(0, 0, 2s);
  ledger.close(2s);
  const auto result = ledger.result(ideal(of.what));
  CHECK(tests::first_broken(result) == "");
  CHECK(result.billed_twice == 1);
}
