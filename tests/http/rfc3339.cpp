// RFC 3339 dates, as the rate-limit headers have them.
#include <reroute/http/date.hpp>

#include "tests/support/catch.hpp"

namespace {

using namespace std::chrono_literals;
using reroute::http::parse_rfc3339;
using std::chrono::sys_days;

constexpr reroute::http::date moment = sys_days(2025y / 6 / 2) + 15h + 14min + 45s;

TEST_CASE("an RFC 3339 date reads in every spelling the standard has") {
  CHECK(parse_rfc3339("2025-06-02T15:14:45Z") == moment);
  CHECK(parse_rfc3339("2025-06-02t15:14:45z") == moment);
  CHECK(parse_rfc3339("2025-06-02 15:14:45Z") == moment);
  CHECK(parse_rfc3339("2025-06-02T15:14:45+00:00") == moment);
  CHECK(parse_rfc3339("2025-06-02T15:14:45-00:00") == moment);
  CHECK(parse_rfc3339("2025-06-02T20:59:45+05:45") == moment);
  CHECK(parse_rfc3339("2025-06-01T23:14:45-16:00") == moment);
}

TEST_CASE("a fraction is rounded up, so that a reset is never early") {
  CHECK(parse_rfc3339("2025-06-02T15:14:44.000000001Z") == moment);
  CHECK(parse_rfc3339("2025-06-02T15:14:44.999Z") == moment);
  CHECK(parse_rfc3339("2025-06-02T15:14:45.000Z") == moment);
}

TEST_CASE("what is no RFC 3339 date is nothing") {
  const auto text =
      GENERATE("", "2025-06-02", "2025-06-02T15:14:45", "2025-06-02T15:14Z", "2025-6-02T15:14:45Z",
               "2025-06-02T15:14:45.Z", "2025-06-02T15:14:45,5Z", "2025-06-02T15:14:45+0000",
               "2025-06-02T15:14:45+24:00", "2025-06-02T15:14:45+01:60", "2025-06-02T15:14:45ZZ",
               "2025-06-02T24:00:00Z", "2025-02-29T00:00:00Z", "2025-13-01T00:00:00Z",
               "2025-00-01T00:00:00Z", "-025-06-02T15:14:45Z", " 2025-06-02T15:14:45Z",
               "2025-06-02T15:14:45Z ", "1748877285");
  CAPTURE(text);
  CHECK_FALSE(parse_rfc3339(text));
}

TEST_CASE("no prefix of an RFC 3339 date is one") {
  const std::string text = "2025-06-02T15:14:45.25+05:45";
  REQUIRE(parse_rfc3339(text));
  for (std::size_t size = 0; size < text.size(); ++size)
    CHECK_FALSE(parse_rfc3339(text.substr(0, size)));
}

}  // namespace
