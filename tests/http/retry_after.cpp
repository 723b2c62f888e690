// Retry-After: every form, what is no form, and which field wins.
#include <reroute/http/retry_after.hpp>

#include "http/response_time.hpp"
#include "tests/support/catch.hpp"

#include <sstream>
#include <string>

namespace {

using namespace std::chrono_literals;
using reroute::http::date;
using reroute::http::find_retry_after;
using reroute::http::headers;
using reroute::http::hint_source;
using reroute::http::longest_wait;
using reroute::http::parse_retry_after;
using reroute::http::retry_hint;
using std::chrono::sys_days;

constexpr date now = sys_days(2026y / 6 / 30) + 20h + 30min;

TEST_CASE("seconds, whole or with a fraction") {
  CHECK(parse_retry_after("20", now) == retry_hint{20s, hint_source::retry_after});
  CHECK(parse_retry_after("1.5", now) == retry_hint{1500ms, hint_source::retry_after});
  CHECK(parse_retry_after("0.0001", now) == retry_hint{1ms, hint_source::retry_after});
  CHECK(parse_retry_after("0", now) == retry_hint{0ms, hint_source::retry_after});
  CHECK(parse_retry_after("302539", now) == retry_hint{302'539s, hint_source::retry_after});
}

TEST_CASE("a date counts from now, and the past is 0") {
  CHECK(parse_retry_after("Wed, 30 Jun 2026 20:31:05 GMT", now) ==
        retry_hint{65s, hint_source::retry_after_date});
  CHECK(parse_retry_after("Tuesday, 30-Jun-26 20:31:05 GMT", now) ==
        retry_hint{65s, hint_source::retry_after_date});
  CHECK(parse_retry_after("Tue Jun 30 20:31:05 2026", now) ==
        retry_hint{65s, hint_source::retry_after_date});
  CHECK(parse_retry_after("Tue, 30 Jun 2026 20:29:59 GMT", now) ==
        retry_hint{0ms, hint_source::retry_after_date});
}

TEST_CASE("anything else is no hint") {
  const auto value = GENERATE("", " ", "-5", "+5", "soon", "1e3", "nan", "inf", "infinity", "0x10",
                              "30 Jun 2026", "2026-06-30T20:31:05Z", "20, 60", "20 s", "20s", " 20",
                              "20 ", "1.", ".5", "1.2.3", "\xef\xbc\x92");
  CAPTURE(value);
  CHECK_FALSE(parse_retry_after(value, now));
}

TEST_CASE("too long is the longest wait, and adding that to any clock is safe") {
  const auto value =
      GENERATE(as<std::string>(), "99999999999", "9223372036854775807", "9223372036854775808",
               std::string(500, '9'), "99999999999.9999", "Fri, 31 Dec 9999 23:59:59 GMT");
  CAPTURE(value);
  const auto hint = parse_retry_after(value, now);
  REQUIRE(hint);
  CHECK(hint->wait == longest_wait);
  CHECK(std::chrono::steady_clock::now() + hint->wait > std::chrono::steady_clock::now());
  CHECK(std::chrono::system_clock::now() + hint->wait > std::chrono::system_clock::now());
}

TEST_CASE("the most precise form comes first") {
  CHECK(find_retry_after(
            {{"retry-after", "20"}, {"x-ms-retry-after-ms", "30"}, {"retry-after-ms", "40"}},
            now) == retry_hint{40ms, hint_source::retry_after_ms});
  CHECK(find_retry_after({{"Retry-After", "20"}, {"X-MS-Retry-After-Ms", "30.2"}}, now) ==
        retry_hint{31ms, hint_source::retry_after_ms});
  CHECK(find_retry_after({{"RETRY-AFTER", "20"}}, now) ==
        retry_hint{20s, hint_source::retry_after});
  CHECK_FALSE(find_retry_after({{"retry", "20"}}, now));
  CHECK_FALSE(find_retry_after({}, now));
}

TEST_CASE("a form that is 0 or unreadable gives way to the next") {
  CHECK(find_retry_after({{"retry-after-ms", "0"}, {"retry-after", "1"}}, now) ==
        retry_hint{1s, hint_source::retry_after});
  CHECK(find_retry_after(
            {{"retry-after-ms", "0"}, {"x-ms-retry-after-ms", "7"}, {"retry-after", "1"}}, now) ==
        retry_hint{7ms, hint_source::retry_after_ms});
  CHECK(find_retry_after({{"retry-after-ms", "soon"}, {"retry-after", "1"}}, now) ==
        retry_hint{1s, hint_source::retry_after});
  CHECK(find_retry_after({{"retry-after-ms", "0"}, {"retry-after", "soon"}}, now) ==
        retry_hint{0ms, hint_source::retry_after_ms});
  CHECK(find_retry_after({{"x-ms-retry-after-ms", "0"}, {"retry-after", "0"}}, now) ==
        retry_hint{0ms, hint_source::retry_after_ms});
}

TEST_CASE("of several fields of one name the longest wait counts") {
  CHECK(find_retry_after({{"retry-after", "20"}, {"retry-after", "60"}, {"retry-after", "x"}},
                         now) == retry_hint{60s, hint_source::retry_after});
}

TEST_CASE("a date counts from the response's own Date, so a wrong local clock does not matter") {
  const auto skew = std::chrono::seconds(GENERATE(-31'536'000, -10, 0, 10, 31'536'000));
  const headers fields{{"date", "Tue, 30 Jun 2026 20:30:00 GMT"},
                       {"retry-after", "Tue, 30 Jun 2026 20:30:20 GMT"}};
  CHECK(find_retry_after(fields, now + skew) == retry_hint{20s, hint_source::retry_after_date});
}

TEST_CASE("without a usable Date the local clock has to do") {
  const headers fields =
      GENERATE(headers{{"retry-after", "Tue, 30 Jun 2026 20:30:20 GMT"}},
               headers{{"date", "today"}, {"retry-after", "Tue, 30 Jun 2026 20:30:20 GMT"}},
               headers{{"date", "Tue, 30 Jun 2026 20:00:00 GMT"},
                       {"age", "1800"},
                       {"retry-after", "Tue, 30 Jun 2026 20:30:20 GMT"}});
  CHECK(find_retry_after(fields, now) == retry_hint{20s, hint_source::retry_after_date});
}

TEST_CASE("the wait between any two moments neither overflows nor is negative") {
  using reroute::http::wait_between;
  CHECK(wait_between(date::min(), date::max()) == longest_wait);
  CHECK(wait_between(date::max(), date::min()) == 0ms);
  CHECK(wait_between(now, now) == 0ms);
  CHECK(wait_between(now, now + 1s) == 1s);
}

TEST_CASE("a source prints as its name") {
  std::ostringstream out;
  out << hint_source::retry_after_date << ' ' << hint_source::none << ' '
      << hint_source::message_text;
  CHECK(out.str() == "retry_after_date none message_text");
  CHECK(to_string(hint_source::retry_after_ms) == "retry_after_ms");
  CHECK(to_string(hint_source::retry_after) == "retry_after");
}

}  // namespace
