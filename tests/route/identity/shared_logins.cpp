// One stored login, several programs, a refresh token that is good once: nobody is told to log in again.
#include <reroute/error/errc.hpp>
#include <reroute/route/anthropic_identity.hpp>

#include "route/identity/login_lock.hpp"
#include "tests/route/identity/folder.hpp"
#include "tests/route/identity/source_rig.hpp"

#include <cerrno>
#include <csignal>
#include <filesystem>
#include <sys/wait.h>
#include <unistd.h>

using Catch::Matchers::Contains;
using namespace std::chrono_literals;
using namespace reroute;
using reroute::detail::login_lock;
using tests::said_at_once;

namespace {

// "r-1" buys "a-2" and "r-2", once; and so on
struct single_use_tokens {
  int good = 1;
  int refused = 0;

  // the number of what it buys; 0: it is spent
  int redeem(const std::string& refresh) {
    if (refresh != "r-" + std::to_string(good)) {
      ++refused;
      return 0;
    }
    return ++good;
  }
};

std::string login_text(int number, const std::string& ends) {
  const std::string n = std::to_string(number);
  return R"({"access_token":"a-)" + n + R"(","expires_at":)" + ends + R"(,"refresh_token":"r-)" +
         n + R"(","who":"me"})";
}

std::string text_behind(const std::string& text, const std::string& name) {
  const std::size_t at = text.find("\"" + name + "\":\"") + name.size() + 4;
  return text.substr(at, text.find('"', at) - at);
}

// a folder with a login that has ended, a token endpoint that takes its time, and programs that share both
struct shared_place {
  tests::folder here;
  asio::io_context io;
  std::shared_ptr<reroute::testing::manual_clock> time =
      std::make_shared<reroute::testing::manual_clock>();
  single_use_tokens tokens;
  std::shared_ptr<tests::stage> peer = std::make_shared<tests::stage>(
      time, [this](const http::request& request, std::size_t) { return sell(request); });

  shared_place() {
    time->set_grace(0ms);
    here.write("configs/default.json",
               R"({"authentication":{"type":"user_oauth","client_id":"client-1"}})");
    write(login_text(1, "1"));
  }

  tests::line sell(const http::request& request) {
    const int number = tokens.redeem(text_behind(request.body.text(), "refresh_token"));
    const std::string n = std::to_string(number);
    tests::line said =
        number == 0
            ? tests::says(400, R"({"error":"invalid_grant"})")
            : tests::says(200, R"({"access_token":"a-)" + n +
                                   R"(","expires_in":3600,"refresh_token":"r-)" + n + "\"}");
    said.head_after = 20ms;
    said.body_after = 20ms;
    return said;
  }
  std::string file() const { return here.path("credentials/default.json"); }
  std::string text() const { return here.read("credentials/default.json"); }
  // as other tools do: at once and whole
  void write(const std::string& text) const {
    std::filesystem::rename(here.write("credentials/new", text), file());
  }
  // one step of whatever there is to do; false: nothing is
  bool step() {
    if (io.stopped()) io.restart();
    if (io.poll_one() != 0) return true;
    if (!time->next_timer()) return false;
    time->advance_to(*time->next_timer());
    return true;
  }
};

// another program, or one more client in this one
struct program {
  explicit program(shared_place& where) : place(where) {
    anthropic_identity_options options;
    options.environment = tests::lookup({{"ANTHROPIC_CONFIG_DIR", place.here.path("")}});
    lent.https = lent.plain = place.peer;
    from = find_anthropic_identity(std::move(options))->credential;
    cache = std::make_unique<tests::token_cache>(place.io.get_executor(), place.time, from.source(),
                                                 lent);
  }
  void ask(const std::string& refused = {}) {
    asio::co_spawn(
        place.io,
        tests::source_rig::ask(cache.get(), refused, tests::token_cache::patience::all, &got),
        asio::detached);
  }
  std::string secret() const {
    REQUIRE(got);
    CAPTURE(got->detail);
    CHECK_FALSE(got->error);
    return got->token.secret();
  }

  shared_place& place;
  lent_transports lent;
  credential from;
  std::unique_ptr<tests::token_cache> cache;
  std::optional<tests::token_result> got;
};

}  // namespace

TEST_CASE("two programs renew one login, whenever the second begins: one request, one token") {
  bool overlapped = true;
  for (int steps = 0; overlapped; ++steps) {
    CAPTURE(steps);
    shared_place place;
    program one(place), two(place);
    one.ask();
    for (int i = 0; i < steps; ++i)
      (void)place.step();
    overlapped = !one.got;
    two.ask();
    while (place.step()) {
    }
    CHECK(one.secret() == "a-2");
    CHECK(two.secret() == "a-2");
    CHECK(place.peer->requests.size() == 1);
    CHECK(place.tokens.refused == 0);
    CHECK_THAT(place.text(), Contains(R"("refresh_token":"r-2")") && Contains(R"("who":"me")"));
    REQUIRE(steps < 1000);
  }
}

