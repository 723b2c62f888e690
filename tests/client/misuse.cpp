// Wrong configuration: told at once, by name, with the cure.
#include <reroute/reroute.hpp>

#include "tests/support/catch.hpp"

#include <asio/io_context.hpp>
#include <boost/json/value.hpp>

#include <chrono>
#include <functional>
#include <optional>
#include <stdexcept>

using namespace std::chrono_literals;
using Catch::Matchers::Contains;

namespace {

std::string told(const std::function<void(reroute::client_options&)>& spoil) {
  asio::io_context io;
  reroute::client_options options;
  options.routes = {reroute::anthropic({.api_key = "key"})};
  spoil(options);
  try {
    reroute::client claude(io, std::move(options));
  } catch (const std::invalid_argument& problem) {
    return problem.what();
  }
  return "";
}

}  // namespace

TEST_CASE("each field that is wrong is named, with what would be right") {
  using options = reroute::client_options;
  CHECK_THAT(told([](options& o) { o.routes.clear(); }),
             Contains("routes") && Contains("at least one"));
  CHECK_THAT(told([](options& o) { o.routes.push_back(o.routes[0]); }),
             Contains("routes[1].name") && Contains("its own"));
  CHECK_THAT(told([](options& o) { o.routes[0].write = nullptr; }), Contains("routes[0].write"));
  CHECK_THAT(told([](options& o) { o.routes[0].resolve = nullptr; }),
             Contains("routes[0].resolve"));
  CHECK_THAT(told([](options& o) { o.routes[0].name.clear(); }), Contains("routes[0].name"));
  CHECK_THAT(told([](options& o) { o.deadline = -1ms; }),
             Contains("deadline") && Contains("-1 ms"));
  CHECK_THAT(told([](options& o) { o.attempt_timeout = -5ms; }), Contains("attempt_timeout"));
  CHECK_THAT(told([](options& o) { o.waits.base = -1ms; }), Contains("waits.base"));
  CHECK_THAT(told([](options& o) { o.waits.cap = 1ms; }), Contains("waits.cap"));
  CHECK_THAT(told([](options& o) { o.gate.cap = 0ms; }), Contains("gate.cap"));
  CHECK_THAT(told([](options& o) { o.gate.faults_to_close = 0; }),
             Contains("gate.faults_to_close"));
  CHECK_THAT(told([](options& o) { o.gate.hint_jitter = 2; }), Contains("gate.hint_jitter"));
  CHECK_THAT(told([](options& o) { o.retry_budget.per_second = -1; }),
             Contains("retry_budget.per_second"));
  CHECK_THAT(told([](options& o) { o.max_waiting = 0; }), Contains("max_waiting"));
  CHECK_THAT(told([](options& o) { o.time = nullptr; }), Contains("time"));
  CHECK_THAT(told([](options& o) { o.https.max_connections = 0; }), Contains("max_connections"));
  CHECK_THAT(told([](options& o) { o.https.connect_timeout = -1ms; }), Contains("connect_timeout"));
  CHECK_THAT(told([](options& o) { o.https.tls.ca_file = "/nowhere/ca.pem"; }),
             Contains("ca_file"));
  CHECK(told([](options&) {}).empty());
}

TEST_CASE("a plan without attempts and a call without time are refused") {
  CHECK_THROWS_WITH(reroute::in_order(0), Contains("attempts_per_route"));
  CHECK_THROWS_WITH(reroute::call_options().deadline(0ms),
                    Contains("deadline") && Contains("no_deadline"));
  CHECK_THROWS_WITH(reroute::call_options().deadline(-1ms), Contains("deadline"));
  CHECK_THROWS_WITH(reroute::call_options().attempt_timeout(-1ms), Contains("attempt_timeout"));
}

TEST_CASE("a key that no header may hold is refused, and not repeated") {
  for (const std::string key : {"canary\nkey", "canary key", "canary\r", "canary\tkey"}) {
    try {
      (void)reroute::anthropic({.api_key = key});
      FAIL("it was taken");
    } catch (const std::invalid_argument& problem) {
      CHECK_THAT(problem.what(), Contains("api_key") && !Contains("canary"));
    }
  }
}

