// Calls with tokens of the fake services, over real sockets; and secrets that are seen nowhere.
#include <reroute/testing/fake_identity.hpp>

#include "tests/client/loopback.hpp"
#include "tests/support/catch.hpp"

#include <map>
#include <sstream>

using Catch::Matchers::Contains;
using namespace std::chrono_literals;
using namespace reroute;
namespace fakes = reroute::testing;
using fakes::fake_identity;
using fakes::fake_identity_options;
using fakes::identity_fault;
using fakes::identity_service;
using fakes::number_form;

namespace {

using variables = std::map<std::string, std::string, std::less<>>;

// one route with a credential of the fake's; writes down all that a program could log
struct place {
  explicit place(fake_identity_options how = {})
      : identity(io.get_executor(), std::move(how), time) {
    identity.trusted_by(azure);
    identity.trusted_by(anthropic);
  }

  environment_lookup lookup(variables set) const {
    return [set = std::move(set)](std::string_view name) -> std::optional<std::string> {
      const auto found = set.find(name);
      return found == set.end() ? std::nullopt : std::optional(found->second);
    };
  }
  entra::application_options app() const {
    entra::application_options made;
    made.tenant_id = "contoso.onmicrosoft.com";
    made.client_id = identity.options().client_id;
    made.authority_host = identity.authority();
    return made;
  }
  credential secret() const {
    return entra::client_secret(app(), identity.options().client_secret);
  }
  credential machine(variables set) const {
    entra::managed_identity_options options;
    options.environment = lookup(std::move(set));
    return entra::managed_identity(std::move(options));
  }
  credential federation() const {
    federation_options options;
    options.rule_id = "fdrl_1";
    options.organization_id = "org-1";
    options.identity = credential::bearer("CANARY.identity.token");
    options.base_url = identity.anthropic_url();
    return anthropic_federation(std::move(options));
  }
  void use(credential from, bool foundry = true) {
    client_options options;
    if (foundry) {
      options.routes = {
          azure_foundry({.base_url = azure.base_url(), .credential = std::move(from)})};
    } else {
      options.routes = {
          reroute::anthropic({.credential = std::move(from), .base_url = anthropic.base_url()})};
    }
    options.time = time;
    options.seed = 1;
    options.https.tls.ca_pem = fake.ca_pem() + identity.ca_pem();
    options.observer.at_refusal = [this](const refusal_event& seen) { log << seen.error << '\n'; };
    options.observer.at_outcome = [this](const outcome_event& seen) {
      log << seen.outcome << '\n';
    };
    options.observer.at_gate = [this](const gate_event& seen) { log << seen.status << '\n'; };
    claude.emplace(io, std::move(options));
  }
  outcome call(std::chrono::milliseconds deadline = 2min) {
    std::optional<outcome> end;
    claude->async_create(message_request("claude").max_tokens(16).user("hello?"),
                         call_options().deadline(deadline), [&](std::error_code code, outcome got) {
                           log << code.message() << '\n' << api_error(code, got).what() << '\n';
                           for (const attempt& each : got.attempts)
                             log << each << ' ' << to_string(each.error) << ' '
                                 << each.error.message << each.error.raw_code
                                 << each.error.request_id << '\n';
                           end = std::move(got);
                         });
    time->run_until(io, [&] { return end.has_value(); });
    REQUIRE(end);
    return *end;
  }
  // nothing that was written down holds a secret, nor a good part of one
  void check_log() const {
    const std::string all = log.str();
    std::vector<std::string> secrets = identity.secrets();
    secrets.emplace_back("CANARY.identity.token");
    secrets.emplace_back("CANARY");
    for (const std::string& each : secrets) {
      CAPTURE(all);
      REQUIRE(all.find(each) == std::string::npos);
      REQUIRE(all.find(each.substr(0, each.size() / 2 + 4)) == std::string::npos);
    }
  }

  asio::io_context io;
  std::shared_ptr<fakes::manual_clock> time = std::make_shared<fakes::manual_clock>();
  fakes::fake_claude fake{io.get_executor(), time};
  fakes::fake_route azure = fake.add_route(tests::with_face(fakes::face::azure));
  fakes::fake_route anthropic = fake.add_route();
  fake_identity identity;
  std::ostringstream log;
  std::optional<client> claude;
};

}  // namespace