TEST_CASE("a program that knows no lock redeems and writes, whenever it does: nobody is told") {
  bool overlapped = true;
  for (int redeems = 0; overlapped; ++redeems) {
    for (int writes = redeems; writes < redeems + 8; ++writes) {
      CAPTURE(redeems, writes);
      shared_place place;
      program ours(place);
      ours.ask();
      int bought = 0;
      for (int steps = 0; steps <= writes; ++steps) {
        if (steps == redeems) {
          overlapped = !ours.got;
          bought = place.tokens.redeem(text_behind(place.text(), "refresh_token"));
        }
        if (steps == writes && bought != 0) place.write(login_text(bought, "1767229200"));
        (void)place.step();
      }
      while (!ours.got && place.step()) {
      }
      (void)ours.secret();
      const std::string good = "r-" + std::to_string(place.tokens.good);
      if (bought != 0 || place.tokens.refused == 0) CHECK_THAT(place.text(), Contains(good));
      REQUIRE(redeems < 1000);
    }
  }
}

TEST_CASE("a login that has truly ended is told once the file has had time to change") {
  shared_place place;
  place.tokens.good = 7;
  program ours(place);
  ours.ask();
  const time_point begun = place.time->now();
  while (!ours.got && place.step()) {
  }
  REQUIRE(ours.got);
  CHECK(ours.got->error == errc::credential_failed);
  CHECK_THAT(ours.got->detail, Contains("log in again"));
  CHECK(place.peer->requests.size() == 1);
  CHECK(place.time->now() - begun < 5s);
}

TEST_CASE("who logs in or out while a login is renewed is not undone by what comes of it") {
  for (const bool out : {false, true}) {
    CAPTURE(out);
    shared_place place;
    program ours(place);
    ours.ask();
    while (place.peer->requests.empty())
      REQUIRE(place.step());
    const std::string theirs = out ? R"({"who":"nobody"})" : login_text(50, "1767229200");
    place.write(theirs);
    while (!ours.got && place.step()) {
    }
    CHECK(ours.secret() == "a-2");  // good for its time
    CHECK(place.text() == theirs);
  }
}

TEST_CASE("a token that the API refused is not redeemed again if another program has a newer one") {
  shared_place place;
  program one(place), two(place);
  one.ask();
  two.ask();
  while (place.step()) {
  }
  REQUIRE(one.secret() == "a-2");
  for (program* const each : {&one, &two}) {  // each program's calls were refused
    place.time->advance(10s);
    each->got.reset();
    each->ask("a-2");
    while (place.step()) {
    }
    CHECK(each->secret() == "a-3");
  }
  CHECK(place.peer->requests.size() == 2);
}

TEST_CASE("a program that stands still with the lock does not keep the others for ever") {
  shared_place place;
  login_lock theirs(place.file());
  REQUIRE(theirs.try_take());
  program ours(place);
  ours.ask();
  const time_point begun = place.time->now();
  while (!ours.got && place.step()) {
  }
  CHECK(ours.secret() == "a-2");
  CHECK(place.time->now() - begun > 20s);
  CHECK(place.time->now() - begun < 1min);
}

TEST_CASE("where no lock can be made, a login is renewed without one") {
  shared_place place;
  std::filesystem::create_directory(place.file() + ".lock");
  program ours(place);
  ours.ask();
  while (!ours.got && place.step()) {
  }
  CHECK(ours.secret() == "a-2");
}

TEST_CASE("the lock of a login ends with its holder, and with its holder's process") {
  const tests::folder here;
  const std::string login = here.write("login", "{}");
  std::filesystem::create_symlink(login, here.path("link"));
  login_lock mine(here.path("link"));
  {
    login_lock other(login);
    CHECK(other.try_take());
    CHECK(other.try_take());
    CHECK_FALSE(mine.try_take());
  }
  int ready[2];
  REQUIRE(::pipe(ready) == 0);
  const pid_t child = ::fork();
  if (child == 0) {
    login_lock held(login);
    const char taken = held.try_take() ? 'y' : 'n';
    if (::write(ready[1], &taken, 1) == 1)
      for (;;)
        ::pause();
    ::_exit(1);
  }
  REQUIRE(child > 0);
  char taken = 'n';
  REQUIRE(::read(ready[0], &taken, 1) == 1);
  CHECK(taken == 'y');
  CHECK_FALSE(mine.try_take());
  REQUIRE(::kill(child, SIGKILL) == 0);
  REQUIRE(::waitpid(child, nullptr, 0) == child);
  CHECK(mine.try_take());
  ::close(ready[0]);
  ::close(ready[1]);
  CHECK(std::filesystem::file_size(login + ".lock") == 0);
  CHECK(std::filesystem::status(login + ".lock").permissions() ==
        (std::filesystem::perms::owner_read | std::filesystem::perms::owner_write));
}
