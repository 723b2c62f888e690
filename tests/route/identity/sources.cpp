// Identity sources in virtual time: requests, schedules, failures, and settings that are wrong.
#include <reroute/error/errc.hpp>
#include <reroute/route/anthropic_identity.hpp>
#include <reroute/route/entra.hpp>

#include "tests/route/identity/certificate.hpp"
#include "tests/route/identity/data.hpp"
#include "tests/route/identity/folder.hpp"
#include "tests/route/identity/source_rig.hpp"
#include "tests/route/refused.hpp"

#include <boost/json/parse.hpp>

#include <system_error>

using Catch::Matchers::Contains;
using namespace std::chrono_literals;
using namespace reroute;
using tests::lookup;
using tests::said_at_once;
using tests::source_rig;
using tests::token_line;
using tests::token_result;
using tests::variables;

namespace {

entra::application_options app() {
  entra::application_options made;
  made.tenant_id = "tenant-1";
  made.client_id = "client-1";
  return made;
}

credential machine(variables set, const std::string& client_id = {}) {
  entra::managed_identity_options options;
  options.client_id = client_id;
  options.environment = lookup(std::move(set));
  return entra::managed_identity(std::move(options));
}

credential by_default(variables set) {
  entra::default_credential_options options;
  options.environment = lookup(std::move(set));
  return entra::default_credential(std::move(options));
}

std::string body_of(const source_rig& at, std::size_t number = 0) {
  return at.peer->requests.at(number).request.body.text();
}

std::string url_of(const source_rig& at, std::size_t number = 0) {
  return at.peer->requests.at(number).request.url.text();
}

const std::string imds_token =
    R"({"access_token":"m-1","refresh_token":"","expires_in":"3599","expires_on":"1767229199","not_before":"1767225599","resource":"r","token_type":"Bearer"})";

}  // namespace

TEST_CASE("a client secret becomes a token, which is kept and refreshed ahead of its end") {
  source_rig at([](const auto&, std::size_t number) {
    return token_line("t-" + std::to_string(number + 1));
  });
  at.use(entra::client_secret(app(), "CANARY"));
  CHECK(at.now().token.secret() == "t-1");
  CHECK(at.now().token.secret() == "t-1");
  CHECK(at.peer->requests.size() == 1);
  CHECK(url_of(at) == "https://login.microsoftonline.com/tenant-1/oauth2/v2.0/token");
  CHECK_THAT(body_of(at), Contains("&client_secret=CANARY"));
  at.time->advance(3500s);
  CHECK(at.now().token.secret() == "t-1");
  at.time->run(at.io, 1s);
  CHECK(at.peer->requests.size() == 2);
  CHECK(at.now().token.secret() == "t-2");
}

TEST_CASE("a certificate signs a new assertion for each exchange, and a rotated file is taken") {
  const tests::folder here;
  const tests::made_certificate first = tests::make_rsa_certificate();
  const tests::made_certificate second = tests::make_rsa_certificate();
  entra::certificate_options options;
  options.path = here.write("app.pem", first.certificate + first.key);
  source_rig at(tests::always(token_line("token-1", 10)));
  at.use(entra::client_certificate(app(), options));
  CHECK_FALSE(at.now().error);
  here.write("app.pem", second.certificate + second.key);
  at.time->advance(20s);
  CHECK_FALSE(at.now().error);
  const auto assertion = [&](std::size_t number) {
    const std::string body = body_of(at, number);
    return tests::read_jwt(body.substr(body.rfind('=') + 1));
  };
  CHECK(tests::verifies(assertion(0), first.certificate));
  CHECK(tests::verifies(assertion(1), second.certificate));
  const auto said = boost::json::parse(assertion(0).body);
  CHECK(said.at("aud").as_string() ==
        "https://login.microsoftonline.com/tenant-1/oauth2/v2.0/token");
  CHECK(said.at("iss").as_string() == "client-1");
  CHECK(said.at("nbf").as_int64() == 1767225600);
  CHECK(said.at("jti") != boost::json::parse(assertion(1).body).at("jti"));
  here.write("app.pem", "CANARY");
  at.time->advance(20s);
  const token_result broken = at.now();
  CHECK(broken.error == errc::credential_failed);
  CHECK_FALSE(broken.retryable);
  CHECK_THAT(broken.detail, Contains("no private key") && !Contains("CANARY"));
}

