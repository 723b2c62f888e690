// Fuzzes dates, Retry-After and rate limits: as single values, and as the fields of a response.
#include <reroute/http/rate_limits.hpp>
#include <reroute/http/retry_after.hpp>

#include "tests/fuzz/expect.hpp"
#include "tests/fuzz/response.hpp"

#include <cstdint>
#include <string_view>

namespace {

namespace http = reroute::http;
using fuzz::expect;

constexpr http::date now = http::date(std::chrono::seconds(1'782'850'000));

void check_wait(const std::optional<http::retry_hint>& hint) {
  if (!hint) return;
  expect(hint->wait.count() >= 0, "a wait is not negative");
  expect(hint->wait <= http::longest_wait, "a wait saturates");
  expect(hint->source != http::hint_source::none, "a hint has a source");
}

void check_value(std::string_view value) {
  check_wait(http::parse_retry_after(value, now));
  for (const auto when : {now, http::date::min(), http::date::max()}) {
    check_wait(http::parse_retry_after(value, when));
    if (const auto date = http::parse_http_date(value, when)) {
      expect(http::parse_http_date(http::format_http_date(*date), when) == date,
             "a date reads back");
      // a sign, a blank or a NUL more, and it matches no longer
      expect(!http::parse_http_date(std::string(value) + ' ', when), "the whole text matches");
    }
  }
  if (const auto date = http::parse_rfc3339(value)) {
    expect(date->time_since_epoch() < std::chrono::hours(24 * 366 * 10'000),
           "a date has four digits");
  }
}

void check_bucket(const http::quota_bucket& bucket) {
  expect(bucket.limit.value_or(0) >= 0, "a limit is not negative");
  expect(bucket.remaining.value_or(0) >= 0, "what remains is not negative");
  expect(bucket.reset.value_or(std::chrono::milliseconds(0)).count() >= 0,
         "a reset is not negative");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  check_value(text);
  const http::response response = fuzz::read_response(text);
  for (const auto& [name, value] : response.headers)
    check_value(value);
  for (const auto when : {now, http::date::min(), http::date::max()}) {
    check_wait(http::find_retry_after(response.headers, when));
    const http::rate_limits limits = http::find_rate_limits(response.headers, when);
    check_bucket(limits.requests);
    check_bucket(limits.tokens);
    check_bucket(limits.input_tokens);
    check_bucket(limits.fast_output_tokens);
    if (limits.window) expect(limits.window->count() > 0, "a window has a length");
  }
  return 0;
}
