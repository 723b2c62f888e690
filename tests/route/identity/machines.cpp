// Managed identities over time: what is probed, and how often.
#include <reroute/error/errc.hpp>
#include <reroute/route/entra.hpp>

#include "tests/route/identity/data.hpp"
#include "tests/route/identity/folder.hpp"
#include "tests/route/identity/source_rig.hpp"

using Catch::Matchers::Contains;
using namespace std::chrono_literals;
using namespace reroute;
using tests::lookup;
using tests::said_at_once;
using tests::source_rig;

namespace {

const std::string short_token = R"({"access_token":"m-1","expires_in":"10","token_type":"Bearer"})";

bool is_probe(const http::request& request) { return !request.headers.contains("metadata"); }

credential by_default() {
  entra::default_credential_options options;
  options.environment = lookup({});
  return entra::default_credential(std::move(options));
}

}  // namespace

TEST_CASE("IMDS that answered once is not probed again, so a probe that is lost costs nothing") {
  int probes = 0;
  source_rig at([&probes](const http::request& request, std::size_t) {
    if (!is_probe(request)) return said_at_once(200, short_token);
    return ++probes == 1 ? said_at_once(400, "{}") : tests::silence();
  });
  at.use(by_default());
  CHECK_FALSE(at.now().error);
  at.time->advance(20s);
  CHECK_FALSE(at.now().error);
  CHECK(probes == 1);
  CHECK(at.peer->requests.size() == 3);
}

TEST_CASE("IMDS that did not answer is probed again") {
  bool there = false;
  source_rig at([&there](const http::request&, std::size_t) {
    return there ? said_at_once(200, short_token) : tests::silence();
  });
  at.use(by_default());
  CHECK(at.now().rest == 60s);
  there = true;
  at.time->advance(60s);
  CHECK_FALSE(at.now().error);
  CHECK(at.peer->requests.size() == 3);
}

TEST_CASE("a service that wants to be left alone for longer than a fetch lasts is") {
  source_rig at(
      tests::always(said_at_once(429, R"({"error":"throttled"})", {{"retry-after", "600"}})));
  entra::managed_identity_options options;
  options.environment = lookup({});
  at.use(entra::managed_identity(std::move(options)));
  const tests::token_result got = at.now();
  CHECK(at.time->now() == at.begin);  // told at once
  CHECK(got.error == errc::rate_limited);
  CHECK(got.rest == 600s);
  CHECK_THAT(got.detail, Contains("throttled"));
  at.time->advance(599s);
  CHECK(at.now().rest == 1s);
  at.time->advance(1s);
  CHECK(at.now().rest == 600s);
  CHECK(at.times() == std::vector<int>{0, 600});
}

TEST_CASE("Arc's key is hidden where its agent repeats it, and so is a secret as the form had it") {
  const tests::folder here;
  const std::string key = here.write("a1.key", "arc/CANARY+1");
  entra::managed_identity_options options = tests::arc_machine(here.path(""));
  source_rig at([&](const http::request& request, std::size_t) {
    if (!request.headers.contains("authorization"))
      return said_at_once(401, "", {{"www-authenticate", "Basic realm=" + key}});
    return said_at_once(403, R"({"error":"no","error_description":"arc/CANARY+1 is wrong"})");
  });
  at.use(entra::managed_identity(options));
  CHECK_THAT(at.now().detail, Contains("no: [hidden] is wrong") && !Contains("CANARY"));

  entra::application_options app;
  app.tenant_id = app.client_id = "id";
  source_rig login([](const http::request& request, std::size_t) {
    return said_at_once(
        400, R"({"error":"bad form","error_description":")" + request.body.text() + "\"}");
  });
  login.use(entra::client_secret(app, "s/CANARY~+"));
  CHECK_THAT(login.now().detail, Contains("bad form") && !Contains("CANARY"));
}
