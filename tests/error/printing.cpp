// One line for people, whatever the provider said.
#include <reroute/error/errc.hpp>
#include <reroute/error/normalized_error.hpp>
#include <reroute/error/resolver.hpp>

#include "tests/support/catch.hpp"

#include <locale>
#include <sstream>
#include <string>

namespace {

using namespace std::chrono_literals;
using reroute::category;
using reroute::errc;
using reroute::normalized_error;

normalized_error limited() {
  normalized_error error;
  error.route = "azure";
  error.status = 429;
  error.category = category::rate_limit;
  error.raw_code = "RateLimitReached";
  error.retry_after = 33s;
  error.message = "Rate limit of 8000 per 60s exceeded.";
  error.request_id = "req_1";
  return error;
}

TEST_CASE("an error prints on one line, with what matters") {
  CHECK(to_string(limited()) ==
        "azure: 429 rate_limit (RateLimitReached), retry after 33 s: Rate limit of 8000 per 60s "
        "exceeded. [req_1]");
  std::ostringstream out;
  out << limited();
  CHECK(out.str() == to_string(limited()));
}

TEST_CASE("waits read naturally") {
  const auto printed = [](std::chrono::milliseconds wait) {
    normalized_error error;
    error.category = category::rate_limit;
    error.retry_after = wait;
    return to_string(error);
  };
  CHECK(printed(250ms) == "rate_limit, retry after 250 ms");
  CHECK(printed(1500ms) == "rate_limit, retry after 1.5 s");
  CHECK(printed(1001ms) == "rate_limit, retry after 1.001 s");
  CHECK(printed(302'539s) == "rate_limit, retry after 302539 s");
  CHECK(printed(0ms) == "rate_limit");
}

TEST_CASE("a quota says when it opens, a refusal of the request that it is one") {
  normalized_error error;
  error.category = category::quota;
  error.opens_at = reroute::http::date(1'782'864'000s);
  error.request_scoped = true;
  CHECK(to_string(error) == "quota, this request alone, opens at Wed, 01 Jul 2026 00:00:00 GMT");
}

TEST_CASE("a failed transport says what failed, once, and whether the request had left") {
  CHECK(to_string(reroute::resolve_transport_failure("a", errc::truncated_body, true)) ==
        "a: network (the answer was cut off), after the request was sent");
  CHECK(
      to_string(reroute::resolve_transport_failure("a", errc::tls_failed, false, "bad version")) ==
      "a: network (the TLS handshake failed): bad version");
}

TEST_CASE("whatever a resolver of somebody else's put in, one bounded line comes out") {
  normalized_error error = limited();
  error.route = "az\nure";
  error.raw_code = std::string(5'000, 'c') + "\n";
  error.message = "sk-ant-api03-AAAABBBBCCCC\r\n" + std::string(5'000, 'm');
  error.request_id = std::string(5'000, 'r');
  const std::string line = to_string(error);
  CHECK(line.find('\n') == std::string::npos);
  CHECK(line.find("sk-ant") == std::string::npos);
  CHECK(line.size() < 1'000);
}

TEST_CASE("a stream's locale does not put marks between the digits") {
  struct marks : std::numpunct<char> {
    char do_thousands_sep() const override { return '.'; }
    std::string do_grouping() const override { return "\1"; }
  };
  std::ostringstream out;
  out.imbue(std::locale(std::locale::classic(), new marks));
  out << limited();
  CHECK(out.str() == to_string(limited()));
}

TEST_CASE("no error is false and ok") {
  CHECK_FALSE(normalized_error());
  CHECK(limited());
  CHECK(to_string(normalized_error()) == "ok");
  CHECK_FALSE(to_error_code(normalized_error()));
}

TEST_CASE("an error without a cause has the code of its category") {
  normalized_error error;
  for (const auto kind : {category::rate_limit, category::overloaded, category::quota,
                          category::auth, category::bad_request, category::timeout,
                          category::server, category::network, category::cancelled}) {
    error.category = kind;
    error.status = kind == category::network || kind == category::cancelled ? 0 : 400;
    CHECK(to_error_code(error) == kind);
  }
  error.category = category::auth;
  error.status = 401;
  CHECK(to_error_code(error) == errc::unauthorized);
  error.status = 0;
  CHECK(to_error_code(error) == errc::credential_failed);
}

}  // namespace
