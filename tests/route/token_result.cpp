// What a token source throws, as a value: its code, whether it may pass, and a text without secrets.
#include "route/token_result.hpp"

#include <reroute/error/errc.hpp>

#include "tests/support/catch.hpp"

#include <asio/error.hpp>

#include <exception>
#include <stdexcept>
#include <string>
#include <system_error>

using Catch::Matchers::Contains;
using reroute::errc;
using reroute::detail::checked_token;
using reroute::detail::failure_of;
using reroute::detail::token_result;

namespace {

template <class Thrown>
token_result thrown(const Thrown& exception, std::string_view known = {}) {
  return failure_of(std::make_exception_ptr(exception), known);
}

}  // namespace

TEST_CASE("a system_error keeps its code, and may pass by its kind") {
  const auto check = [](std::error_code code, bool may_pass) {
    CAPTURE(code);
    const token_result result = thrown(std::system_error(code, "token endpoint"));
    CHECK(result.error == code);
    CHECK(result.retryable == may_pass);
    CHECK_THAT(result.detail, Contains("token endpoint"));
  };
  check(errc::connect_failed, true);
  check(errc::head_timeout, true);
  check(errc::server_error, true);
  check(errc::rate_limited, true);
  check(errc::overloaded, true);
  check(make_error_code(asio::error::connection_refused), true);
  check(std::make_error_code(std::errc::timed_out), true);
  check(errc::certificate_refused, false);
  check(errc::unauthorized, false);
  check(errc::rejected, false);
  check(errc::quota_exhausted, false);
  check(std::make_error_code(std::errc::no_such_file_or_directory), false);
  check(std::error_code(EACCES, std::system_category()), false);
}

TEST_CASE("a source's own cancellation is a failure, not the caller's wish") {
  for (const std::error_code code :
       {std::error_code(make_error_code(asio::error::operation_aborted)),
        std::make_error_code(std::errc::operation_canceled)}) {
    const token_result result = thrown(std::system_error(code));
    CHECK(result.error == errc::credential_failed);
    CHECK(result.retryable);
  }
}

TEST_CASE("other exceptions are credential_failed") {
  const token_result result = thrown(std::runtime_error("no login"));
  CHECK(result.error == errc::credential_failed);
  CHECK_FALSE(result.retryable);
  CHECK(result.detail == "no login");
  CHECK(thrown(std::system_error(std::error_code())).error == errc::credential_failed);
  CHECK(thrown(42).error == errc::credential_failed);
  CHECK_FALSE(thrown(42).detail.empty());
}

TEST_CASE("the text of an exception shows no secret") {
  const std::string long_canary = "CANARY-" + std::string(40, 'x');
  for (const std::string canary : {"sk-ant-CANARY", "old-CANARY", long_canary.c_str()}) {
    CAPTURE(canary);
    const std::string text = "HTTP 400 {\"assertion\":\"" + canary + "\"} to " + canary;
    CHECK_THAT(thrown(std::runtime_error(text), "old-CANARY").detail,
               Contains("HTTP 400") && Contains("[hidden]") && !Contains("CANARY"));
    CHECK_THAT(
        thrown(std::system_error(make_error_code(errc::rejected), text), "old-CANARY").detail,
        Contains("[hidden]") && !Contains("CANARY"));
  }
}

TEST_CASE("a token that cannot be sent is a failure, without the token") {
  CHECK(checked_token(reroute::access_token("fine")).token.secret() == "fine");
  CHECK_FALSE(checked_token(reroute::access_token("fine")).error);
  for (const std::string secret : {"", "CANARY\n", "Bearer CANARY"}) {
    const token_result result = checked_token(reroute::access_token(secret));
    CHECK(result.error == errc::credential_failed);
    CHECK_FALSE(result.retryable);
    CHECK(result.token.secret().empty());
    CHECK_THAT(result.detail, Contains("token") && !Contains("CANARY"));
  }
}

TEST_CASE(
    "a token_error says by itself whether it may pass, and how long it wants to be left alone") {
  using namespace std::chrono_literals;
  const token_result busy =
      thrown(reroute::token_error(errc::rate_limited, "Entra: 429 for sk-ant-CANARY", false, 7s));
  CHECK(busy.error == errc::rate_limited);
  CHECK_FALSE(busy.retryable);
  CHECK(busy.rest == 7s);
  CHECK(busy.detail == "Entra: 429 for [hidden]");
  const token_result gone =
      thrown(reroute::token_error(make_error_code(asio::error::operation_aborted), "gone", true));
  CHECK(gone.error == errc::credential_failed);
  CHECK(gone.retryable);
}
