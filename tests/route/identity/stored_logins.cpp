// Tokens in a file: taken while fresh, renewed by an exchange or a refresh token, written back.
#include <reroute/error/errc.hpp>
#include <reroute/route/anthropic_identity.hpp>

#include "tests/route/identity/data.hpp"
#include "tests/route/identity/folder.hpp"
#include "tests/route/identity/source_rig.hpp"

using Catch::Matchers::Contains;
using namespace std::chrono_literals;
using namespace reroute;
using tests::source_rig;
using tests::token_line;

namespace {

// the wall clock begins at 1767225600
struct stored {
  tests::folder here;
  source_rig at;

  explicit stored(const std::string& authentication, tests::director lines) : at(std::move(lines)) {
    here.write("configs/default.json",
               R"({"organization_id":"org","authentication":)" + authentication + "}");
    here.write("token", "a.b.c");
  }
  void use() {
    anthropic_identity_options options;
    options.environment = tests::lookup({{"ANTHROPIC_CONFIG_DIR", here.path("")},
                                         {"ANTHROPIC_IDENTITY_TOKEN_FILE", here.path("token")}});
    const auto found = find_anthropic_identity(std::move(options));
    REQUIRE(found);
    at.use(found->credential);
  }
  void keep(const std::string& text, unsigned mode = 0600) const {
    here.write("credentials/default.json", text, mode);
  }
  std::string kept() const { return here.read("credentials/default.json"); }
};

const std::string federation = R"({"type":"oidc_federation","federation_rule_id":"fdrl"})";
const std::string login = R"({"type":"user_oauth","client_id":"client-1"})";

}  // namespace

TEST_CASE("a federation profile shares its token through a file") {
  stored s(federation, tests::always(token_line("new", 3600)));
  s.use();
  CHECK(s.at.now().token.secret() == "new");
  CHECK(s.at.peer->requests.size() == 1);
  CHECK(s.kept() ==
        R"({"version":"1.0","type":"oauth_token","access_token":"new","expires_at":1767229200})");
  s.use();  // another program
  CHECK(s.at.now().token.secret() == "new");
  CHECK(s.at.peer->requests.size() == 1);
  // refused by the API: the file is no answer
  CHECK_FALSE(s.at.now(tests::token_cache::patience::all, "new").error);
  CHECK(s.at.peer->requests.size() == 2);
}

TEST_CASE(
    "a token file that is old, broken or of a stranger is exchanged anew, and its rest kept") {
  for (const std::string text :
       {R"({"access_token":"old","expires_at":1767225660,"who":"me"})",
        R"({"access_token":"old","expires_at":"1767225660","who":"me"})", R"({"who":"me"})"}) {
    stored s(federation, tests::always(token_line("new", 3600)));
    s.keep(text);
    s.use();
    CHECK(s.at.now().token.secret() == "new");
    CHECK_THAT(s.kept(), Contains(R"("access_token":"new")") && Contains(R"("who":"me")"));
  }
  stored broken(federation, tests::always(token_line("new", 3600)));
  broken.keep("CANARY");
  broken.use();
  CHECK(broken.at.now().token.secret() == "new");
}

TEST_CASE("an interactive login is used, and renewed with its refresh token, which may change") {
  stored s(login, tests::always(tests::said_at_once(
                      200, R"({"access_token":"new","expires_in":3600,"refresh_token":"r-2"})")));
  s.keep(
      R"({"access_token":"old","expires_at":1767226600,"refresh_token":"r-1","account_email":"a@b"})");
  s.use();
  CHECK(s.at.now().token.secret() == "old");
  CHECK(s.at.peer->requests.empty());
  s.at.time->advance(950s);
  s.use();
  CHECK(s.at.now().token.secret() == "new");
  REQUIRE(s.at.peer->requests.size() == 1);
  const http::request& sent = s.at.peer->requests[0].request;
  CHECK(sent.headers.find("anthropic-beta") == "oauth-2025-04-20");
  CHECK(sent.body.text() ==
        R"({"grant_type":"refresh_token","refresh_token":"r-1","client_id":"client-1"})");
  CHECK_THAT(s.kept(), Contains(R"("refresh_token":"r-2")") &&
                           Contains(R"("account_email":"a@b")") &&
                           Contains(R"("expires_at":1767230150)"));
}