TEST_CASE(
    "a federated token is read on each exchange; a missing file is a failure, and no request") {
  const tests::folder here;
  const std::string path = here.write("token", "a.b.c\n");
  source_rig at(tests::always(token_line("token-1", 10)));
  at.use(entra::workload_identity(app(), path));
  CHECK_FALSE(at.now().error);
  CHECK_THAT(body_of(at), Contains("&client_assertion=a.b.c"));
  here.write("token", "d.e.f\n");
  at.time->advance(20s);
  CHECK_FALSE(at.now().error);
  CHECK_THAT(body_of(at, 1), Contains("&client_assertion=d.e.f"));
  std::filesystem::remove(path);
  at.time->advance(20s);
  const token_result gone = at.now();
  CHECK(gone.error == std::errc::no_such_file_or_directory);
  CHECK_FALSE(gone.retryable);
  CHECK(at.peer->requests.size() == 2);
}

TEST_CASE("an endpoint that is silent is given up, one that is not there may come back") {
  source_rig silent(tests::always(tests::silence()));
  silent.use(entra::client_secret(app(), "CANARY"));
  const token_result late = silent.now();
  CHECK(late.error == errc::provider_timeout);
  CHECK(late.retryable);
  CHECK(late.detail == "Entra ID did not answer in time");
  CHECK(silent.time->now() - silent.begin == 20s);
  silent.time->run(silent.io, 1s);
  CHECK(silent.peer->cancelled == 1);
  source_rig lost(tests::always(tests::breaks(errc::connect_failed, false)));
  lost.use(entra::client_secret(app(), "CANARY"));
  CHECK(lost.now().error == errc::connect_failed);
  CHECK(lost.now().retryable);
}

TEST_CASE("a failing endpoint is left alone, as long as it asks") {
  source_rig at(
      tests::always(said_at_once(429, R"({"error":"throttled"})", {{"retry-after", "20"}})));
  at.use(entra::client_secret(app(), "CANARY"));
  for (int seconds = 0; seconds < 60; ++seconds) {
    CHECK(at.now().error == errc::rate_limited);
    at.time->advance(1s);
  }
  CHECK(at.times() == std::vector<int>{0, 20, 40});
}

TEST_CASE("a redirect is not followed, and its target hears nothing") {
  source_rig at(tests::always(said_at_once(307, "", {{"location", "https://evil.example/"}})));
  at.use(entra::client_secret(app(), "CANARY"));
  const token_result got = at.now();
  CHECK(got.error == errc::rejected);
  CHECK_THAT(got.detail, Contains("redirect"));
  CHECK(at.peer->requests.size() == 1);
}

TEST_CASE("IMDS in virtual time: each status as its table has it") {
  struct row {
    int status;
    std::vector<int> times;
  };
  const std::vector<int> table = {0, 2, 6, 14, 30};
  for (const row& each :
       {row{404, table}, row{408, table}, row{429, table}, row{500, table}, row{503, table},
        row{410, {0, 10, 20, 30, 40, 50, 60, 70}}, row{400, {0}}, row{401, {0}}, row{403, {0}}}) {
    CAPTURE(each.status);
    source_rig at(tests::always(said_at_once(each.status, R"({"error":"x"})")));
    at.use(machine({}));
    const token_result got = at.now();
    CHECK(got.error);
    CHECK(got.retryable == (each.times.size() > 1));
    CHECK(at.times() == each.times);
    CHECK_THAT(got.detail, Contains("IMDS answered " + std::to_string(each.status)));
  }
  source_rig silent(tests::always(tests::silence()));  // 10 s of patience each time
  silent.use(machine({}));
  CHECK(silent.now().error == errc::provider_timeout);
  CHECK(silent.times() == std::vector<int>{0, 12, 26, 44, 70});
}

