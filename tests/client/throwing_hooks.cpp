// Hooks that only watch, and clocks: one that throws ends the program, with a message that names it.
#include "tests/client/rig.hpp"
#include "tests/client/stream_rig.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/last_words.hpp"

#include <functional>
#include <stdexcept>

using namespace std::chrono_literals;
using Catch::Matchers::Contains;
using tests::always;
using tests::answer;
using tests::last_words;
using tests::refusal;
using tests::says;

namespace {

// throws at its call number `at`, counted from 1
auto throws_at(int at) {
  return [at, calls = std::make_shared<int>(0)](const auto&) {
    if (++*calls == at) throw std::runtime_error("the hook's canary");
  };
}

reroute::client_options watched(const std::function<void(reroute::observer&)>& by) {
  reroute::client_options options;
  by(options.observer);
  return options;
}

reroute::token_provider warns() {
  return [number = std::make_shared<int>(0)](
             reroute::token_fetch lent) -> asio::awaitable<reroute::access_token> {
    lent.warn(reroute::token_error(reroute::errc::credential_failed, "not written", false));
    co_return reroute::access_token("token-" + std::to_string(++*number));
  };
}

// 401 to the first token, then an answer
tests::director refuses_first_token() {
  return tests::first(1, says(401, R"({"type":"error","error":{"type":"authentication_error"}})"));
}

// a call over a route whose tokens come from `source`
void call_with_tokens(const reroute::token_provider& source, tests::director lines,
                      reroute::client_options options) {
  asio::io_context io;
  const auto time = std::make_shared<reroute::testing::manual_clock>();
  time->set_grace(0ms);
  const auto peer = std::make_shared<tests::stage>(time, std::move(lines));
  options.routes = {
      reroute::anthropic({.credential = reroute::credential::bearer(source), .transport = peer})};
  options.time = time;
  reroute::client claude(io, std::move(options));
  claude.async_create(tests::rig::question(), [](std::error_code, const reroute::outcome&) {});
  time->run(io);
}

void call(tests::director lines, const std::function<void(reroute::observer&)>& by,
          reroute::call_options how = {}) {
  tests::rig r(std::move(lines), always(answer("b")), watched(by));
  (void)r.run(how);
}

#define CHECK_ENDS(hook, ...)                                          \
  CHECK_THAT(last_words([] { __VA_ARGS__; }),                          \
             Contains("reroute: " hook " threw: the hook's canary") && \
                 Contains("must not throw") && !Contains("it lived"))

}  // namespace

TEST_CASE(
    "observer::at_attempt that throws ends the program: at first, again, behind a 401, of a "
    "hedge") {
  CHECK_ENDS("observer::at_attempt",
             call(always(answer()), [](auto& o) { o.at_attempt = throws_at(1); }));
  CHECK_ENDS("observer::at_attempt",
             call(tests::first(1, refusal(1)), [](auto& o) { o.at_attempt = throws_at(2); }));
  CHECK_ENDS("observer::at_attempt",
             call_with_tokens(warns(), refuses_first_token(),
                              watched([](auto& o) { o.at_attempt = throws_at(2); })));
  CHECK_ENDS("observer::at_attempt",
             call(
                 always(tests::silence()), [](auto& o) { o.at_attempt = throws_at(2); },
                 reroute::call_options().plan(reroute::hedge(300ms))));
}

TEST_CASE("observer::at_failover that throws ends the program") {
  CHECK_ENDS("observer::at_failover",
             call(always(refusal(10)), [](auto& o) { o.at_failover = throws_at(1); }));
}

TEST_CASE(
    "observer::at_refusal that throws ends the program: of a call, behind a 401, of a stream") {
  CHECK_ENDS("observer::at_refusal",
             call(always(refusal(1)), [](auto& o) { o.at_refusal = throws_at(1); }));
  CHECK_ENDS("observer::at_refusal",
             call_with_tokens(warns(), refuses_first_token(),
                              watched([](auto& o) { o.at_refusal = throws_at(1); })));
  CHECK_ENDS("observer::at_refusal", {
    tests::stream_rig r(watched([](auto& o) { o.at_refusal = throws_at(1); }));
    r.a->expect("POST", "/v1/messages")
        .says(
            reroute::testing::line(tests::streamed_answer().start().unfinished("abc").response()));
    (void)r.run();
  });
}

TEST_CASE("observer::at_wait that throws ends the program") {
  CHECK_ENDS("observer::at_wait",
             call(always(refusal(1)), [](auto& o) { o.at_wait = throws_at(1); }));
}

TEST_CASE(
    "observer::at_outcome that throws ends the program: answered, cancelled, with its client, of a "
    "stream") {
  CHECK_ENDS("observer::at_outcome",
             call(always(answer()), [](auto& o) { o.at_outcome = throws_at(1); }));
  CHECK_ENDS("observer::at_outcome", {
    tests::rig r(always(tests::silence()), always(answer("b")),
                 watched([](auto& o) { o.at_outcome = throws_at(1); }));
    const auto end = r.call();
    r.time->run(r.io, 1s);
    r.claude->cancel();
    r.time->run(r.io, 1s);
  });
  CHECK_ENDS("observer::at_outcome", {
    tests::rig r(always(tests::silence()), always(answer("b")),
                 watched([](auto& o) { o.at_outcome = throws_at(1); }));
    const auto end = r.call();
    r.time->run(r.io, 1s);
    r.claude.reset();
    r.time->run(r.io, 1s);
  });
  CHECK_ENDS("observer::at_outcome", {
    tests::stream_rig r(watched([](auto& o) { o.at_outcome = throws_at(1); }));
    r.a->expect("POST", "/v1/messages").says(reroute::testing::line(tests::good("hello", 5)));
    (void)r.run();
  });
}

