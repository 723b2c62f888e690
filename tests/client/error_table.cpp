// Each row of the error table over real sockets: who was asked how often, and what the caller got.
#include "tests/client/loopback.hpp"
#include "tests/support/catch.hpp"

#include <asio/ip/tcp.hpp>

using namespace std::chrono_literals;
using reroute::category;
using reroute::stopped;
using tests::loopback;
namespace fakes = reroute::testing;

namespace {

struct row {
  fakes::fault what;
  category kind;
  bool diverted;           // the answer came from the other route
  std::size_t first;       // requests that the first route saw
  std::size_t resent = 0;  // on a warm connection, which may have died before: without an attempt
};

fakes::fault status(int code, std::chrono::milliseconds hint = 0ms) {
  fakes::fault what;
  what.status = code;
  what.retry_after = hint;
  return what;
}

fakes::fault broken(fakes::fault_kind kind, int code = 502) {
  fakes::fault what;
  what.kind = kind;
  what.status = code;
  return what;
}

}  // namespace

TEST_CASE("the error table, row by row") {
  const std::vector<row> rows = {
      {status(429, 5s), category::rate_limit, true, 1},
      {status(402), category::quota, true, 1},
      {status(529), category::overloaded, true, 1},
      {status(503), category::overloaded, true, 1},
      {status(503, 5s), category::overloaded, true, 1},
      {status(401), category::auth, false, 1},
      {status(403), category::auth, false, 1},
      {status(400), category::bad_request, false, 1},
      {status(404), category::bad_request, false, 1},
      {status(413), category::bad_request, false, 1},
      {status(422), category::bad_request, false, 1},
      {status(302), category::bad_request, false, 1},
      {status(408), category::timeout, true, 1},
      {status(504), category::timeout, true, 1},
      {status(500), category::server, true, 1},
      {status(502), category::server, true, 1},
      {status(501), category::server, true, 1},
      {status(409), category::server, false, 4},
      {broken(fakes::fault_kind::reset_before_head), category::network, true, 1, 1},
      {broken(fakes::fault_kind::close_before_head), category::network, true, 1, 1},
      {broken(fakes::fault_kind::reset_after_head), category::network, true, 1},
      {broken(fakes::fault_kind::truncated_body), category::network, true, 1},
      {broken(fakes::fault_kind::garbage), category::network, true, 1},
      {broken(fakes::fault_kind::html, 502), category::server, true, 1},
      {broken(fakes::fault_kind::html, 200), category::network, true, 1},
  };
  const bool warm = GENERATE(false, true);  // over a connection that has served before
  for (const row& each : rows) {
    loopback l;
    INFO("fault " << static_cast<int>(each.what.kind) << " status " << each.what.status
                  << (warm ? ", warm" : ""));
    if (warm) REQUIRE(l.run().answered());
    const std::size_t before = l.a.log().requests;
    l.a.inject(each.what);
    const reroute::outcome end = l.run();
    REQUIRE(l.finished);
    REQUIRE_FALSE(end.attempts.empty());
    CHECK(end.attempts[0].error.category == each.kind);
    CHECK(l.a.log().requests - before == each.first + (warm ? each.resent : 0));
    CHECK(l.b.log().requests == (each.diverted ? 1U : 0U));
    CHECK(end.answered() == each.diverted);
    if (each.diverted) {
      CHECK(end.route() == "azure");
    } else {
      CHECK(end.error.category == each.kind);
    }
  }
}

TEST_CASE("an answer lost long after its request is a lost answer, on a warm connection too") {
  const bool again = GENERATE(true, false);
  CAPTURE(again);
  fakes::fake_route_options slow;
  slow.latency = fakes::latency::fixed(30s);
  reroute::client_options options;
  options.retry_lost_answers = again;
  loopback l(slow, tests::with_face(fakes::face::azure), std::move(options));
  REQUIRE(l.run().answered());
  const auto end = l.call();
  l.time->run(l.io, 20s);
  l.a.drop_connections();
  REQUIRE(l.run_until(2));
  INFO(*end);
  REQUIRE_FALSE(end->attempts.empty());
  CHECK(end->attempts[0].error.cause == reroute::errc::connection_lost);
  CHECK(end->possibly_billed() == 1);
  CHECK(l.a.log().requests == 2);  // the first, and the one that was lost
  CHECK(l.b.log().requests == (again ? 1U : 0U));
  CHECK(end->stopped == (again ? stopped::answered : stopped::permanent));
}

TEST_CASE(
    "who does not want to pay twice has nothing sent twice, however soon the answer is lost") {
  const auto kind =
      GENERATE(fakes::fault_kind::close_before_head, fakes::fault_kind::reset_before_head);
  const bool warm = GENERATE(false, true);
  CAPTURE(static_cast<int>(kind), warm);
  reroute::client_options options;
  options.retry_lost_answers = false;
  loopback l({}, tests::with_face(fakes::face::azure), std::move(options));
  if (warm) REQUIRE(l.run().answered());
  const std::size_t before = l.a.log().requests;
  l.a.inject(broken(kind));
  const reroute::outcome end = l.run();
  CHECK(l.a.log().requests - before == 1);
  CHECK(l.b.log().requests == 0);
  CHECK(end.possibly_billed() == 1);
  CHECK(end.stopped == stopped::permanent);
}

