// The fakes' limits: changes of quota, and what others take.
#include "testing/limit_rules.hpp"
#include "testing/limiter.hpp"
#include "tests/support/catch.hpp"
#include "tests/testing/limited_server.hpp"

#include <chrono>

using namespace std::chrono_literals;
using namespace reroute::testing;
using tests::rule;

namespace {

using unit = limit_unit;
using kind = limit_kind;
using server = tests::limited_server;

}  // namespace

TEST_CASE("limiter: scaled, it keeps what is left as far as there is room") {
  server at({rule(kind::bucket, 30, 1s), rule(kind::window, 9, 5s)});
  at.all.scale(1.0 / 3);
  CHECK(at.all.all()[0].left() == 10);
  CHECK(at.all.all()[1].size() == 3);
  CHECK(at.admitted(0s, 20) == 3);
  at.all.scale(1);
  at.all.advance(1s);
  CHECK(at.all.all()[0].left() == 30);
  CHECK(at.all.all()[1].left() == 6);
  at.all.scale(0.001);
  CHECK(at.all.all()[1].size() == 1);
}

TEST_CASE("limiter: used up by others before, it is free again when it would be") {
  server bucket({rule(kind::bucket, 10, 1s)});
  bucket.all.use_up(1, 0s);
  CHECK(bucket.ask(0s) == 100ms);
  server earlier({rule(kind::bucket, 10, 1s)});
  earlier.all.use_up(1, 500ms);
  CHECK(earlier.admitted(0s, 9) == 5);
  for (const kind what : {kind::window, kind::sliding}) {
    server at({rule(what, 10, 60s)});
    at.all.use_up(1, 40s);
    CHECK(at.ask(0s) == 20s);
    CHECK(at.admitted(20s, 20) == 10);
  }
  server half({rule(kind::aligned, 10, 60s)}, 50s);
  half.all.use_up(0.5, 0s);
  CHECK(half.admitted(0s, 20) == 5);
  CHECK(half.ask(0s) == 10s);
}

TEST_CASE("limiter: others take what they want, of windows by and by") {
  server at({rule(kind::window, 3, 5s), rule(kind::bucket, 1, 1s, 2), rule(kind::at_once, 9, 1s)});
  for (int i = 0; i < 5; ++i)
    at.all.take_for_others({});
  CHECK(at.ask(0s) == 5s);
  at.all.advance(5s);
  CHECK(at.all.all()[0].left() == 1);
  CHECK(at.all.all()[1].left() == 2);
  CHECK(at.all.all()[2].left() == 9);
  CHECK(at.all.per_second({}) == 0.6);
}

TEST_CASE("limiter: options name limits by members and by rules") {
  struct {
    double rate = 40, burst = 10, input_tokens = 100, input_tokens_burst = 0, output_tokens = 50,
           output_tokens_burst = 300;
    std::size_t window_requests = 7;
    std::chrono::milliseconds window = 5s;
    std::vector<limit_rule> limits = {rule(kind::at_once, 3, 1s)};
  } options;
  const limiter made(rules_of(options));
  REQUIRE(made.all().size() == 5);
  CHECK(made.all()[0].size() == 10);
  CHECK(made.all()[1].size() == 100);
  CHECK(made.all()[2].size() == 300);
  CHECK(made.all()[2].rule().of == unit::output_reserved);
  CHECK(made.all()[3].rule().kind == kind::window);
  CHECK(made.all()[4].size() == 3);
  CHECK(objection_to(options.limits[0]) == nullptr);
  CHECK(objection_to(limit_rule()) != nullptr);
  CHECK(objection_to(rule(kind::window, 3, 0s)) != nullptr);
}
