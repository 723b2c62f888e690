// Fuzzes the resolvers: any response becomes an error within its bounds, the same on both routes.
#include <reroute/error/errc.hpp>
#include <reroute/error/resolver.hpp>

#include "tests/fuzz/expect.hpp"
#include "tests/fuzz/response.hpp"

#include <algorithm>
#include <cstdint>
#include <string_view>

namespace {

using fuzz::expect;
using reroute::category;

void check(const reroute::normalized_error& error) {
  expect(error.category != category::ok, "an error is one");
  expect(error.category != category::network && error.category != category::cancelled,
         "an answer is no failure of the network");
  expect(!error.retry_after || error.retry_after->count() >= 0, "a wait is not negative");
  expect(error.retry_after.has_value() ==
             (error.retry_after_source != reroute::http::hint_source::none),
         "a wait has a source");
  expect(error.message.size() <= 1024, "a message is bounded");
  expect(error.raw_code.size() <= 128 && error.request_id.size() <= 128, "keys are bounded");
  expect(!error.request_scoped || error.category == category::rate_limit,
         "only a 429 is request-scoped");
  expect(error.category != category::quota || error.failover_worthy,
         "a quota is for another route");
  expect(to_error_code(error) == error.category, "the code has the category");
  const std::string line = to_string(error);
  expect(std::none_of(line.begin(), line.end(), [](char c) { return c >= 0 && c < ' '; }),
         "it prints on one line");
  expect(line.size() < 1'000, "what is printed is bounded");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const auto anthropic = reroute::anthropic_resolver({});
  static const auto azure = reroute::azure_foundry_resolver({});
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const reroute::http::response response = fuzz::read_response(text);
  const reroute::http::date now(std::chrono::seconds(1'782'850'000));
  const auto error = anthropic(response, now);
  check(error);
  expect(azure(response, now) == error, "both routes read alike");
  check(anthropic(response, reroute::http::date::min()));
  check(anthropic(response, reroute::http::date::max()));
  check(reroute::resolve_error_event("", response.body, now));
  check(reroute::resolve_error_event("", text, now));
  return 0;
}
