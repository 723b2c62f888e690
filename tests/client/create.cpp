// Calls from start to end, over scripted routes and in virtual time.
#include "tests/client/rig.hpp"
#include "tests/support/catch.hpp"

#include <asio/error.hpp>

#include <set>

using namespace std::chrono_literals;
using reroute::category;
using reroute::errc;
using reroute::stopped;
using tests::always;
using tests::answer;
using tests::first;
using tests::refusal;
using tests::rig;
using tests::says;

TEST_CASE("an answer comes back with its route, its ids and its story") {
  rig r(always(answer("hi")));
  const auto end = r.run();
  CHECK(end.times == 1);
  CHECK_FALSE(end.code);
  REQUIRE(end.result.answer);
  CHECK(end.result.answer->text() == "hi");
  CHECK(end.result.answer->route() == "anthropic");
  CHECK(end.result.answer->request_id() == "req_ok");
  CHECK(end.result.answer->usage().output_tokens == 5);
  CHECK(end.result.stopped == stopped::answered);
  CHECK(end.result.route() == "anthropic");
  REQUIRE(end.result.attempts.size() == 1);
  CHECK(end.result.attempts[0].status == 200);
  CHECK(end.result.attempts[0].took == 10ms);
  CHECK(r.b->requests.empty());
  CHECK(r.a->open == 0);
}

TEST_CASE("each route gets its own model name, address and key") {
  rig r(always(says(402)));
  r.run();
  REQUIRE(r.a->requests.size() == 1);
  REQUIRE(r.b->requests.size() == 1);
  const auto& direct = r.a->requests[0].request;
  const auto& azure = r.b->requests[0].request;
  CHECK(direct.url.text() == "https://api.anthropic.com/v1/messages");
  CHECK(azure.url.text() == "https://contoso.services.ai.azure.com/anthropic/v1/messages");
  CHECK(direct.body.text().find(R"("model":"claude")") != std::string::npos);
  CHECK(azure.body.text().find(R"("model":"deployment")") != std::string::npos);
  CHECK(direct.headers.find("x-api-key") == "canary-key-a");
  CHECK(azure.headers.find("x-api-key") == "canary-key-b");
  // the rest of the body is one and the same piece of memory
  CHECK(direct.body.tail().data() == azure.body.tail().data());
}

TEST_CASE("a busy window diverts to the other route at once") {
  rig r(always(refusal(20)));
  const auto end = r.run();
  CHECK(end.result.route() == "azure");
  CHECK(r.elapsed() == 20ms);
  REQUIRE(end.result.attempts.size() == 2);
  CHECK(end.result.attempts[0].error.category == category::rate_limit);
  CHECK(end.result.attempts[0].error.retry_after == 20s);
}

TEST_CASE("when all are shut, the call waits for the first that opens, to the letter") {
  rig r(first(1, refusal(7)), always(refusal(30)));
  const auto end = r.run();
  CHECK(end.result.route() == "anthropic");
  REQUIRE(r.a->requests.size() == 2);
  CHECK(r.a->requests[1].at - r.a->requests[0].at >= 7s);
  CHECK(r.a->requests[1].at - r.a->requests[0].at <= 7s + 20ms);
}

TEST_CASE("in order, one route is waited for until its attempts are used up") {
  rig r(always(refusal(1)));
  const auto end = r.run(reroute::call_options().plan(reroute::in_order(3)));
  CHECK(end.result.route() == "azure");
  CHECK(r.a->requests.size() == 3);
  CHECK(r.b->requests.size() == 1);
}

TEST_CASE("what is nobody else's business reaches one route once") {
  for (const int status : {400, 401, 403, 404, 413, 422, 301}) {
    rig r(always(says(status, R"({"type":"error","error":{"type":"x","message":"no"}})")));
    const auto end = r.run();
    INFO(status);
    CHECK(r.a->requests.size() == 1);
    CHECK(r.b->requests.empty());
    CHECK(end.result.stopped == stopped::permanent);
    CHECK(end.result.error.status == status);
    CHECK(end.code == (status == 401 || status == 403 ? category::auth : category::bad_request));
  }
}

