// What users may see: the gates, the counts, and the gates' changes.
#include "tests/client/rig.hpp"
#include "tests/support/catch.hpp"

#include <sstream>

using namespace std::chrono_literals;
using reroute::gate_state;
using reroute::limit_evidence;
using tests::always;
using tests::answer;
using tests::refusal;
using tests::rig;
using tests::says;

namespace {

const reroute::gate_status& find(const std::vector<reroute::gate_status>& all,
                                 std::string_view route) {
  for (const auto& each : all)
    if (each.route == route) return each;
  throw std::runtime_error("no gate of that route");
}

}  // namespace

TEST_CASE("a client that did nothing has no gates and no counts") {
  rig r(always(answer("a")));
  CHECK(r.claude->routes().empty());
  CHECK(r.claude->stats().calls == 0);
}

TEST_CASE("a gate says that it is closed, until when, and what it has learned") {
  rig r([](const auto&, std::size_t number) { return number == 4 ? refusal(20) : answer("a"); });
  for (int i = 0; i < 5; ++i)
    r.run();
  auto all = r.claude->routes();
  const reroute::gate_status& shut = find(all, "anthropic");
  CHECK(shut.model == "claude");
  CHECK(shut.state == gate_state::closed);
  CHECK(shut.opens_in > 19s);
  CHECK(shut.opens_in <= 20s);
  CHECK(find(all, "azure").state == gate_state::open);
  std::ostringstream text;
  text << shut;
  CHECK(text.str().find("anthropic claude: closed for ") == 0);
  // what it taught is reckoned when the route is asked for again
  r.time->advance(21s);
  r.run();
  all = r.claude->routes();
  const reroute::gate_status& open = find(all, "anthropic");
  CHECK(open.state == gate_state::open);
  CHECK(open.evidence == limit_evidence::refusals);
  CHECK(open.rate > 0);
  REQUIRE(open.known.size() == 1);
  CHECK(open.known[0].counts == reroute::limit_counts::requests);
  CHECK(open.known[0].rate == open.rate);
  text.str("");
  text << open;
  CHECK(text.str().find(" requests") != std::string::npos);
  CHECK(text.str().find(" by refusals, 0 in flight") != std::string::npos);
}

TEST_CASE("a quota that is spent shows its reason and the day it opens") {
  rig r(always(says(400, R"({"type":"error","error":{"type":"invalid_request_error","message":)"
                         R"("You have reached your specified API usage limits. You will regain )"
                         R"(access on 2026-01-03 at 00:00 UTC."}})")));
  r.run();
  const auto all = r.claude->routes();
  const reroute::gate_status& shut = find(all, "anthropic");
  CHECK(shut.state == gate_state::quarantined);
  REQUIRE(shut.reason);
  CHECK(shut.reason->category == reroute::category::quota);
  REQUIRE(shut.announced_in);
  CHECK(*shut.announced_in > 47h);
  CHECK(*shut.announced_in <= 48h);
}

TEST_CASE("headers and stated limits show") {
  reroute::client_options options;
  rig r(always(says(200,
                    R"({"type":"message","id":"m","role":"assistant","model":"m","content":[],)"
                    R"("stop_reason":"end_turn","usage":{"input_tokens":3,"output_tokens":5}})",
                    {{"anthropic-ratelimit-requests-limit", "50"},
                     {"anthropic-ratelimit-requests-remaining", "20"},
                     {"anthropic-ratelimit-requests-reset", "2026-01-01T00:00:36Z"},
                     {"date", "Thu, 01 Jan 2026 00:00:00 GMT"}})));
  r.run();
  const auto all = r.claude->routes();
  CHECK(find(all, "anthropic").evidence == limit_evidence::headers);
  CHECK(find(all, "anthropic").rate == Approx(50.0 / 60));
  CHECK(find(all, "anthropic").limits.requests.remaining == 20);
}

TEST_CASE("counts add up") {
  rig r([](const auto&, std::size_t number) { return number == 0 ? refusal(3) : answer("a"); },
        always(says(500)));
  r.run();
  const auto cancelled = r.call();
  r.claude->cancel();  // behind the call's beginning, on the client's strand
  r.time->run(r.io);
  const reroute::client_stats counts = r.claude->stats();
  CHECK(counts.calls == 2);
  CHECK(counts.answered == 1);
  CHECK(counts.cancelled == 1);
  CHECK(counts.failed == 0);
  CHECK(counts.refusals == 1);
  CHECK(counts.faults >= 1);
  CHECK(counts.attempts == counts.answered + counts.refusals + counts.faults);
  CHECK(counts.waiting_in(reroute::priority::normal) == 0);
}

TEST_CASE("calls that wait are counted by priority") {
  rig r(always(refusal(20)), always(refusal(20)));
  std::vector<std::shared_ptr<tests::ending>> calls;
  for (int i = 0; i < 3; ++i)
    calls.push_back(r.call(reroute::call_options().priority(reroute::priority::batch)));
  calls.push_back(r.call(reroute::call_options().priority(reroute::priority::interactive)));
  r.time->run(r.io, 1s);
  CHECK(r.claude->stats().waiting_in(reroute::priority::batch) == 3);
  CHECK(r.claude->stats().waiting_in(reroute::priority::interactive) == 1);
  r.claude->cancel();
  r.time->run(r.io);
}

TEST_CASE("the observer hears of gates that change") {
  std::vector<std::string> seen;
  reroute::client_options options;
  options.observer.at_gate = [&](const reroute::gate_event& event) {
    seen.push_back(event.status.route + ": " + std::string(to_string(event.before)) + " -> " +
                   std::string(to_string(event.status.state)));
  };
  rig r([](const auto&, std::size_t number) { return number == 0 ? refusal(3) : answer("a"); },
        always(refusal(10)), std::move(options));
  r.run();
  r.time->run(r.io);
  REQUIRE(seen.size() >= 3);
  CHECK(seen[0] == "anthropic: open -> closed");
  CHECK(seen[1] == "azure: open -> closed");
  CHECK(seen[2] == "anthropic: closed -> probing");  // nothing was let through before
}
