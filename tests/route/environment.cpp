// Routes from the environment: the variables of the official SDKs, and texts that never tell a value.
#include <reroute/route/environment.hpp>

#include "tests/route/identity/certificate.hpp"
#include "tests/route/identity/folder.hpp"
#include "tests/route/refused.hpp"
#include "tests/route/requests.hpp"

#include <map>
#include <optional>
#include <string>
#include <vector>

using Catch::Matchers::Contains;
using reroute::environment_routes;
using reroute::question;
using reroute::written;

namespace {

using tests::variables;

environment_routes routes_of(const variables& set) {
  return reroute::routes_from_environment([&](std::string_view name) -> std::optional<std::string> {
    const auto found = set.find(name);
    if (found == set.end()) return std::nullopt;
    return found->second;
  });
}

// the one problem with `route`
std::string problem_of(const environment_routes& found, const std::string& route) {
  std::string only;
  int count = 0;
  for (const std::string& each : found.problems) {
    if (!each.starts_with(route + ": ")) continue;
    only = each;
    ++count;
  }
  CHECK(count == 1);
  CHECK_THAT(only, !Contains("CANARY"));
  return only;
}

}  // namespace

TEST_CASE("an empty environment has no routes, and says which variables make some") {
  for (const variables& set :
       {variables{}, variables{{"ANTHROPIC_API_KEY", ""}, {"ANTHROPIC_FOUNDRY_RESOURCE", ""}}}) {
    const auto found = routes_of(set);
    CHECK(found.routes.empty());
    CHECK(found.problems.empty());
    CHECK(found.unset ==
          std::vector<std::string>{
              "anthropic: set ANTHROPIC_API_KEY (or ANTHROPIC_AUTH_TOKEN, or a profile or "
              "federation of "
              "Anthropic's tools)",
              "azure: set ANTHROPIC_FOUNDRY_API_KEY and ANTHROPIC_FOUNDRY_RESOURCE (or "
              "ANTHROPIC_FOUNDRY_BASE_URL)"});
  }
}

TEST_CASE("both routes, complete") {
  const auto found = routes_of({{"ANTHROPIC_API_KEY", "k1"},
                                {"ANTHROPIC_FOUNDRY_API_KEY", "k2"},
                                {"ANTHROPIC_FOUNDRY_RESOURCE", "contoso"}});
  REQUIRE(found.routes.size() == 2);
  CHECK(found.problems.empty());
  CHECK(found.unset.empty());
  CHECK(found.routes[0].name == "anthropic");
  CHECK_THAT(
      written(found.routes[0], question()),
      Contains("POST https://api.anthropic.com/v1/messages\n") && Contains("\nx-api-key: k1\n"));
  CHECK(found.routes[1].name == "azure");
  CHECK_THAT(written(found.routes[1], question()),
             Contains("POST https://contoso.services.ai.azure.com/anthropic/v1/messages\n") &&
                 Contains("\nx-api-key: k2\n"));
}

TEST_CASE("an auth token is a bearer token, and gives way to a key") {
  const auto token = routes_of({{"ANTHROPIC_AUTH_TOKEN", "t1"}});
  REQUIRE(token.routes.size() == 1);
  CHECK_THAT(written(token.routes[0], question()), Contains("\nauthorization: Bearer t1\n"));

  const auto both = routes_of({{"ANTHROPIC_API_KEY", "k1"}, {"ANTHROPIC_AUTH_TOKEN", "CANARY"}});
  REQUIRE(both.routes.size() == 1);
  CHECK_THAT(written(both.routes[0], question()),
             Contains("\nx-api-key: k1\n") && !Contains("authorization"));
  CHECK_THAT(problem_of(both, "anthropic"), Contains("ANTHROPIC_AUTH_TOKEN is ignored"));
}

TEST_CASE("base URLs come from the environment too") {
  const auto found = routes_of({{"ANTHROPIC_API_KEY", "k"},
                                {"ANTHROPIC_BASE_URL", "https://gw.example/a/"},
                                {"ANTHROPIC_FOUNDRY_API_KEY", "k"},
                                {"ANTHROPIC_FOUNDRY_BASE_URL", "https://gw.example/anthropic"}});
  REQUIRE(found.routes.size() == 2);
  CHECK_THAT(written(found.routes[0], question()),
             Contains("POST https://gw.example/a/v1/messages\n"));
  CHECK_THAT(written(found.routes[1], question()),
             Contains("POST https://gw.example/anthropic/v1/messages\n"));
}