TEST_CASE("IMDS that comes back gives its token, whose strings are read") {
  source_rig at(tests::first(3, said_at_once(410, ""), said_at_once(200, imds_token)));
  at.use(machine({}, "c-1"));
  const token_result got = at.now();
  CHECK(got.token.secret() == "m-1");
  CHECK(*got.token.expires_at() - reroute::testing::manual_clock::default_wall == 3599s);
  CHECK(at.times() == std::vector<int>{0, 10, 20, 30});
  CHECK_THAT(url_of(at), Contains("&client_id=c-1"));
}

TEST_CASE("while IMDS is upgraded, a call with another route learns it at once") {
  source_rig at(tests::first(3, said_at_once(410, ""), said_at_once(200, imds_token)));
  at.use(machine({}));
  const token_result got = at.now(tests::token_cache::patience::none);
  CHECK(got.error == errc::rejected);
  CHECK(got.retryable);
  CHECK(got.rest == 10s);
  CHECK(at.time->now() == at.begin);
  at.time->run(at.io, 31s);  // the same fetch goes on
  CHECK(at.now(tests::token_cache::patience::none).token.secret() == "m-1");
  CHECK(at.peer->requests.size() == 4);
}

TEST_CASE("other places of managed identities, with their own schedule") {
  const variables app_service = {{"IDENTITY_ENDPOINT", "http://localhost:8081/msi/token"},
                                 {"IDENTITY_HEADER", "CANARY"}};
  source_rig at(tests::first(
      2, said_at_once(503, R"({"statusCode":503,"message":"CANARY-not-shown no"})"),
      said_at_once(
          200,
          R"({"access_token":"a-1","expires_on":"2026-01-01T01:00:00Z","token_type":"Bearer","resource":"r"})")));
  at.use(machine(app_service));
  const token_result got = at.now();
  CHECK(got.token.secret() == "a-1");
  CHECK(*got.token.expires_at() - reroute::testing::manual_clock::default_wall == 3601s - 1s);
  CHECK(at.times() == std::vector<int>{0, 1, 2});
  source_rig gone(tests::always(said_at_once(410, "{}")));
  gone.use(machine(app_service));
  CHECK(gone.now().error == errc::rejected);
  CHECK(gone.times() == std::vector<int>{0});
}

TEST_CASE("Arc's challenge is answered with the key that its agent wrote") {
  const tests::folder here;
  const std::string key = here.write("a1.key", "CANARYkey");
  entra::managed_identity_options options = tests::arc_machine(here.path(""));
  source_rig at([&](const http::request& request, std::size_t) {
    if (request.headers.find("authorization") == "Basic CANARYkey")
      return said_at_once(200, imds_token);
    return said_at_once(401, "", {{"www-authenticate", "Basic realm=" + key}});
  });
  at.use(entra::managed_identity(options));
  CHECK(at.now().token.secret() == "m-1");
  CHECK(at.peer->requests.size() == 2);

  source_rig silent_agent(at.peer ? tests::always(said_at_once(200, imds_token)) : nullptr);
  options.client_id = "other";
  silent_agent.use(entra::managed_identity(options));
  const token_result wrong = silent_agent.now();
  CHECK(wrong.error == errc::credential_failed);
  CHECK_THAT(wrong.detail, Contains("did not confirm"));

  source_rig thief(
      tests::always(said_at_once(401, "", {{"www-authenticate", "Basic realm=/etc/passwd"}})));
  options.client_id.clear();
  thief.use(entra::managed_identity(options));
  CHECK_THAT(thief.now().detail, Contains("no key file of its agent"));
  CHECK(thief.peer->requests.size() == 1);

  std::filesystem::remove(key);
  source_rig missing(
      tests::always(said_at_once(401, "", {{"www-authenticate", "Basic realm=" + key}})));
  missing.use(entra::managed_identity(options));
  CHECK_THAT(missing.now().detail, Contains("group himds"));
}

