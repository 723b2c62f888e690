// The fakes' limits, by plain function calls.
#include "testing/limiter.hpp"

#include "tests/support/catch.hpp"
#include "tests/testing/limited_server.hpp"

#include <chrono>
#include <cmath>

using namespace std::chrono_literals;
using namespace reroute::testing;
using tests::rule;

namespace {

using unit = limit_unit;
using kind = limit_kind;
using server = tests::limited_server;
using nanoseconds = std::chrono::nanoseconds;

}  // namespace

TEST_CASE("limiter: a bucket gives its burst, then its rate") {
  server at({rule(kind::bucket, 40, 1s, 10)});
  CHECK(at.admitted(0s, 100) == 10);
  CHECK(at.ask(0s) == 25ms);
  CHECK(at.all.all()[0].left() == 0);
  CHECK(at.all.all()[0].until_full() == 250ms);
  CHECK(at.admitted(24ms, 1) == 0);
  CHECK(at.admitted(25ms, 5) == 1);
  CHECK(at.admitted(1h, 100) == 10);
  CHECK(server({rule(kind::bucket, 50, 60s)}).admitted(0s, 100) == 50);
}

TEST_CASE("limiter: a GCRA lets one through each interval, and a burst if it has one") {
  server strict({rule(kind::gcra, 120, 60s)});
  CHECK(strict.admitted(0s, 5) == 1);
  CHECK(strict.ask(100ms) == 400ms);
  CHECK(strict.admitted(500ms, 5) == 1);
  CHECK(server({rule(kind::gcra, 120, 60s, 3)}).admitted(0s, 5) == 3);
}

TEST_CASE("limiter: it admits to the nanosecond what it said it would") {
  for (const double rate : {3.0, 7.0, 0.1, 1000.0 / 3, 40.0}) {
    for (const kind what : {kind::bucket, kind::gcra}) {
      server at({rule(what, rate, 1s, 1)});
      nanoseconds now = 5s;
      REQUIRE(at.ask(now) == 0ns);
      for (int i = 0; i < 1000; ++i) {
        now += at.ask(now);
        REQUIRE(at.ask(now) == 0ns);
      }
      const double seconds = std::chrono::duration<double>(now - 5s).count();
      CHECK(std::abs(seconds * rate - 1000) < 10);
    }
  }
}

TEST_CASE("limiter: a window begins with the first request after the last one ended") {
  server at({rule(kind::window, 3, 5s)});
  CHECK(at.admitted(0s, 10) == 3);
  CHECK(at.ask(1s) == 4s);
  CHECK(at.admitted(4999ms, 10) == 0);
  CHECK(at.admitted(7s, 10) == 3);
  CHECK(at.ask(7s) == 5s);
}

TEST_CASE("limiter: aligned windows follow the server's clock") {
  server at({rule(kind::aligned, 3, 60s)}, 40s);  // it is 40 s past the minute
  CHECK(at.admitted(0s, 10) == 3);
  CHECK(at.ask(0s) == 20s);
  CHECK(at.admitted(20s, 10) == 3);
  CHECK(at.ask(150s) == 0s);
  CHECK(at.admitted(150s, 10) == 2);
  CHECK(at.ask(150s) == 50s);
  limit_rule late = rule(kind::aligned, 1, 60s);
  late.phase = 45s;
  server shifted({late}, 40s);
  CHECK(shifted.admitted(0s, 2) == 1);
  CHECK(shifted.ask(0s) == 5s);
}

TEST_CASE("limiter: a sliding log never lets more through in any time as long as it is") {
  server at({rule(kind::sliding, 3, 10s)});
  CHECK(at.admitted(0s, 2) == 2);
  CHECK(at.admitted(4s, 2) == 1);
  CHECK(at.ask(4s) == 6s);
  CHECK(at.admitted(9999ms, 1) == 0);
  CHECK(at.admitted(10s, 5) == 2);
  CHECK(at.ask(10s) == 4s);
  CHECK(at.all.all()[0].until_full() == 10s);
  CHECK(at.admitted(1h, 5) == 3);
}

TEST_CASE("limiter: at once means under way") {
  server at({rule(kind::at_once, 2, 1s)});
  CHECK(at.ask(0s) == 0s);
  const admission first = at.last;
  CHECK(at.ask(0s) == 0s);
  CHECK(at.ask(1h) == limit::unknown_wait);
  CHECK(at.all.binding({})->rule().kind == kind::at_once);
  at.settle(1h, first);
  CHECK(at.admitted(1h, 5) == 1);
  CHECK(at.all.per_second({}) == 0);
}

