// Answers that nobody asked for: behind a whole one on a kept connection, and before the first request.
#include "tests/io/memory_server.hpp"
#include "tests/io/world.hpp"
#include "tests/support/catch.hpp"

#include <asio/co_spawn.hpp>
#include <asio/detached.hpp>

#include <cstddef>
#include <string>
#include <utility>

using namespace reroute;
using namespace reroute::io_test;
using namespace std::chrono_literals;

namespace {

enum class wire { plain, tls_1_2, tls_1_3 };

server_options speaking(wire how) {
  if (how == wire::plain) return {};
  server_options options = localhost_server();
  options.only_tls_1_2 = how == wire::tls_1_2;
  return options;
}

// echoes, and lets the test speak on the first connection
server_script echo_on(server_connection*& first) {
  return [&first](server_connection& connection) -> asio::awaitable<void> {
    if (connection.nth == 1) first = &connection;
    co_await echo(connection);
    if (first == &connection) first = nullptr;
  };
}

// Reads a request over TLS that is in the test's hands. False: the client has gone.
asio::awaitable<bool> read_request(server_connection& on, memory_server& tls) {
  tls.plain.clear();
  while (tls.plain.find("\r\n\r\n") == std::string::npos) {
    const std::string bytes = co_await on.read_some();
    if (bytes.empty()) co_return false;
    co_await on.write(tls.hear_and_answer(bytes));
  }
  co_return true;
}

}  // namespace

TEST_CASE("what comes behind a whole answer is not the next call's answer") {
  const wire how = GENERATE(wire::plain, wire::tls_1_2, wire::tls_1_3);
  world stage;
  stage.options.allow_plain_http = how == wire::plain;
  server_connection* first = nullptr;
  scripted_server server(stage.io, speaking(how), echo_on(first));
  CHECK(stage.ask(stage.post(server, "one")).body == "one");
  REQUIRE(first);
  // no time passes between this and the next call
  first->write_now(GENERATE(ok("surplus"), std::string("H"), std::string("\r\n")));
  CHECK(stage.ask(stage.post(server, "two")).body == "two");
  CHECK(server.accepted() == 2);
}

TEST_CASE("nor is it the answer of a call that waited for the connection") {
  const wire how = GENERATE(wire::plain, wire::tls_1_2, wire::tls_1_3);
  world stage;
  stage.options.allow_plain_http = how == wire::plain;
  stage.options.max_connections = 1;
  server_connection* first = nullptr;
  scripted_server server(stage.io, speaking(how), echo_on(first));
  // speaks when the connection is promised to the next in line, who has not been woken yet
  const auto ask_and_spoil = [](world& in, http::request request,
                                server_connection*& line) -> asio::awaitable<void> {
    const answer got = co_await fetch(in.over(), std::move(request));
    CHECK(got.body == "one");
    if (line) line->write_now(ok("surplus"));
  };
  asio::co_spawn(stage.io, ask_and_spoil(stage, stage.post(server, "one"), first), asio::detached);
  const auto second = stage.start(stage.post(server, "two"));
  const auto third = stage.start(stage.post(server, "three"));
  CHECK(stage.finish(second).body == "two");
  CHECK(stage.finish(third).body == "three");
  CHECK(server.accepted() == 2);
}

TEST_CASE("nor is what had come in part, wherever it is cut") {
  const std::size_t came = GENERATE(1u, 4u, 5u, 6u, 20u);
  const bool at_once = GENERATE(true, false);  // behind the answer, or later
  const int version = GENERATE(TLS1_2_VERSION, TLS1_3_VERSION);
  world stage;
  bool go_on = false, said = false;
  const auto script = [&](server_connection& on) -> asio::awaitable<void> {
    memory_server tls(trusted_ca().issue({}), version);
    const bool asked = co_await read_request(on, tls);
    if (!asked) co_return;
    if (on.nth == 2) {
      co_await on.write(tls.say(ok("two")));
      co_await on.read_some();
      co_return;
    }
    const std::string first = tls.say(ok("one"));
    const std::string surplus = tls.say(ok("surplus"));
    const std::string out = first + surplus.substr(0, at_once ? came : 0);
    co_await on.write(out);
    while (!go_on)
      co_await on.write("");
    if (!at_once) on.write_now(surplus.substr(0, came));
    said = true;
    co_await on.read_some();
    on.write_now(surplus.substr(came));
    co_await on.read_some();
  };
  scripted_server server(stage.io, {}, script);
  CHECK(stage.ask(stage.post(server)).body == "one");
  go_on = true;
  stage.run_until([&] { return said; });
  CHECK(stage.ask(stage.post(server)).body == "two");
  CHECK(server.accepted() == 2);
}

TEST_CASE("a connection that was opened ahead and has been spoken on is not used") {
  world stage;
  server_connection* first = nullptr;
  scripted_server server(stage.io, localhost_server(), echo_on(first));
  asio::co_spawn(stage.io, stage.over().warm_up(stage.post(server).url, 1), asio::detached);
  stage.run_until([&] { return first != nullptr; });
  stage.settle();
  first->write_now(
      "HTTP/1.1 408 Request Timeout\r\nConnection: close\r\nContent-Length: 0\r\n\r\n");
  CHECK(stage.ask(stage.post(server, "mine")).body == "mine");
  CHECK(server.accepted() == 2);
}

TEST_CASE("an answer that comes with the end of the handshake is an answer") {
  world stage;
  // over TLS 1.2 the server has the last word of the handshake, and a gateway that is full may speak on
  if (GENERATE(true, false)) stage.options.versions = http_versions::http2_or_1;
  const bool closes = GENERATE(true, false);
  const std::string body = GENERATE(std::string("full"), std::string(30'000, 'x'));
  const auto script = [&](server_connection& on) -> asio::awaitable<void> {
    memory_server tls(trusted_ca().issue({}), TLS1_2_VERSION);
    std::string out = tls.hear_and_answer(co_await on.read_some());
    co_await on.write(out);
    out = tls.hear_and_answer(co_await on.read_some());
    out += tls.say("HTTP/1.1 503 Full\r\nConnection: close\r\nContent-Length: " +
                   std::to_string(body.size()) + "\r\n\r\n" + body);
    if (closes) out += tls.say_close();
    co_await on.write(out);
    while (!(co_await on.read_some()).empty()) {
    }
  };
  scripted_server server(stage.io, {}, script);
  const auto got = stage.ask(stage.post(server));
  CHECK_FALSE(got.error);
  CHECK(got.status == 503);
  CHECK(got.body == body);
}

TEST_CASE("a peer that hangs up behind the handshake has closed, and broken nothing") {
  world stage;
  const auto script = [&](server_connection& on) -> asio::awaitable<void> {
    memory_server tls(trusted_ca().issue({}), TLS1_2_VERSION);
    co_await on.write(tls.hear_and_answer(co_await on.read_some()));
    std::string out = tls.hear_and_answer(co_await on.read_some());
    out += tls.say_close();
    co_await on.write(out);
    co_await on.read_some();
  };
  scripted_server server(stage.io, {}, script);
  CHECK(stage.ask(stage.post(server)).error.code == errc::connection_lost);
}
