// When did the server write what it says is left?
#include "traffic/limit_reading.hpp"

#include "tests/support/catch.hpp"
#include "tests/traffic/gate_scripts.hpp"

#include <algorithm>
#include <vector>

using namespace std::chrono_literals;
using reroute::detail::limit_reading;
using reroute::detail::reading_judge;
using time_point = std::chrono::steady_clock::time_point;
using tests::refusal, tests::start;

namespace {

// thirty of a bucket of 40, which fills with 20 per second, sent in three bursts, answered 400 ms later;
// `bias`: our own account is wrong by so much. What the judge makes of the last answer
double last_word(bool written_then, double bias) {
  reading_judge judge;
  const auto level = [](time_point at, double taken) {
    return std::min(40.0, 40 - taken + 20 * std::chrono::duration<double>(at - start).count());
  };
  const auto sent_by = [](time_point at) {
    return 10.0 * std::clamp<double>(1 + static_cast<double>((at - start) / 300ms), 0, 3);
  };
  double own = 0;
  for (int number = 1; number <= 30; ++number) {
    const time_point sent = start + (number - 1) / 10 * 300ms;
    limit_reading told;
    told.now = sent + 400ms;
    told.age = 400ms;
    told.number = static_cast<std::uint64_t>(number);
    told.last = static_cast<std::uint64_t>(sent_by(told.now));
    told.taken = number;
    told.since = sent_by(told.now) - number;
    told.predicted = level(sent, number) + bias;
    const double now = level(told.now, sent_by(told.now));
    const double written = written_then ? level(sent, number) : now;
    own = judge.corrected(now + bias, std::floor(written), told, 40, 20);
    if (number < 30) continue;
    return own - now;
  }
  return 0;
}

}  // namespace

TEST_CASE("limit_reading: the bursts between two readings tell when they were written") {
  CHECK(std::abs(last_word(true, 0)) <= 1);
  CHECK(std::abs(last_word(false, 0)) <= 1);
}

TEST_CASE("limit_reading: an account that is wrong for long misleads nobody") {
  CHECK(last_word(true, -15) <= 1);
  CHECK(std::abs(last_word(false, -15)) <= 1);
  CHECK(std::abs(last_word(false, 15)) <= 1);
}

TEST_CASE("gate: what was refused has taken nothing, and is not on its way") {
  reroute::detail::gate at({});
  const reroute::detail::cost need{4000, 0};
  const auto send_one = [&](time_point now) {
    const reroute::detail::permit held = at.admit(now, need);
    at.sent(held, now);
    return held;
  };
  const reroute::detail::permit first = send_one(start);
  std::vector<reroute::detail::permit> others;
  for (int other = 0; other < 3; ++other)
    others.push_back(send_one(start));
  for (const reroute::detail::permit& each : others)
    at.refused(each, refusal(1s), start + 5ms, 0);
  reroute::http::rate_limits told;
  told.input_tokens.limit = 10000;
  told.input_tokens.remaining = 9000;
  at.read(first, told, start + 10ms);
  at.admitted(first, start + 10ms);
  // all that is left is there: nine thousand, and none of it is spoken for by the refused
  CHECK(at.earliest(start + 1100ms, {36000, 0}) <= start + 1100ms);
}
