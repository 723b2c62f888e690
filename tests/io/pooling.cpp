// The pool: limits, order, reuse, what becomes of dead connections, and the end.
#include "detail/asio_compat.hpp"
#include "io/transport_core.hpp"
#include "tests/io/world.hpp"
#include "tests/support/catch.hpp"

#include <asio/co_spawn.hpp>
#include <asio/detached.hpp>
#include <asio/error.hpp>
#include <asio/ip/tcp.hpp>
#include <asio/post.hpp>
#include <asio/steady_timer.hpp>

#include <algorithm>
#include <memory>
#include <string>
#include <utility>
#include <vector>

using namespace reroute;
using namespace reroute::io_test;
using namespace std::chrono_literals;

namespace {

// answers a request when the test says so
struct held_server {
  explicit held_server(world& stage) : gate(stage.io, asio::steady_timer::time_point::max()) {}
  std::vector<std::string> heard;
  void release(std::size_t count) {
    released = count;
    gate.cancel();
  }
  server_script script() {
    return [this](server_connection& connection) -> asio::awaitable<void> {
      for (;;) {
        const std::string request = co_await connection.read_request();
        if (request.empty()) co_return;
        heard.push_back(body_of(request));
        const auto place = heard.size();
        loop_error_code ignored;
        while (place > released)
          co_await gate.async_wait(detail::into(ignored));
        co_await connection.write(ok(body_of(request) + "@" + std::to_string(connection.nth)));
      }
    };
  }

 private:
  asio::steady_timer gate;
  std::size_t released = 0;
};

constexpr auto terminal = asio::cancellation_type::terminal;

}  // namespace

TEST_CASE("who waits for a connection is served in order") {
  world stage;
  stage.options.max_connections = 1;
  held_server held(stage);
  scripted_server server(stage.io, localhost_server(), held.script());
  std::vector<std::shared_ptr<pending_fetch>> all;
  for (const char* name : {"a", "b", "c", "d"})
    all.push_back(stage.start(stage.post(server, name)));
  stage.run_until([&] { return held.heard.size() == 1; });
  held.release(4);
  for (const auto& each : all)
    CHECK_FALSE(stage.finish(each).error);
  CHECK(held.heard == std::vector<std::string>{"a", "b", "c", "d"});
  CHECK(server.accepted() == 1);
}

TEST_CASE("the connection that was used last is used next") {
  world stage;
  held_server held(stage);
  scripted_server server(stage.io, localhost_server(), held.script());
  const auto first = stage.start(stage.post(server, "a"));
  stage.run_until([&] { return held.heard.size() == 1; });
  const auto second = stage.start(stage.post(server, "b"));
  stage.run_until([&] { return held.heard.size() == 2; });
  held.release(1);
  CHECK(stage.finish(first).body == "a@1");
  held.release(9);
  CHECK(stage.finish(second).body == "b@2");
  CHECK(stage.ask(stage.post(server, "c")).body == "c@2");
}

TEST_CASE("no more connect at once than allowed") {
  world stage;
  stage.options.max_connecting = 2;
  // plain TCP: no handshake ever ends
  scripted_server server(stage.io, {}, [](server_connection& connection) -> asio::awaitable<void> {
    while (!(co_await connection.read_some()).empty()) {
    }
  });
  std::vector<std::shared_ptr<pending_fetch>> all;
  for (int i = 0; i < 5; ++i)
    all.push_back(stage.start(stage.post(server)));
  stage.run_until([&] { return server.open() == 2; });
  stage.settle();
  CHECK(server.accepted() == 2);
  all[0]->cancel.emit(terminal);
  stage.run_until([&] { return server.accepted() == 3; });
  stage.over().shutdown();
  for (const auto& each : all) {
    CHECK(stage.finish(each).error.code == make_error_code(asio::error::operation_aborted));
    CHECK(each->completions == 1);
  }
}