TEST_CASE("faults are retried, and diverted while the route backs off") {
  for (const int status : {500, 502, 503, 504, 529, 408}) {
    rig r(always(says(status)));
    const auto end = r.run();
    INFO(status);
    CHECK(end.result.route() == "azure");
    CHECK(r.a->requests.size() == 1);
  }
}

TEST_CASE("faults everywhere use up the attempts of both routes, and the last error is told") {
  rig r(always(says(500)), always(says(502)));
  const auto end = r.run();
  CHECK(end.result.stopped == stopped::attempts);
  CHECK(r.a->requests.size() == 4);
  CHECK(r.b->requests.size() == 4);
  CHECK(end.result.attempts.size() == 8);
  CHECK(end.code == category::server);
}

TEST_CASE(
    "a busy route uses up no attempt: with both overloaded for long, the call is answered after") {
  const auto busy_for = [](std::size_t times, std::string_view name) {
    return [times, name](const auto&, std::size_t number) {
      return number < times ? says(number % 2 == 0 ? 503 : 529) : answer(name);
    };
  };
  rig r(busy_for(12, "a"), busy_for(40, "b"));
  const auto end = r.run(reroute::call_options().deadline(10min));
  CHECK(end.result.route() == "anthropic");
  CHECK(end.result.attempts.size() > 12);
}

TEST_CASE("a lost answer is told as possibly billed") {
  rig r(always(tests::breaks(errc::connection_lost, true)));
  const auto end = r.run();
  CHECK(end.result.route() == "azure");
  CHECK(end.result.possibly_billed() == 1);
  CHECK(end.result.attempts[0].error.sent);
}

TEST_CASE("a cut body is no answer") {
  tests::line cut = answer("half");
  cut.cut = errc::truncated_body;
  rig r(always(cut));
  const auto end = r.run();
  CHECK(end.result.route() == "azure");
  CHECK(end.result.attempts[0].error.cause == errc::truncated_body);
  CHECK(end.result.attempts[0].status == 200);
  CHECK(end.result.possibly_billed() == 1);
}

TEST_CASE("a 200 that is no message is no answer") {
  for (const char* body :
       {"", "<html>captive portal</html>", "{}", "[]", "null", R"({"content":"text"})"}) {
    rig r(always(says(200, body)));
    const auto end = r.run();
    INFO(body);
    CHECK(end.result.route() == "azure");
    CHECK(end.result.attempts[0].error.cause == errc::malformed_answer);
  }
}

TEST_CASE("with both routes silent a call ends at its deadline, with its attempts") {
  rig r(always(tests::silence()), always(tests::silence()));
  const auto end = r.run(reroute::call_options().deadline(2s));
  CHECK(end.code == errc::deadline_exceeded);
  CHECK(end.code == category::timeout);
  CHECK(end.code == std::errc::timed_out);
  CHECK(end.result.stopped == stopped::deadline);
  CHECK(end.result.attempts.size() == 1);
  CHECK(end.result.attempts[0].possibly_billed);
  CHECK(r.elapsed() >= 2s);
  CHECK(r.elapsed() <= 2100ms);
  CHECK(r.a->cancelled == 1);
  CHECK(r.a->open == 0);
}

TEST_CASE("an attempt that takes too long is given up for the other route") {
  rig r(always(tests::silence()));
  const auto end = r.run(reroute::call_options().attempt_timeout(3s));
  CHECK(end.result.route() == "azure");
  CHECK(end.result.attempts[0].error.cause == errc::attempt_timeout);
  CHECK(end.result.attempts[0].took == 3s);
  CHECK(r.elapsed() == 3010ms);
}

TEST_CASE("what cannot be in time is told at once, with the time of opening") {
  rig r(first(1, refusal(20)), always(refusal(15)));
  const auto end = r.run(reroute::call_options().deadline(10s));
  CHECK(end.code == errc::would_miss_deadline);
  CHECK(end.result.stopped == stopped::would_miss_deadline);
  CHECK(end.result.attempts.size() == 2);
  REQUIRE(end.result.error.retry_after);
  CHECK(*end.result.error.retry_after > 14s);
  CHECK(*end.result.error.retry_after <= 15s);
  CHECK(r.elapsed() < 100ms);
}