TEST_CASE("tokens of every service, in every encoding, over real sockets") {
  for (const number_form form : {number_form::usual, number_form::text, number_form::iso_date}) {
    fake_identity_options how;
    how.numbers = form;
    place at(how);
    const auto answered = [&](credential from, identity_service by, bool foundry = true) {
      at.use(std::move(from), foundry);
      const outcome end = at.call();
      INFO(end);
      CHECK(end.answered());
      CHECK(at.identity.issued(by) == 1);
      CHECK(at.call().answered());
      CHECK(at.identity.heard(by) == 1);
    };
    answered(at.secret(), identity_service::entra);
    answered(at.machine({{"AZURE_POD_IDENTITY_AUTHORITY_HOST", at.identity.imds_host()}}),
             identity_service::imds);
    answered(at.machine({{"IDENTITY_ENDPOINT", at.identity.app_service_url()},
                         {"IDENTITY_HEADER", at.identity.options().identity_header}}),
             identity_service::app_service);
    answered(at.machine({{"MSI_ENDPOINT", at.identity.machine_learning_url()},
                         {"MSI_SECRET", at.identity.options().identity_header}}),
             identity_service::machine_learning);
    answered(at.federation(), identity_service::anthropic, false);
    const auto heard = at.anthropic.last_request();
    REQUIRE(heard);
    CHECK(heard->headers.find("anthropic-beta") == "oauth-2025-04-20");
    at.check_log();
  }
}

TEST_CASE("a token is refreshed ahead of its end, and by force when it is refused") {
  place at;
  at.use(at.secret());
  CHECK(at.call().answered());
  at.time->advance(59min);  // a minute is left
  CHECK(at.call().answered());
  at.time->run(at.io, 1s);
  CHECK(at.identity.issued(identity_service::entra) == 2);
  at.time->advance(10s);
  at.identity.revoke();
  const outcome end = at.call();
  CHECK(end.answered());
  CHECK(at.identity.issued(identity_service::entra) == 3);
  at.check_log();
}

TEST_CASE(
    "errors, throttles, redirects and silence of every service, and not one secret in a log") {
  struct row {
    identity_service by;
    bool foundry;
  };
  for (const row& each :
       {row{identity_service::entra, true}, row{identity_service::imds, true},
        row{identity_service::app_service, true}, row{identity_service::machine_learning, true},
        row{identity_service::anthropic, false}}) {
    for (const int status : {200, 302, 400, 401, 404, 410, 429, 503}) {
      CAPTURE(static_cast<int>(each.by), status);
      place at;
      credential from = at.secret();
      if (each.by == identity_service::imds)
        from = at.machine({{"AZURE_POD_IDENTITY_AUTHORITY_HOST", at.identity.imds_host()}});
      if (each.by == identity_service::app_service)
        from = at.machine({{"IDENTITY_ENDPOINT", at.identity.app_service_url()},
                           {"IDENTITY_HEADER", at.identity.options().identity_header}});
      if (each.by == identity_service::machine_learning)
        from = at.machine({{"MSI_ENDPOINT", at.identity.machine_learning_url()},
                           {"MSI_SECRET", at.identity.options().identity_header}});
      if (each.by == identity_service::anthropic) from = at.federation();
      at.use(std::move(from), each.foundry);
      identity_fault fault;
      fault.service = each.by;
      fault.status = status;
      fault.location = "https://127.0.0.1:1/CANARY";
      // all that was sent comes back, in safe fields, in others and as a page
      for (const std::string body : {R"({"error":"{request}","assertion":"CANARY"})",
                                     R"({"error":{"code":"x","message":"{request}"}})",
                                     R"({"error":"x","error_description":"{request}"})",
                                     "<html>{request} CANARY</html>", "{request}"}) {
        fault.body = body;
        at.identity.clear_faults();
        at.identity.inject(fault);
        const outcome end = at.call(10min);
        CHECK_FALSE(end.answered());
        for (const attempt& tried : end.attempts)
          CHECK(tried.error.category == category::auth);
        at.time->advance(70s);
      }
      at.identity.clear_faults();
      CHECK(at.call().answered());
      at.check_log();
    }
  }
}