TEST_CASE("the other way round: the first route answers for the second's face too") {
  fakes::fake_route_options azure_first = tests::with_face(fakes::face::anthropic);
  azure_first.form = fakes::refusal_form::text_only;
  loopback l(azure_first);
  l.a.inject(status(429, 7s));
  const reroute::outcome end = l.run();
  REQUIRE(end.attempts.size() == 2);
  CHECK(end.attempts[0].error.retry_after == 7s);
  CHECK(end.attempts[0].error.retry_after_source == reroute::http::hint_source::message_text);
}

TEST_CASE("every refusal form is honoured to its letter when there is no other route") {
  for (const auto form : {fakes::refusal_form::seconds, fakes::refusal_form::http_date,
                          fakes::refusal_form::milliseconds, fakes::refusal_form::text_only}) {
    for (const auto wearing : {fakes::face::anthropic, fakes::face::azure}) {
      fakes::fake_route_options options = tests::with_face(wearing);
      options.form = form;
      loopback l({}, options);
      l.a.inject(status(402));  // out of the way for good
      l.b.refuse_for(4s);
      const auto begin = l.time->now();
      const reroute::outcome end = l.run();
      INFO("form " << static_cast<int>(form));
      CHECK(end.answered());
      CHECK(l.b.log().requests == 2);
      CHECK(l.b.log().into_closed_window == 0);
      CHECK(l.time->now() - begin >= 4s);
      CHECK(l.time->now() - begin <= 6s);
    }
  }
}

TEST_CASE("a thousand calls at once; the first route refuses for three seconds and recovers") {
  loopback l;
  l.a.refuse_for(3s);
  constexpr std::size_t count = 1000;
  std::vector<std::shared_ptr<reroute::outcome>> ends;
  for (std::size_t i = 0; i < count; ++i)
    ends.push_back(l.call({}, i));
  REQUIRE(l.run_until(count));
  for (const auto& end : ends)
    CHECK(end->answered());
  CHECK(l.fake.admitted_twice() == 0);
  CHECK(l.a.log().admitted + l.b.log().admitted == count);
  CHECK(l.a.log().into_closed_window == 0);
  CHECK(l.b.log().into_closed_window == 0);
}

TEST_CASE("a 401 with a refreshing credential: one refresh for all, then success") {
  int fetched = 0;
  reroute::anthropic_options route;
  route.credential = reroute::credential::bearer([&]() -> asio::awaitable<reroute::access_token> {
    ++fetched;
    co_return reroute::access_token(fetched == 1 ? "stale-token" : "good-token");
  });
  fakes::fake_route_options options;
  options.bearer_tokens = {"good-token"};
  loopback l(options, tests::with_face(fakes::face::azure), {}, route);
  std::vector<std::shared_ptr<reroute::outcome>> ends;
  for (std::size_t i = 0; i < 20; ++i)
    ends.push_back(l.call({}, i));
  REQUIRE(l.run_until(20));
  for (const auto& end : ends)
    CHECK(end->route() == "anthropic");
  CHECK(fetched == 2);
  CHECK(l.a.log().unauthorized <= 20);
  CHECK(l.b.log().requests == 0);
}

TEST_CASE("a second 401 is final, and reaches no other route") {
  int fetched = 0;
  reroute::anthropic_options route;
  route.credential = reroute::credential::bearer([&]() -> asio::awaitable<reroute::access_token> {
    ++fetched;
    co_return reroute::access_token("canary-bad-" + std::to_string(fetched));
  });
  loopback l({}, tests::with_face(fakes::face::azure), {}, route);
  const reroute::outcome end = l.run();
  CHECK(end.error.category == category::auth);
  CHECK(end.stopped == stopped::permanent);
  CHECK(fetched == 2);
  CHECK(l.a.log().unauthorized == 2);
  CHECK(l.b.log().requests == 0);
  std::ostringstream out;
  out << end;
  CHECK(out.str().find("canary") == std::string::npos);
}

TEST_CASE("a source that has no other token ends it with the first 401") {
  reroute::anthropic_options route;
  route.credential = reroute::credential::bearer([]() -> asio::awaitable<reroute::access_token> {
    co_return reroute::access_token("always");
  });
  loopback l({}, tests::with_face(fakes::face::azure), {}, route);
  const reroute::outcome end = l.run();
  CHECK(end.error.status == 401);
  CHECK(end.attempts.size() == 1);
  CHECK(l.a.log().unauthorized == 1);
}