TEST_CASE("custom headers go to Anthropic direct, a line each") {
  const auto found = routes_of(
      {{"ANTHROPIC_API_KEY", "k"},
       {"ANTHROPIC_CUSTOM_HEADERS", "X-One: a:b\r\n\n  x-two :  c  \nAnthropic-Beta: b1, b2"},
       {"ANTHROPIC_FOUNDRY_API_KEY", "k"},
       {"ANTHROPIC_FOUNDRY_RESOURCE", "r"}});
  REQUIRE(found.routes.size() == 2);
  CHECK(found.problems.empty());
  CHECK(found.unset.empty());
  CHECK_THAT(written(found.routes[0], question()),
             Contains("\nX-One: a:b\nx-two: c\n") && Contains("\nanthropic-beta: b1,b2\n"));
  CHECK_THAT(written(found.routes[1], question()), !Contains("X-One") && !Contains("b1"));
}

TEST_CASE("white space around a value is not part of it, and a blank variable is not set") {
  const auto found = routes_of({{"ANTHROPIC_API_KEY", " k1\n"},
                                {"ANTHROPIC_AUTH_TOKEN", " \n"},
                                {"ANTHROPIC_BASE_URL", " \t\r\n"},
                                {"ANTHROPIC_CUSTOM_HEADERS", "\n"},
                                {"ANTHROPIC_FOUNDRY_API_KEY", "k2\r\n"},
                                {"ANTHROPIC_FOUNDRY_RESOURCE", "\tcontoso "},
                                {"ANTHROPIC_FOUNDRY_BASE_URL", "  "}});
  CHECK(found.problems.empty());
  REQUIRE(found.routes.size() == 2);
  CHECK_THAT(
      written(found.routes[0], question()),
      Contains("POST https://api.anthropic.com/v1/messages\n") && Contains("\nx-api-key: k1\n"));
  CHECK_THAT(written(found.routes[1], question()),
             Contains("POST https://contoso.services.ai.azure.com/anthropic/v1/messages\n") &&
                 Contains("\nx-api-key: k2\n"));
  const auto token =
      routes_of({{"ANTHROPIC_AUTH_TOKEN", "t1\n"}, {"ANTHROPIC_BASE_URL", "https://gw.example\n"}});
  REQUIRE(token.routes.size() == 1);
  CHECK_THAT(written(token.routes[0], question()),
             Contains("POST https://gw.example/v1/messages\n") &&
                 Contains("\nauthorization: Bearer t1\n"));
  const auto blank = routes_of({{"ANTHROPIC_API_KEY", "\n"}, {"AZURE_CLIENT_ID", " "}});
  CHECK(blank.routes.empty());
  CHECK(blank.problems.empty());
  CHECK(blank.unset.size() == 2);
  // lines are told as they are numbered in the variable
  CHECK_THAT(problem_of(routes_of({{"ANTHROPIC_API_KEY", "k"},
                                   {"ANTHROPIC_CUSTOM_HEADERS", "\n\nCANARY"}}),
                        "anthropic"),
             Contains("line 3 has no colon"));
}

TEST_CASE("variables of identities are read like the others") {
  const tests::folder here;
  const tests::made_certificate made = tests::make_rsa_certificate(" pw");
  const auto azure = [](variables set) {
    set.emplace("ANTHROPIC_FOUNDRY_RESOURCE", "contoso\n");
    set.emplace("AZURE_TENANT_ID", "tenant\n");
    set.emplace("AZURE_CLIENT_ID", "client\n");
    set.emplace("AZURE_AUTHORITY_HOST", "https://login.example\n");
    return routes_of(set);
  };
  for (const variables& set : {variables{{"AZURE_CLIENT_SECRET", "secret\n"}},
                               variables{{"AZURE_TOKEN_CREDENTIALS", "ManagedIdentityCredential\n"},
                                         {"IDENTITY_ENDPOINT", "http://localhost/x\n"},
                                         {"IDENTITY_HEADER", "h\n"}},
                               variables{{"AZURE_CLIENT_CERTIFICATE_PATH",
                                          here.write("a.pem", made.certificate + made.key) + "\n"},
                                         {"AZURE_CLIENT_CERTIFICATE_PASSWORD", " pw\n"}}}) {
    const auto found = azure(set);
    CHECK(found.problems.empty());
    CHECK(found.routes.size() == 1);
  }
  const std::string profile = R"({"authentication":{"type":"user_oauth"}})";
  here.write("configs/work.json", profile);
  const auto found =
      routes_of({{"ANTHROPIC_CONFIG_DIR", here.path("") + "\n"}, {"ANTHROPIC_PROFILE", "work\n"}});
  CHECK(found.problems.empty());
  CHECK(found.routes.size() == 1);
}