TEST_CASE("who leaves the line loses no slot") {
  world stage;
  stage.options.max_connections = 1;
  held_server held(stage);
  scripted_server server(stage.io, localhost_server(), held.script());
  const auto first = stage.start(stage.post(server, "a"));
  stage.run_until([&] { return held.heard.size() == 1; });
  const auto second = stage.start(stage.post(server, "b"));
  const auto third = stage.start(stage.post(server, "c"));
  stage.settle();
  second->cancel.emit(terminal);
  const auto left = stage.finish(second);
  CHECK(left.error.code == make_error_code(asio::error::operation_aborted));
  CHECK_FALSE(left.error.sent);
  held.release(9);
  CHECK(stage.finish(first).body == "a@1");
  CHECK(stage.finish(third).body == "c@1");
  CHECK(held.heard == std::vector<std::string>{"a", "c"});
}

TEST_CASE("an idle connection is kept for so long, and not longer") {
  world stage;
  scripted_server server(stage.io, localhost_server(), echo);
  CHECK(stage.ask(stage.post(server)).whole);
  stage.time->advance(29s);
  CHECK(stage.ask(stage.post(server)).whole);
  CHECK(server.accepted() == 1);
  SECTION("noticed when it is wanted") {
    stage.time->advance(31s);
    CHECK(stage.ask(stage.post(server)).whole);
    CHECK(server.accepted() == 2);
  }
  SECTION("noticed by the timer while something is in flight") {
    held_server held(stage);
    scripted_server other(stage.io, localhost_server(), held.script());
    const auto waiting = stage.start(stage.post(other));
    stage.run_until([&] { return held.heard.size() == 1; });
    stage.time->advance(31s);
    stage.run_until([&] { return server.open() == 0; });
    held.release(1);
    CHECK_FALSE(stage.finish(waiting).error);
  }
}

TEST_CASE("an idle connection that the peer closed is noticed before it is used") {
  const bool politely = GENERATE(true, false);
  world stage;
  int requests = 0;
  scripted_server server(stage.io, localhost_server(),
                         [&](server_connection& connection) -> asio::awaitable<void> {
                           co_await connection.read_request();
                           ++requests;
                           co_await connection.write(ok("x"));
                           if (politely) co_await connection.close();
                         });
  CHECK(stage.ask(stage.post(server)).whole);
  stage.run_until([&] { return server.open() == 0; });
  stage.time->advance(1s);
  CHECK(stage.ask(stage.post(server)).whole);
  CHECK(requests == 2);
  CHECK(server.accepted() == 2);
}

TEST_CASE("a reused connection that dies is tried once more, a fresh one is not") {
  // the first connection answers once, and dies on its second request
  const bool second_dies = GENERATE(false, true);
  const bool resets = GENERATE(false, true);
  world stage;
  std::vector<std::string> heard;
  scripted_server server(stage.io, localhost_server(),
                         [&](server_connection& connection) -> asio::awaitable<void> {
                           for (int i = 0;; ++i) {
                             const std::string request = co_await connection.read_request();
                             if (request.empty()) co_return;
                             heard.push_back(body_of(request));
                             const bool dies = connection.nth == 1 ? i == 1 : second_dies;
                             if (dies && resets) connection.reset();
                             if (dies) co_return;
                             co_await connection.write(ok(std::to_string(connection.nth)));
                           }
                         });
  CHECK(stage.ask(stage.post(server, "a")).body == "1");
  const auto got = stage.ask(stage.post(server, "b"));
  CHECK(heard == std::vector<std::string>{"a", "b", "b"});
  CHECK(server.accepted() == 2);
  if (second_dies) {
    CHECK(got.error.code == errc::connection_lost);
    CHECK(got.error.sent);
  } else {
    CHECK(got.body == "2");
  }
}