TEST_CASE("the default credential takes what is set up first, in Microsoft's order") {
  const tests::folder here;
  const tests::made_certificate made = tests::make_rsa_certificate("pw");
  variables set = {{"AZURE_TENANT_ID", "tenant-2"},
                   {"AZURE_CLIENT_ID", "client-2"},
                   {"AZURE_FEDERATED_TOKEN_FILE", here.write("token", "f.f.f")},
                   {"AZURE_AUTHORITY_HOST", "https://login.microsoftonline.us/"}};
  const auto asks = [](const variables& with) {
    source_rig at([](const http::request& request, std::size_t) {
      return request.method == "GET" && !request.headers.contains("metadata") &&
                     !request.headers.contains("x-identity-header")
                 ? said_at_once(400, "{}")
                 : said_at_once(200, imds_token);
    });
    at.use(by_default(with));
    CHECK_FALSE(at.now().error);
    const auto& last = at.peer->requests.back().request;
    return std::to_string(at.peer->requests.size()) + " " + last.url.text() + " " +
           last.body.text();
  };
  CHECK_THAT(asks(set),
             Contains("1 https://login.microsoftonline.us/tenant-2/oauth2/v2.0/token ") &&
                 Contains("client_assertion=f.f.f"));
  variables certified = set;
  certified["AZURE_CLIENT_CERTIFICATE_PATH"] = here.write("a.pem", made.certificate + made.key);
  certified["AZURE_CLIENT_CERTIFICATE_PASSWORD"] = "pw";
  CHECK_THAT(asks(certified), Contains("client_assertion=eyJ"));
  certified["AZURE_CLIENT_SECRET"] = "s-1";
  CHECK_THAT(asks(certified), Contains("client_secret=s-1"));
  certified["AZURE_TOKEN_CREDENTIALS"] = "workloadidentitycredential";
  CHECK_THAT(asks(certified), Contains("client_assertion=f.f.f"));
  certified["AZURE_TOKEN_CREDENTIALS"] = " ManagedIdentityCredential ";
  CHECK_THAT(asks(certified),
             Contains("1 http://169.254.169.254/") && Contains("client_id=client-2"));
  CHECK_THAT(
      asks({{"AZURE_CLIENT_ID", "client-3"}}),
      Contains("2 http://169.254.169.254/") && Contains("client_id=client-3"));  // probed first
  CHECK_THAT(asks({{"IDENTITY_ENDPOINT", "http://localhost/x"}, {"IDENTITY_HEADER", "h"}}),
             Contains("1 http://localhost/x?api-version=2019-08-01"));
}

TEST_CASE("where nothing is set up and IMDS does not answer, that is told after a second") {
  for (const auto& nobody :
       {tests::silence(), tests::breaks(errc::connect_failed, false),
        said_at_once(403, "A socket operation was attempted to an unreachable network")}) {
    source_rig at(tests::always(nobody));
    at.use(by_default({}));
    const token_result got = at.now();
    CHECK(got.error == errc::credential_failed);
    CHECK_FALSE(got.retryable);
    CHECK_THAT(got.detail, Contains("no credential is set up"));
    CHECK(at.time->now() - at.begin <= 1s);
    CHECK(got.rest == 60s);
  }
}

TEST_CASE("a federation exchanges the token of a file, of a variable or of another source") {
  const tests::folder here;
  federation_options options;
  options.rule_id = "fdrl_1";
  options.organization_id = "org-1";
  options.identity_token_file = here.write("token", "a.b.c\n");
  source_rig at(tests::always(token_line("sk-ant-oat01-x", 10)));
  const credential made = anthropic_federation(options);
  CHECK(made.type() == credential::kind::oauth);
  at.use(made);
  CHECK(at.now().token.secret() == "sk-ant-oat01-x");
  CHECK(url_of(at) == "https://api.anthropic.com/v1/oauth/token");
  CHECK_THAT(body_of(at), Contains(R"("assertion":"a.b.c")"));
  here.write("token", "d.e.f");
  at.time->advance(20s);
  CHECK_FALSE(at.now().error);
  CHECK_THAT(body_of(at, 1), Contains(R"("assertion":"d.e.f")"));
  here.write("token", std::string(16 * 1024 + 1, 'x'));
  at.time->advance(20s);
  CHECK_THAT(at.now().detail, Contains("16 KiB"));
  CHECK(at.peer->requests.size() == 2);

  // on Azure: the machine's token for the application is the proof
  options.identity_token_file.clear();
  entra::managed_identity_options machine_options;
  machine_options.scope = "api://app-1/.default";
  machine_options.environment = lookup({});
  options.identity = entra::managed_identity(machine_options);
  source_rig azure([](const http::request& request, std::size_t) {
    return request.method == "GET" ? said_at_once(200, imds_token) : token_line("sk-ant-oat01-y");
  });
  azure.use(anthropic_federation(options));
  CHECK(azure.now().token.secret() == "sk-ant-oat01-y");
  CHECK_THAT(url_of(azure), Contains("resource=api%3A%2F%2Fapp-1"));
  CHECK_THAT(body_of(azure, 1), Contains(R"("assertion":"m-1")"));
}