TEST_CASE("a place whose identities are not supported is a problem, not a failure of each call") {
  CHECK_THAT(problem_of(routes_of({{"ANTHROPIC_FOUNDRY_RESOURCE", "r"},
                                   {"MSI_ENDPOINT", "http://localhost/x"}}),
                        "azure"),
             Contains("Cloud Shell is not supported"));
}

TEST_CASE("a route that is half configured is a problem") {
  const auto azure = [](const variables& set) {
    const auto found = routes_of(set);
    CHECK(found.routes.empty());
    return problem_of(found, "azure");
  };
  const auto direct = routes_of({{"ANTHROPIC_BASE_URL", "https://CANARY"}});
  CHECK(direct.routes.empty());
  CHECK(direct.unset.size() == 1);  // the other route
  CHECK(problem_of(direct, "anthropic") ==
        "anthropic: ANTHROPIC_BASE_URL is set, but the key is missing; set ANTHROPIC_API_KEY (or "
        "ANTHROPIC_AUTH_TOKEN, or a profile or federation of Anthropic's tools)");
  CHECK_THAT(problem_of(routes_of({{"ANTHROPIC_CUSTOM_HEADERS", "x: CANARY"}}), "anthropic"),
             Contains("ANTHROPIC_CUSTOM_HEADERS is set, but the key is missing"));
  CHECK(azure({{"ANTHROPIC_FOUNDRY_RESOURCE", "r"}}) ==
        "azure: ANTHROPIC_FOUNDRY_RESOURCE is set, but the key is missing; set "
        "ANTHROPIC_FOUNDRY_API_KEY (or the variables of an Entra identity; for a machine's own: "
        "AZURE_TOKEN_CREDENTIALS=ManagedIdentityCredential)");
  CHECK(azure({{"ANTHROPIC_FOUNDRY_BASE_URL", "https://x"}}) ==
        "azure: ANTHROPIC_FOUNDRY_BASE_URL is set, but the key is missing; set "
        "ANTHROPIC_FOUNDRY_API_KEY (or the variables of an Entra identity; for a machine's own: "
        "AZURE_TOKEN_CREDENTIALS=ManagedIdentityCredential)");
  CHECK(azure({{"ANTHROPIC_FOUNDRY_API_KEY", "CANARY"}}) ==
        "azure: ANTHROPIC_FOUNDRY_API_KEY is set, but nothing says where; set "
        "ANTHROPIC_FOUNDRY_RESOURCE (or ANTHROPIC_FOUNDRY_BASE_URL)");
  CHECK(azure({{"ANTHROPIC_FOUNDRY_API_KEY", "CANARY"},
               {"ANTHROPIC_FOUNDRY_RESOURCE", "r"},
               {"ANTHROPIC_FOUNDRY_BASE_URL", "https://x"}}) ==
        "azure: ANTHROPIC_FOUNDRY_RESOURCE and ANTHROPIC_FOUNDRY_BASE_URL are both set; unset one "
        "of them");
}

