// Profiles and variables of Anthropic's tools: what is found, in which order, and what is wrong.
#include <reroute/route/anthropic_identity.hpp>

#include "route/identity/anthropic_profile.hpp"
#include "tests/route/identity/folder.hpp"
#include "tests/route/refused.hpp"

#include <filesystem>

using Catch::Matchers::Contains;
using reroute::find_anthropic_identity;
using reroute::refused;
using reroute::detail::active_profile;
using reroute::detail::anthropic_profile;
using reroute::detail::profile_folder;
using reroute::detail::read_profile;
using tests::lookup;
using tests::variables;

namespace {

const std::string federation =
    R"({"version":"1.0","organization_id":"org-file","workspace_id":"wrkspc_1",
 "base_url":"https://profile.example","authentication":{"type":"oidc_federation","federation_rule_id":"fdrl_file",
 "service_account_id":"svac_1","identity_token":{"source":"file","path":"/run/token"},"scope":"s"}})";
const std::string login =
    R"({"workspace_id":"wrkspc_2","authentication":{"type":"user_oauth","client_id":"client-1"}})";

std::optional<reroute::anthropic_identity> find(variables set, const std::string& profile = {}) {
  reroute::anthropic_identity_options options;
  options.profile = profile;
  options.environment = lookup(std::move(set));
  return find_anthropic_identity(std::move(options));
}

std::string problem(variables set) {
  const std::string text = refused([&] { (void)find(std::move(set)); });
  CHECK_THAT(text, !Contains("CANARY"));
  return text;
}

}  // namespace

TEST_CASE("profiles lie where Anthropic's tools put them") {
  CHECK(profile_folder(lookup({{"ANTHROPIC_CONFIG_DIR", "/a"}, {"HOME", "/h"}})) == "/a");
  CHECK(profile_folder(lookup({{"XDG_CONFIG_HOME", "/x"}, {"HOME", "/h"}})) == "/x/anthropic");
  CHECK(profile_folder(lookup({{"HOME", "/h"}, {"XDG_CONFIG_HOME", ""}})) ==
        "/h/.config/anthropic");
  CHECK(profile_folder(lookup({})).empty());
  const tests::folder here;
  CHECK(active_profile(lookup({}), here.path("")) == "default");
  here.write("active_config", " work\n");
  CHECK(active_profile(lookup({}), here.path("")) == "work");
  CHECK(active_profile(lookup({{"ANTHROPIC_PROFILE", "mine"}}), here.path("")) == "mine");
  here.write("active_config", "\n");
  CHECK(active_profile(lookup({}), here.path("")) == "default");
}

TEST_CASE("a profile's values beat the environment's, which fill gaps") {
  const tests::folder here;
  here.write("configs/a.json", federation);
  here.write("configs/b.json", R"({"authentication":{"type":"oidc_federation"}})");
  const variables set = {{"ANTHROPIC_ORGANIZATION_ID", "org-env"},
                         {"ANTHROPIC_WORKSPACE_ID", "wrkspc_env"},
                         {"ANTHROPIC_BASE_URL", "https://env.example"},
                         {"ANTHROPIC_FEDERATION_RULE_ID", "fdrl_env"},
                         {"ANTHROPIC_SERVICE_ACCOUNT_ID", "svac_env"},
                         {"ANTHROPIC_IDENTITY_TOKEN_FILE", "/env/token"}};
  const auto a = read_profile(lookup(set), here.path(""), "a");
  REQUIRE(a);
  CHECK(a->authentication == anthropic_profile::kind::federation);
  CHECK(a->organization_id == "org-file");
  CHECK(a->workspace_id == "wrkspc_1");
  CHECK(a->base_url == "https://profile.example");
  CHECK(a->rule_id == "fdrl_file");
  CHECK(a->service_account_id == "svac_1");
  CHECK(a->token_file == "/run/token");
  CHECK(a->credentials_path == here.path("") + "/credentials/a.json");
  const auto b = read_profile(lookup(set), here.path(""), "b");
  REQUIRE(b);
  CHECK(b->organization_id == "org-env");
  CHECK(b->workspace_id == "wrkspc_env");
  CHECK(b->base_url == "https://env.example");
  CHECK(b->rule_id == "fdrl_env");
  CHECK(b->service_account_id == "svac_env");
  CHECK(b->token_file == "/env/token");
  CHECK_FALSE(read_profile(lookup(set), here.path(""), "none"));
}