TEST_CASE("settings that are wrong are refused by name, and secrets are not repeated") {
  const auto problem = [](auto&& action) {
    const std::string text = refused(action);
    CHECK_THAT(text, !Contains("CANARY"));
    return text;
  };
  const auto with = [](auto change) {
    entra::application_options options = app();
    change(options);
    return options;
  };
  CHECK_THAT(problem([&] {
               (void)entra::client_secret(with([](auto& o) { o.tenant_id = ""; }), "CANARY");
             }),
             Contains("entra::client_secret.tenant_id is empty"));
  CHECK_THAT(problem([&] {
               (void)entra::client_secret(with([](auto& o) { o.tenant_id = "a/../b"; }), "CANARY");
             }),
             Contains("tenant_id has a character"));
  CHECK_THAT(problem([&] {
               (void)entra::client_secret(with([](auto& o) { o.client_id = "a b"; }), "CANARY");
             }),
             Contains("client_id"));
  CHECK_THAT(
      problem([&] { (void)entra::client_secret(with([](auto& o) { o.scope = ""; }), "CANARY"); }),
      Contains("scope"));
  CHECK_THAT(problem([&] {
               (void)entra::client_secret(
                   with([](auto& o) { o.authority_host = "http://login.example"; }), "CANARY");
             }),
             Contains("authority_host is http://"));
  CHECK_THAT(problem([&] { (void)entra::client_secret(app(), "CANARY\n"); }),
             Contains("line break"));
  CHECK_THAT(problem([&] { (void)entra::client_secret(app(), ""); }), Contains("is empty"));
  CHECK_THAT(problem([&] { (void)entra::client_certificate(app(), {}); }),
             Contains("one of path and pem"));
  CHECK_THAT(problem([&] {
               entra::certificate_options options;
               options.path = "/no/such/file";
               (void)entra::client_certificate(app(), options);
             }),
             Contains("/no/such/file: " +
                      std::make_error_code(std::errc::no_such_file_or_directory).message()));
  CHECK_THAT(problem([&] { (void)entra::workload_identity(app(), ""); }), Contains("token_file"));
  CHECK_THAT(problem([&] {
               entra::managed_identity_options options;
               options.client_id = options.object_id = "x";
               (void)entra::managed_identity(options);
             }),
             Contains("one of client_id"));
  for (const std::string tenant : {"common", "Organizations", "consumers"})
    CHECK_THAT(problem([&] {
                 (void)entra::client_secret(with([&](auto& o) { o.tenant_id = tenant; }), "CANARY");
               }),
               Contains("tenant_id") && Contains("no tenant"));
  for (const std::string scope : {"https://ai.azure.com", "a b/.default", "a\n/.default", "\x80"})
    CHECK_THAT(problem([&] {
                 (void)entra::client_secret(with([&](auto& o) { o.scope = scope; }), "CANARY");
               }),
               Contains("entra::client_secret.scope") && Contains("/.default"));
  const auto machine_problem = [&](auto change) {
    return problem([&] {
      entra::managed_identity_options options;
      options.environment = lookup({});
      change(options);
      (void)entra::managed_identity(options);
    });
  };
  CHECK_THAT(machine_problem([](auto& o) { o.client_id = "c 1"; }), Contains("client_id"));
  CHECK_THAT(machine_problem([](auto& o) { o.object_id = "o\n"; }), Contains("object_id"));
  CHECK_THAT(machine_problem([](auto& o) { o.resource_id = "name"; }), Contains("resource_id"));
  CHECK_THAT(machine_problem([](auto& o) { o.scope = "a b"; }), Contains("scope"));
  CHECK_THAT(machine_problem([](auto& o) { o.arc_key_folder = "/var"; }),
             Contains("arc_key_folder"));
  CHECK_THAT(machine_problem([](auto& o) {
               o.object_id = "o-1";
               o.environment = lookup({{"MSI_ENDPOINT", "http://localhost"}, {"MSI_SECRET", "s"}});
             }),
             Contains("client id only"));
  CHECK_THAT(machine_problem([](auto& o) {
               o.environment = lookup({{"MSI_ENDPOINT", "http://localhost"}});
             }),
             Contains("Cloud Shell"));
  CHECK_THAT(problem([&] {
               federation_options options;
               options.rule_id = options.organization_id = "x";
               options.identity = credential::bearer(std::string(16 * 1024 + 1, 'x'));
               (void)anthropic_federation(options);
             }),
             Contains("federation_options.identity") && Contains("16 KiB"));
  CHECK_THAT(problem([&] {
               (void)by_default({{"AZURE_TOKEN_CREDENTIALS", "dev"}});
             }),
             Contains("AZURE_TOKEN_CREDENTIALS"));
  CHECK_THAT(problem([&] {
               (void)by_default({{"AZURE_TOKEN_CREDENTIALS", "EnvironmentCredential"}});
             }),
             Contains("AZURE_CLIENT_SECRET"));
  CHECK_THAT(problem([&] { (void)anthropic_federation({}); }),
             Contains("federation_options.rule_id"));
  CHECK_THAT(problem([&] {
               federation_options options;
               options.rule_id = options.organization_id = "x";
               options.base_url = "http://api.example";
               options.identity = credential::bearer("CANARY");
               (void)anthropic_federation(options);
             }),
             Contains("base_url is http://"));
  // a loopback is for tests
  (void)entra::client_secret(with([](auto& o) { o.authority_host = "http://127.0.0.1:1"; }), "s");
}

