// All limits of one route, learned from evidence: what is sent, and when, in situations that are easy to get wrong.
#include "traffic/route_limits.hpp"

#include "tests/support/catch.hpp"

using namespace reroute::detail;

namespace {

constexpr cost small{400, 100};

struct route {
  route_limits limits;
  instant now = 0;
  std::uint64_t number = 0;
  std::size_t waiting = 1000, in_flight = 0;

  bool may() { return limits.earliest(small, {waiting, in_flight}, now) <= now; }
  std::uint64_t send() {
    limits.sent(++number, small, now);
    limits.on_the_wire(number, now);
    ++in_flight;
    return number;
  }
  void answer(std::uint64_t which) {
    limits.admitted(which, now);
    limits.ended(which, 100, 50, now);
    --in_flight;
  }
  void refuse(std::uint64_t which, double hint, std::optional<named_limit> named = std::nullopt) {
    limits.refused(which, {hint, false, 1, named}, now);
    --in_flight;
  }
  // sends as much as it may for so long, to a route that lets everything through
  std::size_t storm(double seconds) {
    std::size_t sent = 0;
    for (const instant end = now + seconds; now < end; now += 0.001)
      while (may()) {
        const std::uint64_t one = send();
        answer(one);
        ++sent;
      }
    return sent;
  }
};

}  // namespace

TEST_CASE("route limits: the opening is a ramp, whatever waits") {
  route to;
  to.waiting = 100'000;
  CHECK(to.storm(0.1) < 100);
  CHECK(to.storm(4) > 500);
}

TEST_CASE("route limits: a refusal before anything was let through measures nothing") {
  route to;
  REQUIRE(to.may());
  to.send();
  to.now = 0.02;
  to.refuse(1, 1);
  CHECK_FALSE(to.may());
  to.now = 1.1;
  REQUIRE(to.may());  // one finds out
  to.answer(to.send());
  CHECK_FALSE(to.limits.requests());
  CHECK(to.storm(3) > 300);
}

TEST_CASE("route limits: a hint is kept to") {
  route to;
  to.storm(1);
  const std::uint64_t one = to.send();
  to.now += 0.02;
  to.refuse(one, 7);
  const instant opens = to.now + 7;
  CHECK(to.limits.earliest(small, {10, 0}, to.now) >= opens);
  to.now = opens - 0.001;
  CHECK_FALSE(to.may());
}

TEST_CASE("route limits: a sentence is the limit") {
  route to;
  to.storm(1);
  const std::uint64_t one = to.send();
  to.now += 0.02;
  to.refuse(one, 1, named_limit{limited::requests, 600, 60});
  to.now += 1.01;
  (void)to.may();
  REQUIRE(to.limits.requests());
  CHECK(to.limits.requests()->is.per_second() == Approx(10).epsilon(0.02));
}

TEST_CASE("route limits: what is stated is kept to from the first call on") {
  reroute::quota stated;
  stated.requests_per_minute = 600;
  stated.burst = 10;
  route to{route_limits(stated)};
  CHECK(to.storm(10) <= 111);
}

TEST_CASE("route limits: silence of everybody is no admission") {
  route to;
  to.storm(1);
  const instant began = to.now;
  std::size_t late = 0;
  for (; to.now < began + 6; to.now += 0.001)
    while (to.may()) {
      to.send();
      late += to.now > began + 1 ? 1 : 0;
    }
  CHECK(late >= 4);  // one each second finds out
  CHECK(late <= 6);
}

TEST_CASE("route limits: no sequence of events makes it idle for ever") {
  std::uint64_t state = 1;
  const auto random = [&] {
    state = state * 6364136223846793005ULL + 1442695040888963407ULL;
    return static_cast<double>(state >> 33) / 2147483648.0;
  };
  for (int run = 0; run < 40; ++run) {
    route to;
    std::vector<std::uint64_t> open;
    for (int step = 0; step < 400; ++step) {
      to.now += random() * 0.2;
      if (to.may()) open.push_back(to.send());
      if (open.empty()) continue;
      const auto place = static_cast<std::size_t>(random() * static_cast<double>(open.size()));
      const std::uint64_t one = open[place];
      const double what = random();
      if (what < 0.3) {
        to.answer(one);
      } else if (what < 0.5) {
        to.refuse(one, random() * 40,
                  random() < 0.5
                      ? std::nullopt
                      : std::optional(named_limit{limited(static_cast<int>(random() * 4)),
                                                  1 + random() * 1000, 60}));
      } else if (what < 0.6) {
        to.limits.faulted(one, random() < 0.5, to.now);
        --to.in_flight;
      } else if (what < 0.7) {
        to.limits.released(one, to.now);
        --to.in_flight;
      } else {
        continue;
      }
      open.erase(open.begin() + static_cast<std::ptrdiff_t>(place));
    }
    for (const std::uint64_t each : open)
      to.answer(each);
    INFO("run " << run);
    const instant when = to.limits.earliest(small, {10, 0}, to.now);
    CHECK(when <= to.now + 200);
  }
}
