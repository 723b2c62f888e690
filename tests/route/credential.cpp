// Credentials: what they accept, what they refuse without repeating it, and how tokens move.
#include <reroute/route/credential.hpp>

#include "tests/route/refused.hpp"

#include <chrono>
#include <string>
#include <utility>

using Catch::Matchers::Contains;
using reroute::access_token;
using reroute::credential;
using reroute::refused;

TEST_CASE("a static credential keeps its secret and its kind") {
  CHECK(credential().type() == credential::kind::none);
  const credential key = credential::key("k-1");
  CHECK(key.type() == credential::kind::key);
  CHECK(key.token().secret() == "k-1");
  CHECK_FALSE(key.refreshable());
  const credential token = credential::bearer("t.1");
  CHECK(token.type() == credential::kind::bearer);
  CHECK(token.token().secret() == "t.1");
  CHECK_FALSE(token.token().expires_at());
}

TEST_CASE("a credential with a source holds no secret of its own") {
  const auto source = []() -> asio::awaitable<access_token> { co_return access_token("t"); };
  CHECK(credential::bearer(source).type() == credential::kind::bearer);
  CHECK(credential::key(source).type() == credential::kind::key);
  CHECK(credential::key(source).refreshable());
  CHECK(credential::key(source).token().secret().empty());
  CHECK_THAT(refused([] { (void)credential::bearer(reroute::token_source()); }),
             Contains("credential::bearer") && Contains("token source"));
  CHECK_THAT(refused([] { (void)credential::key(reroute::token_source()); }),
             Contains("credential::key") && Contains("token source"));
}

TEST_CASE("a provider works with what the client lends it; copies of a credential share it") {
  const auto provider = [](reroute::token_fetch) -> asio::awaitable<access_token> {
    co_return access_token("t");
  };
  const credential made = credential::bearer(provider);
  CHECK(made.type() == credential::kind::bearer);
  CHECK(credential::key(provider).type() == credential::kind::key);
  CHECK(credential::oauth(provider).type() == credential::kind::oauth);
  const credential copy = made;
  CHECK(copy.source() == made.source());
  CHECK(credential::bearer(provider).source() != made.source());
  CHECK_THAT(refused([] { (void)credential::oauth(reroute::token_provider()); }),
             Contains("credential::oauth") && Contains("token source"));
}

TEST_CASE("what cannot be a secret is refused by kind, never by value") {
  const std::string canary = "CANARY";
  const auto check = [](std::string secret, const std::string& problem) {
    CAPTURE(problem);
    for (const std::string& why : {refused([&] { (void)credential::key(secret); }),
                                   refused([&] { (void)credential::bearer(secret); })}) {
      CHECK_THAT(why, Contains("credential::") && Contains(problem) && !Contains("CANARY"));
    }
  };
  check("", "is empty");
  check(canary + "\n", "ends in a line break");
  check(canary + "\r\n", "ends in a line break");
  check(" " + canary, "white space at an end");
  check(canary + "\t", "white space at an end");
  check("Bearer " + canary, "white space in it");
  check(canary + "\r\nx-evil: 1", "white space in it");
  check(canary + std::string(1, '\0') + "x", "control character");
  check(canary + "\x7f", "control character");
  check("\xef\xbb\xbf" + canary, "outside ASCII");
  check("\"" + canary + "\"", "quotation mark");
}

TEST_CASE("a token that was moved from is empty, be it short or long") {
  const auto end = std::chrono::system_clock::time_point(std::chrono::hours(1));
  for (const std::string& secret : {std::string("short"), std::string(200, 's')}) {
    access_token first(secret, end);
    access_token second(std::move(first));
    CHECK(first.secret().empty());  // NOLINT(bugprone-use-after-move): what is tested
    CHECK_FALSE(first.expires_at());
    CHECK(second.secret() == secret);
    CHECK(second.expires_at() == end);
    access_token third("something longer that was there before");
    third = std::move(second);
    CHECK(second.secret().empty());  // NOLINT(bugprone-use-after-move): what is tested
    CHECK_FALSE(second.expires_at());
    CHECK(third.secret() == secret);
    const access_token copy = third;
    CHECK(copy.secret() == secret);
    CHECK(third.secret() == secret);
    access_token fourth;
    fourth = copy;
    CHECK(fourth.secret() == secret);
    CHECK(fourth.expires_at() == end);
    access_token& self = fourth;
    fourth = self;
    CHECK(fourth.secret() == secret);
    fourth = std::move(self);
    CHECK(fourth.secret() == secret);
  }
}