TEST_CASE("observer::at_gate and at_credential that throw end the program") {
  CHECK_ENDS("observer::at_gate",
             call(always(refusal(1)), [](auto& o) { o.at_gate = throws_at(1); }));
  CHECK_ENDS("observer::at_credential",
             call_with_tokens(warns(), always(answer()),
                              watched([](auto& o) { o.at_credential = throws_at(1); })));
}

TEST_CASE("what is thrown may be anything") {
  CHECK_THAT(last_words([] {
               call(always(answer()),
                    [](auto& o) { o.at_attempt = [](const auto&) { throw 42; }; });
             }),
             Contains("at_attempt threw: something that is no std::exception"));
}

// ---- clocks

namespace {

enum class asked { now, wall_now, make_timer, wake_at, cancel };

struct broken_timer : reroute::timer {
  std::unique_ptr<reroute::timer> inner;
  const bool* wake = nullptr;
  const bool* stop = nullptr;
  void wake_at(reroute::time_point when, std::function<void()> call) override {
    if (*wake) throw std::runtime_error("the hook's canary");
    inner->wake_at(when, std::move(call));
  }
  void cancel() override {
    if (*stop) throw std::runtime_error("the hook's canary");
    inner->cancel();
  }
};

// as the rig's clock, until it breaks
struct broken_clock : reroute::clock {
  std::shared_ptr<reroute::testing::manual_clock> inner;
  std::array<bool, 5> broken{};
  bool is(asked what) const { return broken[static_cast<std::size_t>(what)]; }
  void check(asked what) const {
    if (is(what)) throw std::runtime_error("the hook's canary");
  }
  reroute::time_point now() const override {
    check(asked::now);
    return inner->now();
  }
  std::chrono::system_clock::time_point wall_now() const override {
    check(asked::wall_now);
    return inner->wall_now();
  }
  std::unique_ptr<reroute::timer> make_timer(asio::any_io_executor executor) override {
    check(asked::make_timer);
    auto made = std::make_unique<broken_timer>();
    made->inner = inner->make_timer(std::move(executor));
    made->wake = &broken[static_cast<std::size_t>(asked::wake_at)];
    made->stop = &broken[static_cast<std::size_t>(asked::cancel)];
    return made;
  }
};

struct clock_rig {
  clock_rig() {
    time->set_grace(0ms);
    broken->inner = time;
    peer = std::make_shared<tests::stage>(time, always(refusal(5)));
  }
  void begin() {
    reroute::client_options options;
    options.routes = {reroute::anthropic({.api_key = "key", .transport = peer})};
    options.time = broken;
    claude.emplace(io, std::move(options));
  }
  void breaks(asked what) { broken->broken[static_cast<std::size_t>(what)] = true; }
  void call() {
    claude->async_create(tests::rig::question(), [](std::error_code, const reroute::outcome&) {});
  }
  asio::io_context io;
  std::shared_ptr<reroute::testing::manual_clock> time =
      std::make_shared<reroute::testing::manual_clock>();
  std::shared_ptr<broken_clock> broken = std::make_shared<broken_clock>();
  std::shared_ptr<tests::stage> peer;
  std::optional<reroute::client> claude;
};

}  // namespace

TEST_CASE("a clock that throws ends the program, wherever time is asked for") {
  CHECK_ENDS("clock::make_timer", {
    clock_rig r;
    r.breaks(asked::make_timer);
    r.begin();
  });
  CHECK_ENDS("clock::now", {  // on the caller's stack
    clock_rig r;
    r.begin();
    r.breaks(asked::now);
    r.call();
  });
  CHECK_ENDS("clock::now", {  // in the pump
    clock_rig r;
    r.begin();
    r.call();
    r.breaks(asked::now);
    r.io.poll();
  });
  CHECK_ENDS("clock::now", {  // when a timer is due
    clock_rig r;
    r.begin();
    r.call();
    r.time->run(r.io, 1s);
    r.breaks(asked::now);
    r.time->run(r.io, 60s);
  });
  CHECK_ENDS("clock::wall_now", {  // when an answer is read
    clock_rig r;
    r.begin();
    r.breaks(asked::wall_now);
    r.call();
    r.time->run(r.io, 1s);
  });
  CHECK_ENDS("timer::wake_at", {
    clock_rig r;
    r.begin();
    r.breaks(asked::wake_at);
    r.call();
    r.time->run(r.io, 1s);
  });
  CHECK_ENDS("timer::cancel", {
    clock_rig r;
    r.begin();
    r.call();
    r.time->run(r.io, 1s);
    r.breaks(asked::cancel);
    r.claude.reset();
  });
}