TEST_CASE("plain http and bad URLs are refused, unless plain http is asked for") {
  for (const char* url : {"http://api.anthropic.com", "ftp://x", "api.anthropic.com", "https://",
                          "https://a b", "https://user:secret@host", ""}) {
    INFO(url);
    CHECK_THROWS_AS((void)reroute::anthropic({.api_key = "k", .base_url = url}),
                    std::invalid_argument);
  }
  CHECK_NOTHROW(reroute::anthropic(
      {.api_key = "k", .base_url = "http://127.0.0.1:8080", .allow_plain_http = true}));
}

TEST_CASE(
    "a plain call that the default deadline would end after it was paid is refused, with the "
    "cure") {
  asio::io_context io;
  const auto client_with = [&](std::optional<std::chrono::milliseconds> deadline) {
    reroute::client_options options;
    options.routes = {reroute::anthropic({.api_key = "key"})};
    options.deadline = deadline;
    return reroute::client(io, std::move(options));
  };
  const auto asks_for = [](std::int64_t tokens) {
    return reroute::message_request("claude").max_tokens(tokens).user("a book, please");
  };
  const auto ignore = [](std::error_code, const reroute::outcome&) {};
  reroute::client usual = client_with({});
  CHECK_THROWS_AS((void)usual.create(asks_for(21'334)), std::invalid_argument);
  CHECK_THROWS_WITH((void)usual.create(asks_for(21'334)),
                    Contains("max_tokens is 21334") && Contains("21333") && Contains("stream()") &&
                        Contains("deadline"));
  CHECK_THROWS_WITH(usual.async_create(asks_for(21'334), ignore), Contains("stream()"));
  // however the number is written
  CHECK_THROWS_WITH((void)usual.create(asks_for(1).set("max_tokens", boost::json::value(6.4e4))),
                    Contains("max_tokens is 64000"));
  CHECK_NOTHROW((void)usual.create(asks_for(21'333)));
  CHECK_NOTHROW((void)usual.create(asks_for(128'000), reroute::call_options().deadline(3600s)));
  CHECK_NOTHROW((void)usual.create(asks_for(128'000), reroute::call_options().deadline(5s)));
  CHECK_NOTHROW((void)usual.create(asks_for(128'000), reroute::call_options().no_deadline()));
  CHECK_NOTHROW((void)usual.stream(asks_for(128'000)));
  CHECK_NOTHROW((void)usual.count_tokens(asks_for(128'000)));
  for (const std::chrono::milliseconds own : {0s, 5s, 3600s})
    CHECK_NOTHROW((void)client_with(own).create(asks_for(128'000)));
}

TEST_CASE("a client that was moved from says so, whatever it is asked") {
  asio::io_context io;
  reroute::client_options options;
  options.routes = {reroute::anthropic({.api_key = "key"})};
  reroute::client first(io, std::move(options));
  const auto request = reroute::message_request("claude").max_tokens(1).user("hello");
  reroute::client second = std::move(first);
  const auto ignore = [](auto&&...) {};
  const auto moved = Contains("moved from");
  CHECK_THROWS_AS((void)first.create(request),
                  std::logic_error);  // NOLINT(bugprone-use-after-move)
  CHECK_THROWS_WITH((void)first.create(request), moved);
  CHECK_THROWS_WITH((void)first.stream(request), moved);
  CHECK_THROWS_WITH((void)first.count_tokens(request), moved);
  CHECK_THROWS_WITH((void)first.warm_up(), moved);
  CHECK_THROWS_WITH((void)first.drain(1s), moved);
  CHECK_THROWS_WITH(first.async_create(request, ignore), moved);
  CHECK_THROWS_WITH(first.async_stream(request, ignore), moved);
  const auto timed = reroute::call_options().deadline(1s);
  CHECK_THROWS_WITH((void)first.create(request, timed), moved);
  CHECK_THROWS_WITH((void)first.stream(request, timed), moved);
  CHECK_THROWS_WITH((void)first.count_tokens(request, timed), moved);
  CHECK_THROWS_WITH(first.async_create(request, timed, ignore), moved);
  CHECK_THROWS_WITH(first.async_stream(request, timed, ignore), moved);
  CHECK_THROWS_WITH(first.async_count_tokens(request, timed, ignore), moved);
  CHECK_THROWS_WITH(first.async_count_tokens(request, ignore), moved);
  CHECK_THROWS_WITH(first.async_warm_up(1, ignore), moved);
  CHECK_THROWS_WITH(first.async_drain(1s, ignore), moved);
  CHECK_THROWS_WITH(first.cancel(), moved);
  CHECK_THROWS_WITH((void)first.routes(), moved);
  CHECK_THROWS_WITH((void)first.stats(), moved);
  CHECK_THROWS_WITH((void)first.get_executor(), moved);
  first = std::move(second);
  CHECK(first.stats().calls == 0);
  CHECK_THROWS_WITH(
      reroute::client(asio::any_io_executor(),
                      reroute::client_options{.routes = {reroute::anthropic({.api_key = "key"})}}),
      Contains("executor"));
}

TEST_CASE("plain http that the route may send and the transport not is refused by the client") {
  asio::io_context io;
  const auto made = [&](auto change) {
    reroute::client_options options;
    options.routes = {
        reroute::anthropic({.api_key = "key"}),
        reroute::azure_foundry(
            {.base_url = "http://127.0.0.1:8080", .api_key = "key", .allow_plain_http = true})};
    change(options);
    reroute::client claude(io, std::move(options));
  };
  CHECK_THROWS_WITH(made([](auto&) {}), Contains("client_options.https.allow_plain_http is off") &&
                                            Contains("\"azure\"") && Contains("https://"));
  CHECK_NOTHROW(made([](auto& o) { o.https.allow_plain_http = true; }));
  CHECK_NOTHROW(made([](auto& o) { o.https.unix_socket = "/run/gateway"; }));
  CHECK_NOTHROW(made(
      [&](auto& o) { o.routes[1].transport = reroute::make_https_transport(io.get_executor()); }));
  CHECK_THROWS_WITH(
      (void)reroute::anthropic({.api_key = "k", .base_url = "http://127.0.0.1:8080"}),
      Contains("allow_plain_http") && Contains("client_options.https.allow_plain_http"));
}

TEST_CASE("a route's name and limits must make sense") {
  asio::io_context io;
  const auto made = [&](std::string name, reroute::quota limits) {
    reroute::client_options options;
    options.routes = {reroute::anthropic({.api_key = "key"})};
    options.routes[0].name = std::move(name);
    options.routes[0].limits = limits;
    reroute::client claude(io, std::move(options));
  };
  CHECK_NOTHROW(made("direct, Zürich", {.requests_per_minute = 60, .burst = 5}));
  CHECK_THROWS_WITH(made("", {}), Contains("routes[0].name is empty"));
  CHECK_THROWS_WITH(made("a\nb", {}),
                    Contains("routes[0].name has a line break or another control character"));
  CHECK_THROWS_WITH(made("a\x7f", {}),
                    Contains("routes[0].name has a line break or another control character"));
  CHECK_THROWS_WITH(made("a", {.burst = 5}), Contains("routes[0].limits.burst means nothing"));
  CHECK_THROWS_WITH(made("a", {.requests_per_minute = -1}), Contains("routes[0].limits must be"));
}

TEST_CASE("a request without a message is refused when it is sent") {
  asio::io_context io;
  reroute::client_options options;
  options.routes = {reroute::anthropic({.api_key = "key"})};
  reroute::client claude(io, std::move(options));
  CHECK_THROWS_AS((void)claude.create(reroute::message_request("claude")), std::invalid_argument);
}
