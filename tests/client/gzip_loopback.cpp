// Requests in gzip, from the client to a fake that unpacks them by itself.
#include "tests/client/loopback.hpp"
#include "tests/support/catch.hpp"

#include <string>
#include <utility>

using reroute::category;
using reroute::stopped;
using tests::loopback;
namespace fakes = reroute::testing;
using fakes::fault_kind;

namespace {

struct gzip_loopback : loopback {
  gzip_loopback(fakes::fake_route_options first, std::size_t above)
      : loopback(std::move(first), tests::with_face(fakes::face::azure), {}, route(above)) {}

  static reroute::anthropic_options route(std::size_t above) {
    reroute::anthropic_options made;
    made.gzip_requests_above = above;
    return made;
  }
  reroute::outcome ask(const std::string& text) {
    reroute::outcome end;
    const std::size_t before = codes.size();
    claude->async_create(reroute::message_request("claude").max_tokens(16).user(text),
                         [&](std::error_code code, reroute::outcome got) {
                           end = std::move(got);
                           codes.push_back(code);
                         });
    CHECK(run_until(before + 1));
    return end;
  }
};

// the fake answers with what it heard
fakes::fake_route_options echoing(bool http2) {
  fakes::fake_route_options options;
  options.http2 = http2;
  options.reply_to = [](const std::string& request) { return request; };
  return options;
}

}  // namespace

TEST_CASE("a large request goes in gzip, over either version, a small one as it is") {
  const bool http2 = GENERATE(true, false);
  gzip_loopback l(echoing(http2), 10'000);
  CHECK(l.ask("small").answered());
  CHECK(l.a.log().gzipped == 0);
  for (const std::size_t size : {20'000u, 3'000'000u}) {
    const auto end = l.ask(std::string(size, 'x'));
    REQUIRE(end.answered());
    CHECK(end.answer->text().find(std::string(size, 'x')) != std::string::npos);
    CHECK(end.answer->text().starts_with(R"({"model":"claude",)"));
  }
  CHECK(l.a.log().gzipped == 2);
  CHECK(l.a.last_request()->headers.find("content-encoding") == "gzip");
}

TEST_CASE("by default nothing goes in gzip") {
  gzip_loopback l(echoing(true), 0);
  CHECK(l.ask(std::string(100'000, 'x')).answered());
  CHECK(l.a.log().gzipped == 0);
}

TEST_CASE("a request in gzip is repeated, and may go elsewhere plain") {
  gzip_loopback l(echoing(GENERATE(true, false)), 1000);
  fakes::fault broken;
  broken.kind = fault_kind::status;
  broken.status = 500;
  broken.requests = 1;
  l.a.inject(broken);
  const auto end = l.ask(std::string(5000, 'x'));
  CHECK(end.answered());
  CHECK(end.attempts.size() == 2);
  CHECK(l.a.log().gzipped == l.a.log().requests);
  CHECK(l.b.log().gzipped == 0);
}

TEST_CASE("who does not take gzip says so, and it is final") {
  auto options = echoing(true);
  options.gzip_requests = false;
  gzip_loopback l(options, 1000);
  const auto end = l.ask(std::string(5000, 'x'));
  CHECK(end.stopped == stopped::permanent);
  CHECK(end.error.category == category::bad_request);
  CHECK(end.error.raw_code == "request_body_encoding_unsupported");
  CHECK_FALSE(end.error.failover_worthy);
}

TEST_CASE("what is too large when unpacked is too large") {
  auto options = echoing(true);
  options.max_body = 100'000;
  gzip_loopback l(options, 1000);
  const auto end = l.ask(std::string(200'000, 'x'));
  CHECK(end.error.status == 413);
  CHECK(end.error.category == category::bad_request);
}