namespace {

// answers a connection's first request, and says nothing to its second until the test lets it go
struct loses_the_second {
  explicit loses_the_second(world& of) : stage(of) {}
  std::vector<std::string> heard;
  std::shared_ptr<asio::steady_timer> let_go;

  server_script script() {
    return [this](server_connection& connection) -> asio::awaitable<void> {
      for (int i = 0;; ++i) {
        const std::string request = co_await connection.read_request();
        if (request.empty()) co_return;
        heard.push_back(body_of(request));
        if (connection.nth == 1 && i == 1) {
          let_go =
              std::make_shared<asio::steady_timer>(stage.io, asio::steady_timer::time_point::max());
          loop_error_code ignored;
          co_await let_go->async_wait(detail::into(ignored));
          connection.reset();
          co_return;
        }
        co_await connection.write(ok(std::to_string(connection.nth)));
      }
    };
  }

 private:
  world& stage;
};

}  // namespace

TEST_CASE("an answer that is lost long after it was asked for is not asked for again") {
  const auto after = GENERATE(0ms, 999ms, 1001ms, 20'000ms);
  CAPTURE(after.count());
  world stage;
  loses_the_second answers(stage);
  scripted_server server(stage.io, localhost_server(), answers.script());
  CHECK(stage.ask(stage.post(server, "a")).body == "1");
  int again = 0;
  http::request asked = stage.post(server, "b");
  asked.at_resend = [&again] { ++again; };
  const auto second = stage.start(std::move(asked));
  stage.run_until([&] { return answers.let_go != nullptr; });
  stage.time->advance(after);
  answers.let_go->cancel();
  const auto got = stage.finish(second);
  CHECK(again == (after < 1s));  // it may have been taken all the same
  if (after < 1s) {
    // it died of old age, before it saw the request
    CHECK(got.body == "2");
    CHECK(answers.heard == std::vector<std::string>{"a", "b", "b"});
  } else {
    CHECK(got.error.code == errc::connection_lost);
    CHECK(got.error.sent);
    CHECK(answers.heard == std::vector<std::string>{"a", "b"});
  }
}

TEST_CASE("a request that may be sent only once is, though its connection dies at once") {
  world stage;
  loses_the_second answers(stage);
  scripted_server server(stage.io, localhost_server(), answers.script());
  CHECK(stage.ask(stage.post(server, "a")).body == "1");
  http::request once = stage.post(server, "b");
  once.send_once = true;
  const auto second = stage.start(std::move(once));
  stage.run_until([&] { return answers.let_go != nullptr; });
  answers.let_go->cancel();
  const auto got = stage.finish(second);
  CHECK(got.error.code == errc::connection_lost);
  CHECK(got.error.sent);
  CHECK(answers.heard == std::vector<std::string>{"a", "b"});
}

TEST_CASE("a request that may be sent only once takes no connection that is closed already") {
  world stage;
  scripted_server server(stage.io, localhost_server(),
                         [&](server_connection& connection) -> asio::awaitable<void> {
                           co_await connection.read_request();
                           co_await connection.write(ok(std::to_string(connection.nth)));
                         });
  CHECK(stage.ask(stage.post(server)).body == "1");
  stage.run_until([&] { return server.open() == 0; });
  http::request once = stage.post(server);
  once.send_once = true;
  CHECK(stage.ask(std::move(once)).body == "2");
}

TEST_CASE("a reused connection that dies in the middle of an answer is not tried again") {
  world stage;
  scripted_server server(stage.io, localhost_server(),
                         [&](server_connection& connection) -> asio::awaitable<void> {
                           co_await connection.read_request();
                           co_await connection.write(ok("x"));
                           co_await connection.read_request();
                           co_await connection.write("HTTP/1.1 2");
                         });
  CHECK(stage.ask(stage.post(server)).whole);
  CHECK(stage.ask(stage.post(server)).error.code == errc::truncated_body);
  CHECK(server.accepted() == 1);
}

TEST_CASE("a retry keeps its place when all slots are taken") {
  world stage;
  stage.options.max_connections = 1;
  std::vector<std::string> heard;
  scripted_server server(stage.io, localhost_server(),
                         [&](server_connection& connection) -> asio::awaitable<void> {
                           for (int i = 0;; ++i) {
                             const std::string request = co_await connection.read_request();
                             if (request.empty()) co_return;
                             heard.push_back(body_of(request));
                             if (connection.nth == 1 && i == 1) co_return;
                             co_await connection.write(ok(body_of(request)));
                           }
                         });
  CHECK(stage.ask(stage.post(server, "a")).whole);
  const auto second = stage.start(stage.post(server, "b"));
  const auto third = stage.start(stage.post(server, "c"));
  CHECK(stage.finish(second).body == "b");
  CHECK(stage.finish(third).body == "c");
  CHECK(heard == std::vector<std::string>{"a", "b", "b", "c"});
  CHECK(server.accepted() == 2);
}

TEST_CASE("a connection that the peer will close is not kept") {
  world stage;
  const std::string fields = GENERATE("Connection: close\r\n", "connection: Keep-Alive, CLOSE\r\n");
  scripted_server server(stage.io, localhost_server(),
                         [&](server_connection& connection) -> asio::awaitable<void> {
                           co_await connection.read_request();
                           co_await connection.write(ok("x", fields));
                           co_await connection.read_some();
                         });
  CHECK(stage.ask(stage.post(server)).whole);
  stage.run_until([&] { return server.open() == 0; });
  CHECK(stage.ask(stage.post(server)).whole);
  CHECK(server.accepted() == 2);
}

namespace {

asio::awaitable<void> take_head(transport& over, http::request request, exchange_result& into) {
  into = co_await over.exchange(std::move(request));
}
asio::awaitable<void> read_once(response_body& body, body_piece& into, bool& done) {
  into = co_await body.read();
  done = true;
}

}  // namespace

TEST_CASE("a body that is let go half read closes its connection") {
  world stage;
  scripted_server server(
      stage.io, localhost_server(), [&](server_connection& connection) -> asio::awaitable<void> {
        co_await connection.read_request();
        co_await connection.write("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nabc");
        co_await connection.read_some();
      });
  exchange_result got;
  asio::co_spawn(stage.io, take_head(stage.over(), stage.post(server), got), asio::detached);
  stage.run_until([&] { return got.body != nullptr; });
  CHECK(server.open() == 1);
  SECTION("by destroying it") { got.body.reset(); }
  SECTION("by a shutdown of the transport") {
    stage.over().shutdown();
    body_piece piece;
    bool done = false;
    asio::co_spawn(stage.io, read_once(*got.body, piece, done), asio::detached);
    stage.run_until([&] { return done; });
    if (!piece.error) {  // what had come before is still handed out
      done = false;
      asio::co_spawn(stage.io, read_once(*got.body, piece, done), asio::detached);
      stage.run_until([&] { return done; });
    }
    CHECK(piece.error.code == make_error_code(asio::error::operation_aborted));
    CHECK(piece.error.sent);
    CHECK_FALSE(piece.last);
  }
  SECTION("by the transport's end; the body outlives it") {
    stage.client.reset();
    got.body.reset();
  }
  stage.run_until([&] { return server.open() == 0; });
}

TEST_CASE("a whole answer gives its connection back before its body is gone") {
  world stage;
  stage.options.max_connections = 1;
  scripted_server server(stage.io, localhost_server(), echo);
  exchange_result got;
  asio::co_spawn(stage.io, take_head(stage.over(), stage.post(server, "first"), got),
                 asio::detached);
  stage.run_until([&] { return got.body != nullptr; });
  body_piece piece;
  bool done = false;
  asio::co_spawn(stage.io, read_once(*got.body, piece, done), asio::detached);
  stage.run_until([&] { return done; });
  CHECK(piece.last);
  CHECK(stage.ask(stage.post(server, "second, over the same connection")).whole);
  CHECK(piece.bytes == "first");
  CHECK(server.accepted() == 1);
}

TEST_CASE("shutdown ends what is in flight, and the transport works on") {
  world stage;
  stage.options.max_connections = 1;
  held_server held(stage);
  scripted_server server(stage.io, localhost_server(), held.script());
  const auto first = stage.start(stage.post(server, "a"));
  const auto second = stage.start(stage.post(server, "b"));
  stage.run_until([&] { return held.heard.size() == 1; });
  stage.over().shutdown();
  stage.over().shutdown();
  const auto one = stage.finish(first);
  const auto two = stage.finish(second);
  CHECK(one.error.code == make_error_code(asio::error::operation_aborted));
  CHECK(one.error.sent);
  CHECK(two.error.code == make_error_code(asio::error::operation_aborted));
  CHECK_FALSE(two.error.sent);
  held.release(9);
  CHECK(stage.ask(stage.post(server, "c")).whole);
}

TEST_CASE("the loop may die with exchanges under way") {
  for (const int steps : {0, 1, 3, 8, 20, 60}) {
    world stage;
    stage.options.max_connections = 1;
    held_server held(stage);
    scripted_server server(stage.io, localhost_server(), held.script());
    const auto first = stage.start(stage.post(server, "a"));
    const auto second = stage.start(stage.post(server, "b"));
    for (int i = 0; i < steps; ++i)
      stage.io.poll_one();
    CHECK_FALSE(first->done);
    CHECK_FALSE(second->done);
    // the client ends, as Asio asks of everybody, before the loop; the loop is not run any more.
    // What is left behind is the sanitizer's to find
    stage.client.reset();
    server.abandon();
    stage.settles = false;
  }
}

TEST_CASE("the next address is tried when one refuses, or keeps silent") {
  world stage;
  scripted_server server(stage.io, localhost_server(), echo);
  const auto silent = asio::ip::make_address("127.0.0.2");
  asio::ip::tcp::acceptor full(stage.io);
  const bool refuses = GENERATE(true, false);
  std::vector<asio::ip::tcp::socket> crowd;
  if (!refuses) {
    // a listener whose line is full answers nobody
    const asio::ip::tcp::endpoint there(silent, server.port());
    full.open(there.protocol());
    full.bind(there);
    full.listen(0);
    for (int i = 0; i < 4; ++i) {
      crowd.emplace_back(stage.io).async_connect(there, [](const std::error_code&) {});
    }
    stage.settle();
  }
  stage.client = detail::make_https_transport(
      stage.io.get_executor(), stage.options, stage.time,
      [&](const std::string&, std::function<void(detail::host_addresses)> tell) {
        detail::host_addresses two;
        two.addresses = {silent, asio::ip::make_address("127.0.0.1")};
        asio::post(stage.io, [tell, two] { tell(two); });
      });
  auto request = stage.post(server);
  request.url.host = "twofold.example";
  const auto fetch = stage.start(request);
  if (!refuses) {
    stage.settle();
    CHECK(server.accepted() == 0);
    stage.time->advance(250ms);
  }
  stage.run_until([&] { return server.accepted() == 1 || fetch->done; });
  // the certificate is for localhost: the connection itself is what is tested
  CHECK(stage.finish(fetch).error.code == errc::certificate_refused);
}

TEST_CASE("nobody there") {
  world stage;
  asio::ip::tcp::acceptor gone(stage.io, {asio::ip::address_v4::loopback(), 0});
  http::request request;
  request.url.host = "127.0.0.1";
  request.url.port = gone.local_endpoint().port();
  gone.close();
  const auto got = stage.ask(request);
  CHECK(got.error.code == errc::connect_failed);
  CHECK_FALSE(got.error.sent);
  CHECK_FALSE(got.error.detail.empty());
}