TEST_CASE("wrong proofs are refused by the services, and nothing of them is shown") {
  place at;
  at.use(entra::client_secret(at.app(), "CANARY-wrong-secret"));
  outcome end = at.call();
  CHECK(end.error.category == category::auth);
  CHECK(end.error.cause == errc::unauthorized);
  CHECK_THAT(end.error.message, Contains("AADSTS7000215"));
  entra::application_options app = at.app();
  app.client_id = "unknown";
  at.use(entra::client_secret(app, "CANARY-wrong-secret"));
  end = at.call();
  CHECK(end.error.cause == errc::credential_failed);
  CHECK_THAT(end.error.message, Contains("AADSTS700016"));
  at.use(at.machine({{"IDENTITY_ENDPOINT", at.identity.app_service_url()},
                     {"IDENTITY_HEADER", "CANARY-wrong-header"}}));
  CHECK(at.call().error.cause == errc::unauthorized);
  entra::managed_identity_options options;
  options.client_id = "no-such-identity";
  options.environment = at.lookup({{"AZURE_POD_IDENTITY_AUTHORITY_HOST", at.identity.imds_host()}});
  at.use(entra::managed_identity(options));
  CHECK_THAT(at.call().error.message, Contains("Identity not found"));
  at.check_log();
}

TEST_CASE("faults of the fake last for so many requests or so long; silence is given up") {
  place at;
  identity_fault silent;
  silent.silent = true;
  silent.requests = 1;
  at.identity.inject(silent);
  at.use(at.secret());
  const time_point begin = at.time->now();
  const outcome end = at.call();
  INFO(end);
  CHECK(end.answered());
  CHECK(end.attempts.front().error.cause == errc::provider_timeout);
  CHECK(at.time->now() - begin >= 20s);
  CHECK(at.identity.heard(identity_service::entra) == 2);

  identity_fault down;
  down.time = 8s;
  down.retry_after = 3s;
  at.identity.inject(down);
  at.use(at.secret());
  CHECK(at.call().answered());  // 503 at 0, 3 and 6 s, and then a token
  CHECK(at.identity.heard(identity_service::entra) <= 2 + 5);
  CHECK(at.identity.issued(identity_service::entra) == 2);
  at.check_log();
}

TEST_CASE("the environment's routes ask with the identities that it names") {
  place at;
  environment_routes found = routes_from_environment(
      at.lookup({{"ANTHROPIC_BASE_URL", at.identity.anthropic_url()},
                 {"ANTHROPIC_FEDERATION_RULE_ID", "fdrl_1"},
                 {"ANTHROPIC_ORGANIZATION_ID", "org-1"},
                 {"ANTHROPIC_IDENTITY_TOKEN", "CANARY.identity.token"},
                 {"ANTHROPIC_FOUNDRY_BASE_URL", at.azure.base_url()},
                 {"AZURE_CLIENT_ID", at.identity.options().client_id},
                 {"AZURE_POD_IDENTITY_AUTHORITY_HOST", at.identity.imds_host()}}));
  CHECK(found.problems.empty());
  REQUIRE(found.routes.size() == 2);
  for (const route& each : found.routes) {
    client_options options;
    options.routes = {each};
    options.time = at.time;
    options.https.tls.ca_pem = at.fake.ca_pem() + at.identity.ca_pem();
    at.claude.emplace(at.io, std::move(options));
    CHECK(at.call().answered());
  }
  CHECK(at.identity.messages() == 1);
  CHECK(at.identity.issued(identity_service::anthropic) == 1);
  CHECK(at.identity.issued(identity_service::imds) == 1);
  at.check_log();
}

TEST_CASE("a certificate that is not trusted keeps the secret at home") {
  place at;
  entra::application_options app = at.app();
  client_options options;
  options.routes = {azure_foundry({.base_url = at.azure.base_url(), .credential = at.secret()})};
  options.time = at.time;
  options.https.tls.ca_pem = at.fake.ca_pem();  // not the identity's
  at.claude.emplace(at.io, std::move(options));
  const outcome end = at.call();
  CHECK(end.error.cause == errc::certificate_refused);
  CHECK_FALSE(end.error.retryable);
  CHECK(at.identity.heard(identity_service::entra) == 0);
  at.check_log();
}
