// A limit on answer tokens: max_tokens is reserved, and most of it comes back with the answer.
#include "tests/support/catch.hpp"
#include "tests/traffic/storm_on_a_gate.hpp"

using namespace std::chrono_literals;
using tests::gate_storm;

namespace {

// 40 reservations of 100 at once, 2000 tokens per second, of which an answer takes so many
gate_storm storm_of(double used, std::chrono::milliseconds latency) {
  gate_storm made;
  made.output_rate = 2000, made.output_burst = 4000;
  made.each = {80, 100};
  made.used = used;
  made.latency = latency;
  made.calls = used < 20 ? 3000 : 1500;
  return made;
}

// `ideal`: seconds of an all-knowing scheduler
void run(gate_storm& storm, double ideal, double longest, double most_wasted) {
  storm.run();
  INFO("drain " << storm.drain << " s of " << ideal << ", refused " << storm.refused);
  CHECK(storm.answered == storm.calls);
  CHECK(storm.into_closed == 0);
  CHECK(storm.drain <= longest * ideal);
  CHECK(storm.wasted() <= most_wasted);
}

}  // namespace

// Where answers use less than they reserve, what they give back is learned of late: such a storm takes up to five times as
// long (bench/README.md, headers_reserved_tokens)
TEST_CASE("answer tokens by headers: what comes back is known whenever they were written") {
  for (const bool at_admission : {false, true}) {
    INFO("at admission: " << at_admission);
    const auto with_headers = [&](double used, std::chrono::milliseconds latency) {
      gate_storm storm = storm_of(used, latency);
      storm.headers = true;
      storm.headers_at_admission = at_admission;
      storm.calls /= 3;
      return storm;
    };
    gate_storm quick = with_headers(10, 300ms);
    run(quick, 5.3, 5, 0.1);
    gate_storm slow_and_heavy = with_headers(60, 3s);
    run(slow_and_heavy, 18, 2, 0.1);
  }
}
