// One stored login, several real processes: a refresh token that is good once is redeemed once.
#include <reroute/reroute.hpp>
#include <reroute/testing/fake_server.hpp>

#include "tests/route/identity/folder.hpp"
#include "tests/support/catch.hpp"

#include <asio/io_context.hpp>

#include <fstream>
#include <optional>
#include <sstream>
#include <string>
#include <sys/wait.h>
#include <unistd.h>
#include <utility>

namespace fakes = reroute::testing;

namespace {

std::string read(const std::string& path) {
  std::ostringstream all;
  all << std::ifstream(path, std::ios::binary).rdbuf();
  return all.str();
}

// a client with the login in `folder`
reroute::client_options with_login(const std::string& folder) {
  reroute::anthropic_identity_options where;
  where.environment = tests::lookup({{"ANTHROPIC_CONFIG_DIR", folder}});
  reroute::client_options options;
  options.routes = {
      reroute::anthropic({.credential = find_anthropic_identity(std::move(where))->credential,
                          .base_url = read(folder + "/url")})};
  options.https.tls.ca_pem = read(folder + "/ca.pem");
  return options;
}

// a child that makes one call for each byte it is sent, and says what came of it; forked before there are threads
class other_process {
 public:
  explicit other_process(const std::string& folder) {
    int down[2], up[2];
    REQUIRE(::pipe(down) == 0);
    REQUIRE(::pipe(up) == 0);
    child_ = ::fork();
    if (child_ == 0) {
      ::close(down[1]);
      ::close(up[0]);
      live(folder, down[0], up[1]);
      ::_exit(0);
    }
    REQUIRE(child_ > 0);
    ::close(down[0]);
    ::close(up[1]);
    go_ = down[1];
    told_ = up[0];
  }
  other_process(const other_process&) = delete;
  other_process& operator=(const other_process&) = delete;
  ~other_process() {
    if (::write(go_, "q", 1) == 1) ::waitpid(child_, nullptr, 0);
    ::close(go_);
    ::close(told_);
  }

  void call() const { REQUIRE(::write(go_, "c", 1) == 1); }
  // 'y': answered
  [[nodiscard]] char result() const {
    char said = '?';
    return ::read(told_, &said, 1) == 1 ? said : '!';
  }

 private:
  static void live(const std::string& folder, int go, int tell) {
    asio::io_context io;
    std::optional<reroute::client> claude;
    for (char order = 0; ::read(go, &order, 1) == 1 && order == 'c';) {
      char said = 'n';
      try {
        if (!claude) claude.emplace(io, with_login(folder));
        claude->async_create(reroute::message_request("claude").max_tokens(16).user("hello?"),
                             [&said](std::error_code, const reroute::outcome& end) {
                               if (end.answered()) said = 'y';
                             });
        io.restart();
        io.run();
      } catch (...) {
        said = 'x';
      }
      if (::write(tell, &said, 1) != 1) return;
    }
  }

  pid_t child_ = -1;
  int go_ = -1, told_ = -1;
};

}  // namespace

TEST_CASE("two processes renew one login at once, and after its token was revoked: all answered") {
  const tests::folder here;
  const other_process one(here.path("")), two(here.path(""));
  fakes::fake_route_options keyless;
  keyless.key = "";
  fakes::fake_server server(keyless);
  fakes::fake_identity& identity = server.add_identity();
  identity.trusted_by(server.route());
  here.write("url", server.base_url());
  here.write("ca.pem", server.ca_pem());
  here.write("configs/default.json",
             R"({"base_url":")" + identity.anthropic_url() +
                 R"(","authentication":{"type":"user_oauth","client_id":"client-1"}})");
  here.write("credentials/default.json",
             R"({"access_token":"old","expires_at":1,"refresh_token":")" +
                 identity.options().refresh_token + "\"}");
  for (std::size_t round = 1; round <= 2; ++round) {
    CAPTURE(round);
    one.call();
    two.call();
    CHECK(one.result() == 'y');
    CHECK(two.result() == 'y');
    CHECK(identity.heard(fakes::identity_service::anthropic) == round);
    CHECK(identity.issued(fakes::identity_service::anthropic) == round);
    identity.revoke();
  }
}