TEST_CASE("a variable that is wrong is named, never quoted, and hinders no other route") {
  const auto check = [](variables set, const std::string& route, const std::string& variable) {
    CAPTURE(variable);
    set.emplace("ANTHROPIC_API_KEY", "k");
    set.emplace("ANTHROPIC_FOUNDRY_API_KEY", "k");
    if (!set.contains("ANTHROPIC_FOUNDRY_BASE_URL")) set.emplace("ANTHROPIC_FOUNDRY_RESOURCE", "r");
    const auto found = routes_of(set);
    REQUIRE(found.routes.size() == 1);
    CHECK(found.routes[0].name != route);
    CHECK_THAT(problem_of(found, route), Contains(route + ": " + variable + " is wrong: "));
  };
  check({{"ANTHROPIC_API_KEY", "CANARY key"}}, "anthropic", "ANTHROPIC_API_KEY");
  check({{"ANTHROPIC_API_KEY", ""}, {"ANTHROPIC_AUTH_TOKEN", "Bearer CANARY"}}, "anthropic",
        "ANTHROPIC_AUTH_TOKEN");
  check({{"ANTHROPIC_BASE_URL", "CANARY.example"}}, "anthropic", "ANTHROPIC_BASE_URL");
  check({{"ANTHROPIC_BASE_URL", "http://CANARY.example"}}, "anthropic", "ANTHROPIC_BASE_URL");
  check({{"ANTHROPIC_BASE_URL", "https://u:CANARY@x"}}, "anthropic", "ANTHROPIC_BASE_URL");
  for (const std::string lines :
       {"CANARY", "x: 1\nBearer CANARY: 2", ": CANARY", "x: CANARY\x01", "Authorization: CANARY",
        "x-api-key: CANARY", "content-length: 1", "Anthropic-Beta: CANARY b, c"}) {
    CAPTURE(lines);
    check({{"ANTHROPIC_CUSTOM_HEADERS", lines}}, "anthropic", "ANTHROPIC_CUSTOM_HEADERS");
  }
  check({{"ANTHROPIC_FOUNDRY_API_KEY", "CANARY\rkey"}}, "azure", "ANTHROPIC_FOUNDRY_API_KEY");
  check({{"ANTHROPIC_FOUNDRY_RESOURCE", "https://CANARY"}}, "azure", "ANTHROPIC_FOUNDRY_RESOURCE");
  check({{"ANTHROPIC_FOUNDRY_BASE_URL", "CANARY"}}, "azure", "ANTHROPIC_FOUNDRY_BASE_URL");
}

TEST_CASE("without a key, identities that are set up are taken; keys come first") {
  const tests::folder here;
  here.write(
      "configs/default.json",
      R"({"base_url":"https://profile.example","workspace_id":"wrkspc_1","authentication":{"type":"user_oauth"}})");
  const variables identities = {{"ANTHROPIC_CONFIG_DIR", here.path("")},
                                {"ANTHROPIC_FOUNDRY_RESOURCE", "contoso"},
                                {"AZURE_TENANT_ID", "tenant"},
                                {"AZURE_CLIENT_ID", "client"},
                                {"AZURE_CLIENT_SECRET", "CANARY"}};
  const auto found = routes_of(identities);
  CHECK(found.problems.empty());
  REQUIRE(found.routes.size() == 2);
  CHECK(found.routes[0].credential.type() == reroute::credential::kind::oauth);
  CHECK_THAT(written(found.routes[0], question(), reroute::operation::create, "token-1"),
             Contains("POST https://profile.example/v1/messages\n") &&
                 Contains("\nanthropic-beta: oauth-2025-04-20\n") &&
                 Contains("\nauthorization: Bearer token-1\n") &&
                 Contains("\nanthropic-workspace-id: wrkspc_1\n"));
  CHECK(found.routes[1].credential.type() == reroute::credential::kind::bearer);
  CHECK(found.routes[1].credential.refreshable());
  variables keys = identities;
  keys["ANTHROPIC_API_KEY"] = "k1";
  keys["ANTHROPIC_PROFILE"] = "default";
  keys["ANTHROPIC_FOUNDRY_API_KEY"] = "k2";
  const auto keyed = routes_of(keys);
  REQUIRE(keyed.routes.size() == 2);
  CHECK(keyed.routes[0].credential.type() == reroute::credential::kind::key);
  CHECK(keyed.routes[1].credential.type() == reroute::credential::kind::key);
  CHECK(problem_of(keyed, "anthropic") ==
        "anthropic: ANTHROPIC_PROFILE is ignored, because ANTHROPIC_API_KEY is set too");
}

TEST_CASE("an identity that is half set up is a problem of its route") {
  CHECK_THAT(
      problem_of(routes_of({{"ANTHROPIC_PROFILE", "gone"}, {"HOME", "/nowhere"}}), "anthropic"),
      Contains("the profile gone is not there"));
  CHECK_THAT(problem_of(routes_of({{"ANTHROPIC_FOUNDRY_RESOURCE", "r"},
                                   {"AZURE_TOKEN_CREDENTIALS", "AzureCliCredential"}}),
                        "azure"),
             Contains("AZURE_TOKEN_CREDENTIALS"));
}

TEST_CASE("an empty lookup is refused") {
  CHECK_THAT(reroute::refused(
                 [] { (void)reroute::routes_from_environment(reroute::environment_lookup()); }),
             Contains("lookup"));
}
