// Wrong configuration: told at once, by name, with the cure.
#include <reroute/reroute.hpp>

#include "tests/support/catch.hpp"

#include <asio/io_context.hpp>

#include <functional>
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

TEST_CASE("a request without a message is refused when it is sent") {
  asio::io_context io;
  reroute::client_options options;
  options.routes = {reroute::anthropic({.api_key = "key"})};
  reroute::client claude(io, std::move(options));
  CHECK_THROWS_AS((void)claude.create(reroute::message_request("claude")), std::invalid_argument);
}
