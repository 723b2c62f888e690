// The rules of cached tokens, as scripts: plain calls, with time as an argument.
#include "route/token_state.hpp"

#include <reroute/error/errc.hpp>

#include "tests/support/catch.hpp"

#include <chrono>
#include <optional>
#include <ostream>
#include <string>

namespace reroute::detail {

inline std::ostream& operator<<(std::ostream& out, const token_state::step& value) {
  return out << static_cast<int>(value.what) << (value.start ? " and start" : "");
}

}  // namespace reroute::detail

namespace {

using namespace std::chrono_literals;
using reroute::access_token;
using reroute::errc;
using reroute::time_point;
using reroute::detail::token_result;
using reroute::detail::token_state;
using answer = token_state::answer;
using step = token_state::step;

constexpr step serve{answer::serve, false};
constexpr step serve_and_fetch{answer::serve, true};
constexpr step wait_for_it{answer::wait, false};
constexpr step fetch_and_wait{answer::wait, true};
constexpr step fail{answer::fail, false};

const auto wall = std::chrono::system_clock::time_point(std::chrono::hours(500'000));
const time_point start = time_point(1000h);

struct script {
  token_state rules;
  time_point now = start;
  std::chrono::system_clock::time_point wall_now = wall;

  void pass(reroute::duration by) {
    now += by;
    wall_now += std::chrono::duration_cast<std::chrono::system_clock::duration>(by);
  }
  step ask() { return rules.ask(now); }
  step refused(const std::string& secret) { return rules.ask_after_refusal(secret, now); }
  // a token that lives for `life`, for ever without one
  void fetched(const std::string& secret, std::optional<std::chrono::seconds> life = {}) {
    if (life) {
      rules.fetched(access_token(secret, wall_now + *life), now, wall_now);
    } else {
      rules.fetched(access_token(secret), now, wall_now);
    }
  }
  void failed(const std::string& why = "down") {
    rules.failed(token_result(errc::connect_failed, true, why), now);
  }
  // asks and fetches once, so that a token of this life is there
  void has(const std::string& secret, std::optional<std::chrono::seconds> life = {}) {
    REQUIRE(ask() == fetch_and_wait);
    fetched(secret, life);
  }
};

}  // namespace

TEST_CASE("the first asker starts a fetch, all others wait for it") {
  script at;
  CHECK(at.ask() == fetch_and_wait);
  CHECK(at.ask() == wait_for_it);
  at.pass(10s);
  CHECK(at.ask() == wait_for_it);
  at.fetched("a", 1h);
  CHECK(at.rules.after_fetch(at.now) == answer::serve);
  CHECK(at.ask() == serve);
  CHECK(at.rules.token().secret() == "a");
}

TEST_CASE("a token without an end is served for ever") {
  script at;
  at.has("a");
  at.pass(24h * 365 * 50);
  CHECK(at.ask() == serve);
}

TEST_CASE("what is left of a token's life says what happens, to the boundary") {
  script at;
  at.has("a", 1000s);
  at.pass(879s);
  CHECK(at.ask() == serve);  // 121 s
  at.pass(1s);
  CHECK(at.ask() == serve_and_fetch);  // 120 s
  CHECK(at.ask() == serve);            // one refresh is enough
  at.pass(90s);
  CHECK(at.ask() == serve);  // 30 s, and still under way
  at.pass(1ns);
  CHECK(at.ask() == wait_for_it);  // less: wait for the one that is under way
  at.fetched("b", 1000s);
  CHECK(at.ask() == serve);
  CHECK(at.rules.token().secret() == "b");
}

TEST_CASE("below 30 s, and after the end, the first asker starts and all wait") {
  for (const auto left : {29s, 1s, 0s, -100s}) {
    CAPTURE(left.count());
    script at;
    at.has("a", 1000s);
    at.pass(1000s - left);
    CHECK(at.ask() == fetch_and_wait);
    CHECK(at.ask() == wait_for_it);
  }
}

TEST_CASE("a failed background refresh rests 5 s, and the token is served meanwhile") {
  script at;
  at.has("a", 1000s);
  at.pass(900s);
  CHECK(at.ask() == serve_and_fetch);
  at.failed();
  CHECK(at.ask() == serve);
  at.pass(4999ms);
  CHECK(at.ask() == serve);
  at.pass(1ms);
  CHECK(at.ask() == serve_and_fetch);
  at.failed();  // 2 s by doubling, but 5 s in the background
  at.pass(4999ms);
  CHECK(at.ask() == serve);
  at.pass(1ms);
  CHECK(at.ask() == serve_and_fetch);
  at.fetched("b", 1000s);
  CHECK(at.ask() == serve);
}

TEST_CASE("a source that fails is left alone for 1 s, doubling up to 30 s") {
  script at;
  for (const auto rest : {1s, 2s, 4s, 8s, 16s, 30s, 30s, 30s}) {
    CAPTURE(rest.count());
    REQUIRE(at.ask() == fetch_and_wait);
    at.failed("down for " + std::to_string(rest.count()));
    CHECK(at.rules.after_fetch(at.now) == answer::fail);
    CHECK(at.ask() == fail);
    CHECK(at.rules.failure(at.now).rest == rest);
    at.pass(rest - 1ns);
    CHECK(at.ask() == fail);
    const token_result same = at.rules.failure(at.now);
    CHECK(same.error == errc::connect_failed);
    CHECK(same.retryable);
    CHECK(same.detail == "down for " + std::to_string(rest.count()));
    CHECK(same.rest == 1ns);
    at.pass(1ns);
  }
  REQUIRE(at.ask() == fetch_and_wait);
  at.fetched("a", 10s);
  at.pass(20s);
  REQUIRE(at.ask() == fetch_and_wait);
  at.failed();
  CHECK(at.rules.failure(at.now).rest == 1s);  // a success forgives
}

TEST_CASE("while a source rests, a token that still lives is served to the end") {
  script at;
  at.has("a", 1000s);
  at.pass(980s);
  REQUIRE(at.ask() == fetch_and_wait);
  at.failed();
  CHECK(at.rules.after_fetch(at.now) == answer::serve);  // those who waited, too
  CHECK(at.ask() == serve);
  at.pass(1s);
  CHECK(at.ask() == fetch_and_wait);
  at.pass(19s);  // the source takes its time, and the token ends
  at.failed();
  CHECK(at.rules.after_fetch(at.now) == answer::fail);
  CHECK(at.ask() == fail);
}

TEST_CASE("a source that gives tokens with little life, or a wrong clock, is asked every 5 s") {
  for (const auto life : {100s, 10s, 0s, -3600s}) {
    CAPTURE(life.count());
    script at;
    at.has("a", life);
    CHECK(at.rules.after_fetch(at.now) == answer::serve);
    at.pass(4999ms);
    CHECK(at.ask() == serve);
    at.pass(1ms);
    CHECK(at.ask().start);
  }
}

TEST_CASE("a jump of the wall clock does not end a token, nor make it immortal") {
  for (const auto jump : {std::chrono::hours(-10'000), std::chrono::hours(10'000)}) {
    script at;
    at.has("a", 1000s);
    at.wall_now += jump;
    at.pass(800s);
    CHECK(at.ask() == serve);
    at.pass(201s);
    CHECK(at.ask() == fetch_and_wait);
    at.fetched("b", 1000s);
    CHECK(at.ask() == serve);
  }
}

TEST_CASE("a token's end is read off the wall clock where the machine slept") {
  script at;
  at.has("a", 3600s);
  at.wall_now += 1800s;  // asleep: monotonic time stood still
  at.rules.saw(at.now, at.wall_now);
  CHECK(at.ask() == serve);
  at.wall_now += 1700s;
  at.rules.saw(at.now, at.wall_now);
  CHECK(at.ask() == serve_and_fetch);
  at.fetched("b", 3600s);
  at.rules.saw(at.now, at.wall_now);
  CHECK(at.ask() == serve);
  at.wall_now += 5000s;
  at.rules.saw(at.now, at.wall_now);
  CHECK(at.ask() == fetch_and_wait);
}

TEST_CASE("a wall clock that is set costs one fetch at most") {
  for (const auto jump : {std::chrono::hours(-10'000), std::chrono::hours(10'000)}) {
    script at;
    at.has("a", 1000s);
    at.wall_now += jump;
    at.rules.saw(at.now, at.wall_now);
    CHECK(at.ask() == (jump > 0h ? fetch_and_wait : serve));
  }
}

TEST_CASE("a source that wants to be asked early is asked in the background") {
  script at;
  REQUIRE(at.ask() == fetch_and_wait);
  at.rules.fetched(access_token("a", at.wall_now + 24h, at.wall_now + 12h), at.now, at.wall_now);
  at.pass(11h);
  CHECK(at.ask() == serve);
  at.pass(1h);
  CHECK(at.ask() == serve_and_fetch);
  CHECK(at.ask() == serve);
  at.failed();
  CHECK(at.ask() == serve);
  at.pass(5s);
  CHECK(at.ask() == serve_and_fetch);
}

TEST_CASE("a source is left alone as long as it wants, up to an hour") {
  for (const auto& [wish, wait] :
       {std::pair{20s, 20s}, std::pair{61s, 61s}, std::pair{3600s, 3600s}, std::pair{7200s, 3600s},
        std::pair{0s, 1s}}) {
    script at;
    REQUIRE(at.ask() == fetch_and_wait);
    token_result why(errc::rate_limited, true, "busy");
    why.rest = wish;
    at.rules.failed(std::move(why), at.now);
    CHECK(at.rules.failure(at.now).rest == wait);
    at.pass(wait - 1ms);
    CHECK(at.ask() == fail);
    at.pass(1ms);
    CHECK(at.rules.failure(at.now).rest == 0s);
    CHECK(at.ask() == fetch_and_wait);
  }
}

TEST_CASE("the ends of time do not overflow") {
  using wall_time = std::chrono::system_clock::time_point;
  for (const auto& [ends, first] :
       {std::pair{wall_time::max(), serve}, std::pair{wall_time::min(), fetch_and_wait}}) {
    script at;
    REQUIRE(at.ask() == fetch_and_wait);
    at.rules.fetched(access_token("a", ends), at.now, at.wall_now);
    at.pass(1h);
    CHECK(at.ask() == first);
  }
}

TEST_CASE("a refused token is fetched anew, once for all who were refused") {
  script at;
  at.has("a");
  CHECK(at.refused("a") == fetch_and_wait);
  CHECK(at.refused("a") == wait_for_it);
  CHECK(at.ask() == wait_for_it);  // nobody else is sent away with it
  at.fetched("b");
  CHECK(at.refused("a") == serve);  // also who hears of the refusal late
  CHECK(at.ask() == serve);
  CHECK(at.rules.token().secret() == "b");
}

TEST_CASE("a refusal while a refresh is under way waits for that one first") {
  script at;
  at.has("a", 1000s);
  at.pass(900s);
  REQUIRE(at.ask() == serve_and_fetch);
  CHECK(at.refused("a") == wait_for_it);
  CHECK(at.ask() == wait_for_it);
  SECTION("which may bring a newer token") {
    at.fetched("b", 1000s);
    CHECK(at.refused("a") == serve);
    CHECK(at.rules.after_fetch(at.now) == answer::serve);
  }
  SECTION("or the refused one again, begun as it was before the refusal") {
    at.fetched("a", 1000s);
    CHECK(at.rules.after_fetch(at.now) == answer::wait);
    CHECK(at.refused("a") == fetch_and_wait);
    CHECK(at.refused("a") == wait_for_it);
    CHECK(at.ask() == wait_for_it);
    at.fetched("b", 1000s);
    CHECK(at.refused("a") == serve);
  }
  SECTION("or nothing") {
    at.failed();
    CHECK(at.rules.after_fetch(at.now) == answer::fail);
    CHECK(at.refused("a") == fail);
    CHECK(at.ask() == fail);  // it lives, but it was refused
    at.pass(1s);
    CHECK(at.ask() == fetch_and_wait);
    at.fetched("b", 1000s);
    CHECK(at.refused("a") == serve);
  }
}

TEST_CASE("a source that has no other token than the refused one is not hammered") {
  script at;
  at.has("a");
  REQUIRE(at.refused("a") == fetch_and_wait);
  at.fetched("a");
  CHECK(at.refused("a") == serve);  // the same again: the caller's refusal is final
  CHECK(at.ask() == serve);
  at.pass(4999ms);
  CHECK(at.refused("a") == serve);
  at.pass(1ms);
  CHECK(at.refused("a") == fetch_and_wait);
}

TEST_CASE("tokens that are refused one after the other are fetched every 5 s at most") {
  script at;
  at.has("a");
  REQUIRE(at.refused("a") == fetch_and_wait);
  at.fetched("b");
  CHECK(at.refused("b") == serve);
  at.pass(5s);
  CHECK(at.refused("b") == fetch_and_wait);
}

TEST_CASE("a refusal of a token that nobody knows is an ordinary question") {
  script at;
  CHECK(at.refused("x") == fetch_and_wait);
  at.fetched("a", 1000s);
  CHECK(at.refused("x") == serve);
  at.pass(990s);
  CHECK(at.refused("x") == fetch_and_wait);
}

TEST_CASE("a forced refresh that fails leaves the source alone as any failure does") {
  script at;
  at.has("a");
  REQUIRE(at.refused("a") == fetch_and_wait);
  at.failed();
  CHECK(at.refused("a") == fail);
  CHECK(at.ask() == fail);
  at.pass(1s);
  CHECK(at.refused("a") == fetch_and_wait);
}