TEST_CASE("limiter: all limits have to agree, and without any all are admitted") {
  CHECK(server({rule(kind::bucket, 1, 1s, 5), rule(kind::window, 3, 10s)}).admitted(0s, 9) == 3);
  CHECK(server({rule(kind::bucket, 1, 1s, 2), rule(kind::window, 30, 10s)}).admitted(0s, 9) == 2);
  CHECK(server({}).admitted(0s, 1000) == 1000);
  server both({rule(kind::bucket, 1, 1s), rule(kind::window, 2, 10s)});
  CHECK(both.all.binding({}) == nullptr);
  CHECK(both.admitted(0s, 1) == 1);
  CHECK(both.all.binding({})->rule().kind == kind::bucket);
}

TEST_CASE("limiter: reserved answer tokens come back, to buckets at once") {
  server at({rule(kind::bucket, 1000, 1s, 2000, unit::input_tokens),
             rule(kind::bucket, 100, 1s, 300, unit::output_reserved)});
  CHECK(at.ask(0s, {1500, 100}) == 0ns);
  CHECK(at.ask(0s, {1500, 100}) == 1s);
  CHECK(at.ask(0s, {500, 200}) == 0ns);
  CHECK(at.ask(0s, {0, 50}) == 500ms);
  at.settle(0s, at.last, 160);
  CHECK(at.ask(0s, {0, 50}) == 100ms);
  at.settle(1s, at.last, 0);
  at.settle(1h, at.last, 0);
  CHECK(at.all.all()[1].left() == 300);
}

TEST_CASE("limiter: reserved answer tokens come back to a window only while it lasts") {
  for (const kind what : {kind::window, kind::aligned, kind::sliding}) {
    server at({rule(what, 100, 10s, 0, unit::output_reserved)});
    CHECK(at.ask(0s, {0, 80}) == 0s);
    const admission first = at.last;
    CHECK(at.ask(1s, {0, 80}) == 9s);
    at.settle(2s, first, 10);
    CHECK(at.ask(2s, {0, 80}) == 0s);
    const admission second = at.last;
    CHECK(at.ask(12s, {0, 80}) == 0s);
    at.settle(13s, second, 0);  // from before
    CHECK(at.all.all()[0].left() == 20);
  }
}

TEST_CASE("limiter: generated answer tokens are taken at the end, if need be below zero") {
  server at({rule(kind::bucket, 10, 1s, 100, unit::output_generated)});
  CHECK(at.admitted(0s, 5, {0, 4096}) == 5);
  for (int i = 0; i < 5; ++i)
    at.settle(1s, at.last, 50);
  CHECK(at.all.all()[0].left() == 0);
  CHECK(at.ask(1s, {0, 1}) == 15100ms);  // 150 below, and one is needed
  server window({rule(kind::aligned, 100, 10s, 0, unit::output_generated)});
  CHECK(window.ask(0s) == 0s);
  window.settle(1s, window.last, 500);
  CHECK(window.ask(1s) == 9s);
  CHECK(window.ask(10s) == 0s);
  limiter ahead({rule(kind::bucket, 10, 1s, 100, unit::output_generated)}, 0s, true);
  const admission paid = ahead.take({0, 4096, 60});
  CHECK(ahead.wait({0, 4096, 60}) == 2s);
  ahead.settle(paid, 60);
  CHECK(ahead.all()[0].left() == 40);
}

TEST_CASE("limiter: what is larger than a limit goes when all of it is there, and is paid later") {
  server at({rule(kind::bucket, 100, 1s, 100, unit::input_tokens)});
  CHECK(at.ask(0s, {250, 0}) == 0ns);
  CHECK(at.ask(0s, {100, 0}) == 2500ms);
  CHECK(at.ask(2500ms, {100, 0}) == 0ns);
  server window({rule(kind::window, 100, 5s, 0, unit::input_tokens)});
  CHECK(window.ask(0s, {250, 0}) == 0ns);
  CHECK(window.ask(1s, {1, 0}) == 4s);
  CHECK(window.ask(5s, {250, 0}) == 0ns);
}
