// HTTP-date: all three forms, what is forgiven, and what is not.
#include <reroute/http/date.hpp>

#include "tests/support/catch.hpp"

#include <array>
#include <string>

namespace {

using namespace std::chrono_literals;
using reroute::http::date;
using reroute::http::format_http_date;
using reroute::http::parse_http_date;
using std::chrono::sys_days;

constexpr date moment = sys_days(2026y / 6 / 30) + 20h + 31min + 5s;
constexpr date now = sys_days(2026y / 6 / 30);

TEST_CASE("an HTTP-date reads the same in each of its three forms") {
  CHECK(parse_http_date("Tue, 30 Jun 2026 20:31:05 GMT", now) == moment);
  CHECK(parse_http_date("Tuesday, 30-Jun-26 20:31:05 GMT", now) == moment);
  CHECK(parse_http_date("Tue Jun 30 20:31:05 2026", now) == moment);
  CHECK(parse_http_date("Sun Nov  6 08:49:37 1994", now) ==
        sys_days(1994y / 11 / 6) + 8h + 49min + 37s);
}

TEST_CASE("a wrong weekday, another case, UTC and no zone at all are forgiven") {
  const auto text = GENERATE("Wed, 30 Jun 2026 20:31:05 GMT", "tue, 30 jun 2026 20:31:05 gmt",
                             "TUE, 30 JUN 2026 20:31:05 GMT", "Tue, 30 Jun 2026 20:31:05 UTC",
                             "Tue, 30 Jun 2026 20:31:05", "Saturday, 30-Jun-26 20:31:05 GMT",
                             "Tuesday, 30-Jun-26 20:31:05", "Mon Jun 30 20:31:05 2026");
  CAPTURE(text);
  CHECK(parse_http_date(text, now) == moment);
}

TEST_CASE("what is nearly an HTTP-date is none") {
  const auto text = GENERATE(
      "", " ", "30 Jun 2026", "30 Jun 2026 20:31:05 GMT", "2026-06-30T20:31:05Z", "Tue", "soon",
      " Tue, 30 Jun 2026 20:31:05 GMT", "Tue, 30 Jun 2026 20:31:05 GMT ",
      "Tue,  30 Jun 2026 20:31:05 GMT", "Tue,\t30 Jun 2026 20:31:05 GMT",
      "Tue, 30 Jun 2026 20:31:05 CET", "Tue, 30 Jun 2026 20:31:05 +0000",
      "Tue, 30 Jun 2026 20:31:05GMT", "Tue, 30 Jun 2026 20:31:05 ", "Tue, 30 Jun 26 20:31:05 GMT",
      "Tue, 30 Jun 02026 20:31:05 GMT", "Tue, 30-Jun-26 20:31:05 GMT",
      "Tuesday, 30-Jun-2026 20:31:05 GMT", "Tuesday, 30 Jun 2026 20:31:05 GMT",
      "Xyz, 30 Jun 2026 20:31:05 GMT", "Tue, 30 Xyz 2026 20:31:05 GMT",
      "Tue, 30 June 2026 20:31:05 GMT", "Tue, +3 Jun 2026 20:31:05 GMT",
      "Tue, 30 Jun 2026 24:00:00 GMT", "Tue, 30 Jun 2026 20:60:05 GMT",
      "Tue, 30 Jun 2026 20:31:61 GMT", "Tue, 30 Jun 2026 20:31 GMT", "Tue, 30 Jun 2026 8:31:05 GMT",
      "Tue Jun 3 20:31:05 2026", "Tue Jun 30 20:31:05 2026 GMT", "Tue Jun  30 20:31:05 2026");
  CAPTURE(text);
  CHECK_FALSE(parse_http_date(text, now));
}

TEST_CASE("a day that does not exist is refused, leap years are known") {
  CHECK_FALSE(parse_http_date("Tue, 31 Jun 2026 00:00:00 GMT"));
  CHECK_FALSE(parse_http_date("Tue, 00 Jun 2026 00:00:00 GMT"));
  CHECK_FALSE(parse_http_date("Tue, 32 Jan 2026 00:00:00 GMT"));
  CHECK_FALSE(parse_http_date("Sun, 29 Feb 2026 00:00:00 GMT"));
  CHECK_FALSE(parse_http_date("Mon, 29 Feb 2100 00:00:00 GMT"));
  CHECK(parse_http_date("Tue, 29 Feb 2028 00:00:00 GMT") == sys_days(2028y / 2 / 29));
  CHECK(parse_http_date("Tue, 29 Feb 2000 00:00:00 GMT") == sys_days(2000y / 2 / 29));
}

TEST_CASE("a leap second reads as the second before it") {
  CHECK(parse_http_date("Sat, 31 Dec 2016 23:59:60 GMT") ==
        sys_days(2016y / 12 / 31) + 23h + 59min + 59s);
}

TEST_CASE("a year of two digits lies less than 50 years ahead") {
  const auto year_of = [](const std::string& digits, std::chrono::year in) {
    const auto read =
        parse_http_date("Friday, 01-May-" + digits + " 00:00:00 GMT", sys_days(in / 5 / 1));
    REQUIRE(read);
    return std::chrono::year_month_day(std::chrono::floor<std::chrono::days>(*read)).year();
  };
  CHECK(year_of("26", 2026y) == 2026y);
  CHECK(year_of("75", 2026y) == 2075y);
  CHECK(year_of("76", 2026y) == 1976y);
  CHECK(year_of("94", 2026y) == 1994y);
  CHECK(year_of("05", 2099y) == 2105y);
  CHECK(year_of("99", 2000y) == 1999y);
}

TEST_CASE("the oldest and the newest now there are do no harm") {
  CHECK(parse_http_date("Friday, 01-May-26 00:00:00 GMT", date::min()));
  CHECK(parse_http_date("Friday, 01-May-26 00:00:00 GMT", date::max()));
}

TEST_CASE("no prefix of a date is a date, but the one that only lacks its zone") {
  const std::string text =
      GENERATE("Tue, 30 Jun 2026 20:31:05 GMT", "Tuesday, 30-Jun-26 20:31:05 GMT",
               "Tue Jun 30 20:31:05 2026", "Sun Nov  6 08:49:37 1994");
  REQUIRE(parse_http_date(text, now));
  for (std::size_t size = 0; size < text.size(); ++size) {
    const std::string prefix = text.substr(0, size);
    CAPTURE(prefix);
    const bool lacks_zone = text.ends_with(" GMT") && size == text.size() - 4;
    CHECK(parse_http_date(prefix, now).has_value() == lacks_zone);
  }
}

TEST_CASE("no byte more may stand behind a date, not even a NUL") {
  const std::string text = "Tue, 30 Jun 2026 20:31:05 GMT";
  for (int c = 0; c < 256; ++c)
    CHECK_FALSE(parse_http_date(text + static_cast<char>(c), now));
}

TEST_CASE("what is written reads back, over four centuries and at both ends") {
  // a stride that shares no factor with a day, so that all hours, days and months are met
  for (date when = sys_days(1850y / 1 / 1); when < sys_days(2250y / 1 / 1); when += 7'654'321s) {
    const std::string text = format_http_date(when);
    REQUIRE(text.size() == 29);
    REQUIRE(parse_http_date(text, now) == when);
  }
  const date first = sys_days(0y / 1 / 1);
  const date last = sys_days(9999y / 12 / 31) + 23h + 59min + 59s;
  CHECK(format_http_date(first) == "Sat, 01 Jan 0000 00:00:00 GMT");
  CHECK(format_http_date(last) == "Fri, 31 Dec 9999 23:59:59 GMT");
  CHECK(format_http_date(date::min()) == format_http_date(first));
  CHECK(format_http_date(date::max()) == format_http_date(last));
  CHECK(parse_http_date(format_http_date(last), now) == last);
}

TEST_CASE("the weekday that is written is the right one") {
  CHECK(format_http_date(moment) == "Tue, 30 Jun 2026 20:31:05 GMT");
  CHECK(format_http_date(date{}) == "Thu, 01 Jan 1970 00:00:00 GMT");
}

}  // namespace