TEST_CASE("cancelling one waiter, or the end of the cache, leaves nothing behind") {
  source_rig at(tests::always(tests::silence()));
  at.use(entra::client_secret(app(), "CANARY"));
  std::optional<token_result> first, second;
  asio::cancellation_signal cancel;
  asio::co_spawn(at.io,
                 source_rig::ask(at.cache.get(), {}, tests::token_cache::patience::all, &first),
                 asio::bind_cancellation_slot(cancel.slot(), asio::detached));
  asio::co_spawn(at.io,
                 source_rig::ask(at.cache.get(), {}, tests::token_cache::patience::all, &second),
                 asio::detached);
  at.time->run(at.io, 1s);
  cancel.emit(asio::cancellation_type::terminal);
  at.time->run(at.io, 1s);
  CHECK_FALSE(second);
  CHECK(at.peer->open == 1);
  at.cache->shutdown();
  at.time->run(at.io, 1s);
  REQUIRE(second);
  CHECK(second->error == make_error_code(asio::error::operation_aborted));
  CHECK(at.peer->open == 0);
  CHECK(at.time->pending() == 0);
}

TEST_CASE("the end of the cache, or of the loop, at any moment leaves nothing behind") {
  federation_options options;
  options.rule_id = options.organization_id = "x";
  options.identity = machine({});
  for (const auto& make : {
           +[](const federation_options&) { return machine({}); },
           +[](const federation_options&) { return by_default({}); },
           +[](const federation_options& by) { return anthropic_federation(by); },
       }) {
    for (const bool politely : {true, false}) {
      for (int quarters = 0; quarters < 30; ++quarters) {
        auto at = std::make_unique<source_rig>([](const http::request&, std::size_t number) {
          tests::line said = tests::says(number % 3 == 2 ? 200 : 404, imds_token);
          said.head_after = 300ms;
          said.body_after = 300ms;
          return said;
        });
        at->use(make(options));
        std::optional<token_result> got;
        asio::co_spawn(
            at->io, source_rig::ask(at->cache.get(), {}, tests::token_cache::patience::all, &got),
            asio::detached);
        at->time->run(at->io, quarters * 250ms);
        if (politely) {
          at->cache->shutdown();
          at->time->run(at->io, 1s);
          REQUIRE(got);
          REQUIRE(at->peer->open == 0);
          REQUIRE(at->time->pending() == 0);
        }
      }
    }
  }
}