TEST_CASE("a login that cannot be used says what to do") {
  const auto detail = [](const std::string& authentication, const std::string& text, unsigned mode,
                         tests::director lines = tests::always(tests::said_at_once(400, "{}"))) {
    stored s(authentication, std::move(lines));
    if (!text.empty()) s.keep(text, mode);
    s.use();
    const tests::token_result got = s.at.now();
    CHECK(got.error == errc::credential_failed);
    CHECK_FALSE(got.retryable);
    CHECK_THAT(got.detail, !Contains("CANARY"));
    return got.detail;
  };
  CHECK_THAT(detail(login, "", 0600), Contains("log in with Anthropic's tool"));
  CHECK_THAT(detail(login, "CANARY", 0600), Contains("log in with Anthropic's tool"));
  CHECK_THAT(detail(login, R"({"access_token":"CANARY","expires_at":1})", 0600),
             Contains("log in again"));
  CHECK_THAT(detail(R"({"type":"user_oauth"})",
                    R"({"access_token":"CANARY","expires_at":1,"refresh_token":"CANARY2"})", 0600),
             Contains("log in again"));
  CHECK_THAT(detail(login, R"({"access_token":"CANARY"})", 0644), Contains("others may read it"));
  CHECK_THAT(detail(federation, R"({"access_token":"CANARY"})", 0620),
             Contains("others may write it"));
  CHECK_THAT(
      detail(login, R"({"access_token":"x","expires_at":1,"refresh_token":"CANARY-refresh"})", 0600,
             tests::always(tests::said_at_once(
                 400, R"({"error":"invalid_grant","error_description":"CANARY-refresh is old"})"))),
      Contains("invalid_grant: [hidden] is old"));
}

TEST_CASE("a login without an end, or one that cannot be renewed yet lives, is used") {
  for (const std::string text :
       {R"({"access_token":"a"})", R"({"access_token":"a","expires_at":1767225660})"}) {
    stored s(R"({"type":"user_oauth"})", tests::always(tests::said_at_once(400, "{}")));
    s.keep(text);
    s.use();
    CHECK(s.at.now().token.secret() == "a");
  }
}

TEST_CASE("what to do about a file names the file, however long its path is") {
  const auto told = [](const std::string& text, unsigned mode) {
    stored s(login, tests::always(tests::said_at_once(400, "{}")));
    if (!text.empty()) s.keep(text, mode);
    s.use();
    const std::string path = s.here.path("") + "/credentials/default.json";
    REQUIRE(path.size() > 40);
    CHECK_THAT(s.at.now().detail, Contains(path));
    return s.at.now().detail;
  };
  CHECK_THAT(told("{}", 0600), Contains("log in with"));
  CHECK_THAT(told("{}", 0644), Contains("run: chmod 600 /"));
  stored f(federation, tests::always(tests::said_at_once(400, "{}")));
  const std::string deep = "d/" + std::string(200, 'p') + "/" + std::string(200, 'q');
  f.here.write("configs/default.json",
               R"({"organization_id":"org","authentication":{"type":"oidc_federation",)"
               R"("federation_rule_id":"fdrl","identity_token":{"source":"file","path":")" +
                   f.here.path(deep) + "\"}}}");
  f.use();
  CHECK_THAT(f.at.now().detail,
             Contains(f.here.path(deep) + ": " +
                      std::make_error_code(std::errc::no_such_file_or_directory).message()));
}

TEST_CASE("a token whose end lies before time, or at its beginning, has ended") {
  for (const std::string end :
       {"0", "-1", "-9300000000", "-9223372036854775808", "-1e300", "\"-5\"", "\"soon\"", "[]"}) {
    CAPTURE(end);
    stored s(login, tests::always(token_line("new", 3600)));
    s.keep(R"({"access_token":"old","refresh_token":"r-1","expires_at":)" + end + "}");
    s.use();
    CHECK(s.at.now().token.secret() == "new");
  }
  for (const std::string end : {"9300000000", "9223372036854775807", "1e300", "null"}) {
    CAPTURE(end);
    stored s(login, tests::always(token_line("new", 3600)));
    s.keep(R"({"access_token":"old","refresh_token":"r-1","expires_at":)" + end + "}");
    s.use();
    CHECK(s.at.now().token.secret() == "old");
  }
}

TEST_CASE("a login that is not renewed says its own cure, not the federation's") {
  for (const int status : {400, 401}) {
    stored s(login, tests::always(tests::said_at_once(status, R"({"error":"invalid_grant"})")));
    s.keep(R"({"access_token":"old","refresh_token":"r-1","expires_at":1})");
    s.use();
    CHECK_THAT(s.at.now().detail, Contains("invalid_grant; log in again with Anthropic's tool") &&
                                      Contains("credentials/default.json") &&
                                      !Contains("federation"));
  }
  stored f(federation, tests::always(tests::said_at_once(400, R"({"error":"invalid_grant"})")));
  f.use();
  CHECK_THAT(f.at.now().detail, Contains("check that the federation rule"));
}
