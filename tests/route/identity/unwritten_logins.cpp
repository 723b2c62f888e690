// Logins whose file cannot be written: what was renewed is not lost, and that is told.
#include <reroute/error/errc.hpp>
#include <reroute/route/anthropic_identity.hpp>

#include "tests/route/identity/folder.hpp"
#include "tests/route/identity/source_rig.hpp"

#include <filesystem>
#include <system_error>

using Catch::Matchers::Contains;
using namespace std::chrono_literals;
using namespace reroute;
using tests::said_at_once;
using tests::source_rig;

namespace {

// "a-2" with "r-2" for "r-1", and so on; all end after 100 s
tests::line renewed(const http::request& request, const std::string& life = "100") {
  const std::string body = request.body.text();
  const std::string number(1, static_cast<char>(body.at(body.find("\"r-") + 3) + 1));
  return said_at_once(200, R"({"access_token":"a-)" + number + R"(","expires_in":)" + life +
                               R"(,"refresh_token":"r-)" + number + "\"}");
}

// an interactive login behind a link to a file; one with a long name can be read, but nothing can be written
// beside it
struct place {
  tests::folder here;
  source_rig at;
  std::string file;

  explicit place(bool writable, tests::director lines = {})
      : at(lines ? std::move(lines)
                 : [](const http::request& request, std::size_t) { return renewed(request); }),
        file(writable ? "short" : std::string(250, 'x')) {
    here.write("configs/default.json",
               R"({"authentication":{"type":"user_oauth","client_id":"c","credentials_path":")" +
                   here.path("login") + "\"}}");
    keep("a-1", "r-1");
    std::filesystem::create_symlink(here.path(file), here.path("login"));
    anthropic_identity_options options;
    options.environment = tests::lookup({{"ANTHROPIC_CONFIG_DIR", here.path("")}});
    at.use(find_anthropic_identity(std::move(options))->credential);
  }
  void keep(const std::string& access, const std::string& refresh) const {
    here.write(file, R"({"access_token":")" + access + R"(","expires_at":1,"refresh_token":")" +
                         refresh + "\"}");
  }
  // the refresh token that the last request redeemed
  std::string redeemed() const {
    const std::string body = at.peer->requests.back().request.body.text();
    return body.substr(body.find("\"r-") + 1, 3);
  }
};

}  // namespace

TEST_CASE("a refresh token that cannot be written is kept for the next renewal, and told") {
  place p(false);
  CHECK(p.at.now().token.secret() == "a-2");
  REQUIRE(p.at.warnings.size() == 1);
  CHECK(p.at.warnings[0].error == std::errc::filename_too_long);
  CHECK_THAT(p.at.warnings[0].detail, Contains("could not be written") && !Contains("r-2"));
  p.at.time->advance(200s);
  CHECK(p.at.now().token.secret() == "a-3");
  CHECK(p.redeemed() == "r-2");
  p.at.time->advance(200s);
  CHECK(p.at.now().token.secret() == "a-4");
  CHECK(p.redeemed() == "r-3");
  CHECK_THAT(p.here.read(p.file), Contains("r-1"));
}

TEST_CASE("what another program writes meanwhile beats what could not be written") {
  place p(false);
  CHECK(p.at.now().token.secret() == "a-2");
  p.keep("b", "r-7");
  p.at.time->advance(200s);
  CHECK_FALSE(p.at.now().error);
  CHECK(p.redeemed() == "r-7");
  std::filesystem::remove(p.here.path(p.file));  // logged out
  p.at.time->advance(200s);
  CHECK_THAT(p.at.now().detail, Contains("log in"));
}

TEST_CASE("what could not be written is written as soon as it can be") {
  place p(false);
  CHECK(p.at.now().token.secret() == "a-2");
  std::filesystem::rename(p.here.path(p.file), p.here.path("short"));
  std::filesystem::remove(p.here.path("login"));
  std::filesystem::create_symlink(p.here.path("short"), p.here.path("login"));
  p.at.time->advance(200s);
  CHECK(p.at.now().token.secret() == "a-3");
  CHECK(p.redeemed() == "r-2");
  CHECK(p.at.warnings.size() == 1);
  CHECK_THAT(p.here.read("short"), Contains("a-3") && Contains("r-3"));
  CHECK(std::filesystem::is_symlink(p.here.path("login")));
}

TEST_CASE("a new refresh token counts even if there is no good token beside it") {
  place p(true, [](const http::request& request, std::size_t number) {
    return renewed(request, number == 0 ? "\"soon\"" : "100");
  });
  CHECK(p.at.now().error == errc::malformed_answer);
  CHECK_THAT(p.here.read("short"), Contains("r-2"));
  p.at.time->advance(1s);
  CHECK(p.at.now().token.secret() == "a-3");
  CHECK(p.redeemed() == "r-2");
}

TEST_CASE("a login that is there and cannot be read is told as that") {
  place p(true);
  std::filesystem::remove(p.here.path("login"));
  std::filesystem::create_directory(p.here.path("login"));  // unreadable, even for root
  std::filesystem::permissions(p.here.path("login"), std::filesystem::perms::owner_all);
  CHECK_THAT(p.at.now().detail,
             Contains("/login cannot be read: " +
                      std::make_error_code(std::errc::invalid_argument).message()));
}
