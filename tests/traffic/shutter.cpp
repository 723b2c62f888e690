// Closed until a single call has looked.
#include "traffic/shutter.hpp"

#include "tests/support/catch.hpp"

using namespace std::chrono_literals;
using reroute::detail::shutter;

namespace {
const shutter::time_point start{1h};
}

TEST_CASE("shutter: one probe at a time, and another where it is lost for long") {
  shutter at(500ms, 30s);
  CHECK_FALSE(at.shut());
  at.close(start + 1s, true, start);
  CHECK(at.shut());
  CHECK(at.earliest(start) == start + 1s);
  at.probe(7, start + 1s);
  CHECK(at.probed_by(7));
  CHECK(at.earliest(start + 2s) == start + 31s);
  CHECK(at.earliest(start + 31s) <= start + 31s);
  at.probe_lost();
  CHECK_FALSE(at.listening());
  at.open();
  CHECK_FALSE(at.shut());
}

TEST_CASE(
    "shutter: a later closing only moves it later, and needs all that an earlier one needed") {
  shutter at(500ms, 30s);
  at.close(start + 10s, false, start);
  at.close(start + 1s, true, start);
  CHECK(at.closed_until() == start + 10s);
  CHECK_FALSE(at.silence_opens());
  at.close(start + 12s, true, start + 11s);  // that was over
  CHECK(at.closed_until() == start + 12s);
  CHECK(at.silence_opens());
}

TEST_CASE("shutter: probes are rarer the longer it lasts, within their bounds") {
  shutter at(500ms, 30s);
  shutter::time_point now = start;
  CHECK(at.interval(now, 6, 0) == 375ms);
  CHECK(at.interval(now + 60s, 6, 0.9999999) <= 10s);
  CHECK(at.interval(now + 60s, 6, 0) == 7500ms);
  CHECK(at.interval(now + 1h, 6, 0.5) == 30s);
  at.end_row();
  CHECK(at.interval(now + 2h, 6, 0) == 375ms);
}

TEST_CASE(
    "shutter: a probe that passes does not open before a later deadline that came meanwhile") {
  shutter at(500ms, 30s);
  at.close(start + 1s, true, start);
  at.probe(7, start + 1s);
  at.keep_closed(start + 20s);
  at.passed(start + 2s);
  CHECK(at.shut());
  CHECK(at.earliest(start + 2s) == start + 20s);
  at.probe(8, start + 20s);
  at.passed(start + 21s);
  CHECK_FALSE(at.shut());
}
