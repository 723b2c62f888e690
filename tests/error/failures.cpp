// Failures without an answer: of the transport, and of a credential.
#include <reroute/error/errc.hpp>
#include <reroute/error/resolver.hpp>

#include "tests/support/catch.hpp"

#include <cerrno>
#include <string>

namespace {

using reroute::category;
using reroute::errc;
using reroute::resolve_credential_failure;
using reroute::resolve_transport_failure;

std::error_code system_error(int number) { return {number, std::system_category()}; }

TEST_CASE("a failed transport is worth a retry and another route") {
  const std::error_code code =
      GENERATE(as<std::error_code>(), errc::connect_failed, errc::host_not_found, errc::tls_failed,
               errc::connection_lost, errc::truncated_body, errc::protocol_error,
               errc::malformed_answer, system_error(ECONNRESET), system_error(ECONNREFUSED));
  const auto error = resolve_transport_failure("azure", code, true);
  CAPTURE(to_string(error));
  CHECK(error.route == "azure");
  CHECK(error.status == 0);
  CHECK(error.category == category::network);
  CHECK(error.retryable);
  CHECK(error.failover_worthy);
  CHECK(error.sent);
  CHECK(error.cause == code);
  CHECK(error.message == code.message());
  CHECK(to_error_code(error) == code);
}

TEST_CASE("a time limit of an attempt is a timeout, worth both") {
  const std::error_code code =
      GENERATE(as<std::error_code>(), errc::connect_timeout, errc::head_timeout, errc::idle_timeout,
               errc::attempt_timeout, system_error(ETIMEDOUT));
  const auto error = resolve_transport_failure("azure", code, false);
  CHECK(error.category == category::timeout);
  CHECK(error.retryable);
  CHECK(error.failover_worthy);
  CHECK_FALSE(error.sent);
}

TEST_CASE("a refused certificate, and an answer beyond the limits, do not mend by waiting") {
  const errc code = GENERATE(errc::certificate_refused, errc::header_too_large,
                             errc::body_too_large, errc::draining);
  const auto error = resolve_transport_failure("azure", code, false);
  CHECK(error.category == category::network);
  CHECK_FALSE(error.retryable);
  CHECK(error.failover_worthy);
}

TEST_CASE("what the transport may not send, it may not send later either") {
  const auto error = resolve_transport_failure("azure", errc::rejected, false, "plain http is off");
  CHECK(error.category == category::bad_request);
  CHECK_FALSE(error.retryable);
  CHECK(error.failover_worthy);
}

TEST_CASE("a proxy that wants another credential is auth, and does not mend by waiting") {
  const auto error = resolve_transport_failure("azure", errc::proxy_unauthorized, false);
  CHECK(error.category == category::auth);
  CHECK_FALSE(error.retryable);
  CHECK(error.failover_worthy);
  CHECK(to_error_code(error) == errc::proxy_unauthorized);
}

TEST_CASE("cancelled is for no route") {
  const auto error = resolve_transport_failure("azure", system_error(ECANCELED), true);
  CHECK(error.category == category::cancelled);
  CHECK_FALSE(error.retryable);
  CHECK_FALSE(error.failover_worthy);
  CHECK(error.sent);
  CHECK(to_error_code(error) == system_error(ECANCELED));
}

TEST_CASE("the caller's own limits are for no route") {
  const errc code =
      GENERATE(errc::deadline_exceeded, errc::would_miss_deadline, errc::too_many_waiting);
  const auto error = resolve_transport_failure("azure", code, false);
  CHECK_FALSE(error.retryable);
  CHECK_FALSE(error.failover_worthy);
  CHECK(to_error_code(error) == code);
}

TEST_CASE("a failure without a code is one all the same") {
  const auto error = resolve_transport_failure("azure", {}, false);
  CHECK(error.category == category::network);
  CHECK(error.cause == errc::connection_lost);
}

TEST_CASE("a detail is the message, bounded and on one line") {
  const auto error = resolve_transport_failure("azure", errc::tls_failed, false,
                                               "wrong\nversion " + std::string(5'000, 'x'));
  CHECK(error.message.starts_with("wrong version xxx"));
  CHECK(error.message.size() == 1024);
}

TEST_CASE("a credential that could not be had is auth, and worth another route") {
  const bool retryable = GENERATE(true, false);
  const auto error = resolve_credential_failure("azure", system_error(ECONNREFUSED), retryable,
                                                "token endpoint is down");
  CHECK(error.category == category::auth);
  CHECK(error.retryable == retryable);
  CHECK(error.failover_worthy);
  CHECK(error.cause == system_error(ECONNREFUSED));
  CHECK(error.message == "token endpoint is down");
  // the cause is the network's, but what the caller compares with is auth
  CHECK(to_error_code(error) == errc::credential_failed);
  CHECK(to_error_code(error) == category::auth);
}

TEST_CASE("a credential failure without a cause has one") {
  const auto error = resolve_credential_failure("azure", {}, false);
  CHECK(error.cause == errc::credential_failed);
  CHECK(error.message == error.cause.message());
}

TEST_CASE("a credential that was cancelled is cancelled") {
  const auto error = resolve_credential_failure("azure", system_error(ECANCELED), true);
  CHECK(error.category == category::cancelled);
  CHECK_FALSE(error.retryable);
  CHECK_FALSE(error.failover_worthy);
}

}  // namespace