TEST_CASE("a black hole, which takes connections and says nothing, is left in time") {
  loopback l;
  asio::ip::tcp::acceptor hole(l.io, asio::ip::tcp::endpoint(asio::ip::address_v4::loopback(), 0));
  const std::string url = "https://127.0.0.1:" + std::to_string(hole.local_endpoint().port());
  reroute::client_options options;
  options.routes = {reroute::anthropic({.api_key = "k", .base_url = url}),
                    reroute::azure_foundry({.base_url = url, .api_key = "k"})};
  options.time = l.time;
  options.https.connect_timeout = 1500ms;
  l.claude.emplace(l.io, std::move(options));
  const auto begin = l.time->now();
  const reroute::outcome end = l.run(reroute::call_options().deadline(2s));
  CHECK(end.stopped == stopped::deadline);
  REQUIRE(end.attempts.size() == 2);
  CHECK(end.attempts[0].error.cause == reroute::errc::connect_timeout);
  CHECK_FALSE(end.attempts[0].error.sent);
  CHECK(l.time->now() - begin >= 2s);
  CHECK(l.time->now() - begin <= 2100ms);
}

TEST_CASE("a credential that cannot be had fails over: the other route has its own") {
  reroute::anthropic_options route;
  route.credential = reroute::credential::bearer([]() -> asio::awaitable<reroute::access_token> {
    throw std::system_error(std::make_error_code(std::errc::connection_refused));
    co_return reroute::access_token();
  });
  loopback l({}, tests::with_face(fakes::face::azure), {}, route);
  const reroute::outcome end = l.run();
  CHECK(end.route() == "azure");
  CHECK(end.attempts[0].error.category == category::auth);
  CHECK(l.a.log().requests == 0);
}

TEST_CASE("with both routes silent a call ends at its deadline, in virtual time") {
  loopback l;
  l.a.inject(broken(fakes::fault_kind::silence));
  l.b.inject(broken(fakes::fault_kind::silence));
  const auto begin = l.time->now();
  const reroute::outcome end = l.run(reroute::call_options().deadline(2s));
  CHECK(end.stopped == stopped::deadline);
  CHECK(end.attempts.size() == 1);
  CHECK(l.time->now() - begin >= 2s);
  CHECK(l.time->now() - begin <= 2100ms);
}

TEST_CASE("with nobody listening a call ends at its deadline at the latest, with its attempts") {
  loopback l;
  l.fake.stop();
  l.io.poll();
  const auto begin = l.time->now();
  const reroute::outcome end = l.run(reroute::call_options().deadline(2s));
  CHECK(l.finished);
  CHECK_FALSE(end.answered());
  CHECK(end.attempts.size() >= 2);
  for (const reroute::attempt& each : end.attempts)
    CHECK(each.error.category == category::network);
  CHECK(l.time->now() - begin <= 2100ms);
}

TEST_CASE("certificates that must be refused are, in clear words, and the key is not sent") {
  using shown = fakes::shown_certificate;
  for (const auto kind : {shown::expired, shown::self_signed, shown::wrong_host, shown::wrong_ca}) {
    fakes::fake_route_options options;
    options.certificate = kind;
    loopback l(options);
    const reroute::outcome end = l.run();
    INFO(end);
    CHECK(end.route() == "azure");
    CHECK(end.attempts[0].error.cause == reroute::errc::certificate_refused);
    CHECK_FALSE(end.attempts[0].error.sent);
    CHECK_FALSE(end.attempts[0].error.message.empty());
    CHECK(l.a.log().requests == 0);
    CHECK(l.a.log().handshakes == 0);
  }
}

TEST_CASE("a plain-text server at an https address is refused before the key is sent") {
  fakes::fake_route_options plain;
  plain.plain_http = true;
  loopback l(plain);
  // the fake's address, with the scheme of TLS
  reroute::anthropic_options route;
  route.api_key = "canary-key";
  route.base_url = "https://127.0.0.1:" + std::to_string(l.a.port());
  reroute::client_options options;
  options.routes = {reroute::anthropic(route)};
  options.time = l.time;
  options.https.tls.ca_pem = l.fake.ca_pem();
  l.claude.emplace(l.io, std::move(options));
  const reroute::outcome end = l.run(reroute::call_options().deadline(5s));
  CHECK_FALSE(end.answered());
  REQUIRE_FALSE(end.attempts.empty());
  CHECK(end.attempts[0].error.category == category::network);
  CHECK_FALSE(end.attempts[0].error.sent);
}

TEST_CASE("what is sent again because its connection died at once may be billed, and is told") {
  fakes::fake_route_options options;
  options.http2 = GENERATE(false, true);
  CAPTURE(options.http2);
  loopback l(options);
  CHECK(l.run().attempts.size() == 1);
  fakes::fault reset;
  reset.kind = fakes::fault_kind::reset_before_head;  // it has read the request
  reset.requests = 1;
  l.a.inject(reset);
  const auto end = l.run();
  CHECK(end.answered());
  REQUIRE(end.attempts.size() == 1);
  CHECK(end.attempts[0].resent == 1);
  CHECK_FALSE(end.attempts[0].possibly_billed);
  CHECK(end.possibly_billed() == 1);
  CHECK(l.claude->stats().possibly_billed == 1);
}