TEST_CASE("a spent quota quarantines the route: later calls do not even ask") {
  rig r(always(says(
      400,
      R"({"error":{"type":"invalid_request_error","message":"Your credit balance is too low"}})")));
  CHECK(r.run().result.route() == "azure");
  for (int i = 0; i < 5; ++i)
    CHECK(r.run().result.route() == "azure");
  CHECK(r.a->requests.size() == 1);
}

TEST_CASE("a quota that is spent everywhere is told at once to those who come later") {
  rig r(always(says(402)), always(says(402)));
  CHECK(r.run().code == category::quota);
  const auto later = r.run();
  CHECK(later.code == category::quota);
  CHECK(later.result.attempts.empty());
  CHECK(r.elapsed() < 100ms);
}

TEST_CASE("a full queue is told at once") {
  reroute::client_options options;
  options.max_waiting = 3;
  rig r(always(refusal(5)), always(refusal(5)), std::move(options));
  r.run(reroute::call_options().deadline(100ms));
  std::vector<std::shared_ptr<tests::ending>> ends;
  for (int i = 0; i < 5; ++i)
    ends.push_back(r.call(reroute::call_options().deadline(20s)));
  r.io.restart();
  r.io.poll();
  CHECK(ends[3]->code == errc::too_many_waiting);
  CHECK(ends[4]->code == category::overloaded);
  CHECK(ends[0]->times == 0);
}

TEST_CASE("count_tokens counts over the same routes") {
  rig r(always(refusal(5)), always(says(200, R"({"input_tokens":42})")));
  reroute::outcome result;
  r.claude->async_count_tokens(rig::question(),
                               [&](std::error_code, reroute::outcome got) { result = got; });
  r.time->run(r.io);
  REQUIRE(result.tokens);
  CHECK(result.tokens->input_tokens == 42);
  CHECK(r.b->requests[0].request.url.target == "/anthropic/v1/messages/count_tokens");
  CHECK(r.b->requests[0].request.body.text().find("max_tokens") == std::string::npos);
}

TEST_CASE("a thousand calls, the first route shut for three seconds: all answered, none twice") {
  reroute::time_point opens{};
  std::shared_ptr<reroute::testing::manual_clock> time;
  std::size_t early = 0;
  reroute::time_point heard = reroute::time_point::max();
  rig r([&](const auto&, std::size_t) {
    if (time->now() < opens) {
      if (time->now() > heard) ++early;
      heard = std::min(heard, time->now() + 10ms);
      return refusal(
          static_cast<int>(std::chrono::ceil<std::chrono::seconds>(opens - time->now()).count()));
    }
    return answer("a");
  });
  time = r.time;
  opens = r.time->now() + 3s;
  std::vector<std::shared_ptr<tests::ending>> ends;
  for (int i = 0; i < 1000; ++i)
    ends.push_back(r.call());
  r.time->run(r.io);
  std::size_t answered = 0;
  for (const auto& end : ends) {
    CHECK(end->times == 1);
    if (end->result.answered()) ++answered;
  }
  CHECK(answered == 1000);
  CHECK(early == 0);
}

TEST_CASE("calls for one model do not suffer from another's limit") {
  rig r([](const reroute::http::request& request, std::size_t) {
    return request.body.head().find("busy") != std::string_view::npos ? refusal(25) : answer("a");
  });
  const auto busy = reroute::message_request("busy").max_tokens(1).user("x");
  std::string busy_route;
  r.claude->async_create(busy,
                         [&](std::error_code, reroute::outcome got) { busy_route = got.route(); });
  r.time->run(r.io);
  CHECK(busy_route == "azure");
  CHECK(r.run().result.route() == "anthropic");
}

TEST_CASE("keys never show") {
  rig r(always(says(401, "canary")), always(says(401)));
  const auto end = r.run();
  std::ostringstream out;
  out << end.result << end.result.error << reroute::api_error(end.code, end.result).what();
  CHECK(out.str().find("canary-key") == std::string::npos);
}
