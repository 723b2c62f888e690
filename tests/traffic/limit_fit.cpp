// The limit that a log contradicts least: logs are written by a limit that nobody knows, and it must be found.
#include "traffic/limit_fit.hpp"

#include "tests/support/catch.hpp"

#include <cmath>

using namespace reroute::detail;

namespace {

// sends to a limit as fast as `gap` allows, and stops at each refusal for as long as its hint says
struct storm {
  explicit storm(limit made) : truth(std::move(made)) { truth.left = truth.size; }
  void run(instant until, double gap) {
    while (now < until) {
      truth.advance(now);
      logged_attempt a;
      a.sent = now;
      a.cycle = cycle;
      a.confirmed = true;
      const double wait = truth.wait(1, now);
      if (wait > 0) {
        a.is = fate::refused;
        a.refused_by = 1;
        const double hint = std::max(1.0, std::ceil(wait));
        a.wait_most = hint + 0.01;
        a.wait_least = hint - 1.05;
        ++cycle;
        now += hint;
      } else {
        a.is = fate::admitted;
        truth.take(1, now);
        now += gap * (1 + cycle % 3);  // a ramp is never the same twice
      }
      log.add(++number, a);
    }
  }
  fitted found(double told_count = 0, double told_seconds = 0) {
    fit_question asked;
    asked.log = &log;
    asked.number = 1;
    asked.told_count = told_count;
    asked.told_seconds = told_seconds;
    asked.told = told_seconds > 0 ? told_count / told_seconds : 0;
    return fit(asked, now);
  }
  limit truth;
  attempt_log log;
  instant now = 0;
  std::uint64_t number = 0;
  std::uint32_t cycle = 0;
};

limit bucket(double rate, double size) {
  limit made;
  made.rate = rate;
  made.size = size;
  return made;
}

}  // namespace

TEST_CASE("a bucket is found after a few refusals, whatever its size") {
  for (const auto& [rate, size] : {std::pair(40.0, 40.0), std::pair(100.0, 30.0),
                                   std::pair(10.0, 60.0), std::pair(240.0, 714.0)}) {
    storm on(bucket(rate, size));
    on.run(12, 0.2 / rate);
    const fitted got = on.found();
    INFO(rate << " and " << size << ": " << got.is.rate << " and " << got.is.size);
    CHECK(got.is.kind == limit_kind::bucket);
    CHECK(got.is.rate == Approx(rate).epsilon(0.06));
    CHECK(got.lowest <= rate * 1.05);
    CHECK(got.highest >= rate * 0.95);
  }
}

TEST_CASE("a sentence that explains what is seen is believed, and one that does not is left") {
  storm on(bucket(10, 10));
  on.run(20, 0.03);
  CHECK(on.found(600, 60).is.per_second() == Approx(10));
  CHECK(on.found(6000, 60).is.per_second() == Approx(10).epsilon(0.1));
}

TEST_CASE("a hint that is too long for any bucket shows a window") {
  limit truth;
  truth.kind = limit_kind::first;
  truth.size = 50;
  truth.length = 60;
  storm on(truth);
  on.run(150, 0.1);
  const fitted got = on.found();
  CHECK(got.is.window());
  CHECK(got.is.size == Approx(50).margin(1));
  CHECK(got.is.length == Approx(60).margin(1.2));
}

TEST_CASE("without a refusal nothing is found") {
  storm on(bucket(100, 1000));
  on.run(1, 0.1);
  CHECK_FALSE(on.found().any());
}