TEST_CASE("the order is: a named profile, federation variables, the active profile") {
  const tests::folder here;
  const variables bare = {{"ANTHROPIC_CONFIG_DIR", here.path("")}};
  CHECK_FALSE(find(bare));
  CHECK_FALSE(find({}));
  here.write("configs/default.json", login);
  here.write("configs/named.json", federation);
  variables set = bare;
  const auto active = find(set);
  REQUIRE(active);
  CHECK(active->workspace_id == "wrkspc_2");  // an interactive login says it in a header
  CHECK(active->base_url.empty());
  CHECK(active->credential.type() == reroute::credential::kind::oauth);
  set["ANTHROPIC_FEDERATION_RULE_ID"] = "fdrl_1";
  set["ANTHROPIC_ORGANIZATION_ID"] = "org";
  CHECK(find(set)->workspace_id == "wrkspc_2");  // no identity token: still the active profile
  set["ANTHROPIC_IDENTITY_TOKEN"] = "a.b.c";
  set["ANTHROPIC_BASE_URL"] = "https://env.example";
  CHECK(find(set)->base_url == "https://env.example");
  CHECK(find(set)->workspace_id.empty());
  set["ANTHROPIC_PROFILE"] = "named";
  CHECK(find(set)->base_url == "https://profile.example");
  CHECK(find(set)->workspace_id.empty());  // its tokens are of one workspace already
  CHECK(find(set, "default")->workspace_id == "wrkspc_2");
}

TEST_CASE("what is half set up or wrong is told by name") {
  const tests::folder here;
  variables set = {{"ANTHROPIC_CONFIG_DIR", here.path("")}, {"ANTHROPIC_PROFILE", "gone"}};
  CHECK_THAT(problem(set),
             Contains("the profile gone is not there") && Contains("configs/gone.json"));
  for (const std::string name : {"..", ".", "a/b", "a\\b", "a b", "a\nb"}) {
    set["ANTHROPIC_PROFILE"] = name;
    CHECK_THAT(problem(set), Contains("the profile's name"));
  }
  set["ANTHROPIC_PROFILE"] = "x";
  const auto with = [&](const std::string& text) {
    here.write("configs/x.json", text);
    return problem(set);
  };
  CHECK_THAT(with("CANARY"), Contains("configs/x.json is no JSON object"));
  CHECK_THAT(with("{}"), Contains("has no \"authentication\""));
  CHECK_THAT(with(R"({"authentication":{"type":"CANARY"}})"), Contains("authentication.type"));
  CHECK_THAT(
      with(R"({"authentication":{"type":"oidc_federation","identity_token":{"source":"CANARY"}}})"),
      Contains("source is not \"file\""));
  CHECK_THAT(
      with(R"({"authentication":{"type":"oidc_federation","identity_token":{"source":"file"}}})"),
      Contains("without a path"));
  CHECK_THAT(with(R"({"authentication":{"type":"oidc_federation"}})"),
             Contains("identity token is missing"));
  CHECK_THAT(
      with(
          R"({"authentication":{"type":"oidc_federation","identity_token":{"source":"file","path":"/t"}}})"),
      Contains("the profile.rule_id is empty"));
  CHECK_THAT(with(R"({"base_url":"http://example.com","authentication":{"type":"user_oauth"}})"),
             Contains("the profile's base_url is http://"));
  CHECK_THAT(problem({{"ANTHROPIC_FEDERATION_RULE_ID", "fdrl"}}),
             Contains("ANTHROPIC_ORGANIZATION_ID is missing"));
  CHECK_THAT(
      problem({{"ANTHROPIC_FEDERATION_RULE_ID", "fdrl"}, {"ANTHROPIC_ORGANIZATION_ID", "o"}}),
      Contains("ANTHROPIC_IDENTITY_TOKEN_FILE"));
  CHECK_THAT(problem({{"ANTHROPIC_FEDERATION_RULE_ID", "fdrl"},
                      {"ANTHROPIC_ORGANIZATION_ID", "o"},
                      {"ANTHROPIC_IDENTITY_TOKEN", "CANARY two"}}),
             Contains("the token"));
}

TEST_CASE(
    "a file that names the active profile and cannot be read is told, one that is not there is "
    "not") {
  const tests::folder here;
  const variables set = {{"ANTHROPIC_CONFIG_DIR", here.path("")}};
  here.write("configs/default.json", login);
  CHECK(find(set));
  std::filesystem::create_directory(here.path("active_config"));  // unreadable, even for root
  CHECK_THAT(problem(set), Contains("active_config cannot be read") &&
                               Contains("ANTHROPIC_PROFILE") && Contains(here.path("")));
  variables named = set;
  named["ANTHROPIC_PROFILE"] = "default";
  CHECK(find(named));  // nobody needs the file
  std::filesystem::remove(here.path("active_config"));
  here.write("active_config", std::string(5000, 'x'));
  CHECK_THAT(problem(set), Contains("active_config cannot be read"));
  const variables nowhere = {{"ANTHROPIC_CONFIG_DIR", here.path("configs/default.json")}};
  CHECK_FALSE(find(nowhere));
}
