// Responses in gzip, over a real connection: whole, as a stream, cut off, and as a bomb.
#include "tests/io/world.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/gzip.hpp"

#include <asio/co_spawn.hpp>
#include <asio/detached.hpp>
#include <asio/error.hpp>

#include <string>
#include <vector>

using namespace reroute;
using namespace reroute::io_test;
using reroute::testing::gzip;
using reroute::testing::gzip_writer;

namespace {

const std::string says_gzip = "Content-Encoding: gzip\r\n";

server_script answering(std::string bytes, std::string* heard = nullptr) {
  return [bytes, heard](server_connection& connection) -> asio::awaitable<void> {
    for (;;) {
      const std::string request = co_await connection.read_request();
      if (request.empty()) co_return;
      if (heard) *heard = request;
      co_await connection.write(bytes);
    }
  };
}

std::string chunk(const std::string& bytes) {
  char size[16];
  const int digits = std::snprintf(size, sizeof size, "%zx", bytes.size());
  return std::string(size, static_cast<std::size_t>(digits)) + "\r\n" + bytes + "\r\n";
}

}  // namespace

TEST_CASE("gzip is asked for and undone, and the connection is kept") {
  world stage;
  stage.reads_ready = GENERATE(false, true);
  std::string heard;
  const std::string says =
      GENERATE(as<std::string>(), "Content-Encoding: gzip\r\n", "content-encoding: X-GZip\r\n");
  scripted_server server(stage.io, localhost_server(),
                         answering(ok(gzip("hello ") + gzip("world"), says), &heard));
  for (int i = 0; i < 2; ++i) {
    const auto got = stage.ask(stage.post(server));
    CHECK_FALSE(got.error);
    CHECK(got.whole);
    CHECK(got.body == "hello world");
    CHECK_FALSE(got.headers.contains("content-encoding"));
    CHECK_FALSE(got.headers.contains("content-length"));
  }
  CHECK(server.accepted() == 1);
  CHECK(heard.find("accept-encoding: gzip\r\n") != std::string::npos);
}

TEST_CASE("gzip can be left unasked, and is undone all the same") {
  world stage;
  stage.reads_ready = GENERATE(false, true);
  stage.options.accept_gzip = false;
  std::string heard;
  scripted_server server(stage.io, localhost_server(),
                         answering(ok(gzip("hello"), says_gzip), &heard));
  CHECK(stage.ask(stage.post(server)).body == "hello");
  CHECK(heard.find("accept-encoding") == std::string::npos);
}

TEST_CASE("a request that asks by itself gets what comes") {
  world stage;
  stage.reads_ready = GENERATE(false, true);
  scripted_server server(stage.io, localhost_server(), answering(ok(gzip("hello"), says_gzip)));
  auto request = stage.post(server);
  request.headers.add("Accept-Encoding", "gzip");
  const auto got = stage.ask(request);
  CHECK(got.body == gzip("hello"));
  CHECK(got.headers.find("content-encoding") == "gzip");
}

TEST_CASE("other encodings are left alone, and no body is no gzip") {
  world stage;
  stage.reads_ready = GENERATE(false, true);
  const std::string bytes = GENERATE(ok("as it is", "Content-Encoding: br\r\n"),
                                     ok("as it is", "Content-Encoding: identity\r\n"),
                                     ok("as it is", "Content-Encoding: gzip, br\r\n"),
                                     ok("as it is", says_gzip + "Content-Encoding: br\r\n"));
  scripted_server server(stage.io, localhost_server(), answering(bytes));
  CHECK(stage.ask(stage.post(server)).body == "as it is");
}

TEST_CASE("an empty body in gzip is empty") {
  world stage;
  stage.reads_ready = GENERATE(false, true);
  scripted_server server(stage.io, localhost_server(),
                         answering(ok(GENERATE(std::string(), gzip("")), says_gzip)));
  const auto got = stage.ask(stage.post(server));
  CHECK_FALSE(got.error);
  CHECK(got.whole);
  CHECK(got.body.empty());
}

TEST_CASE("events come through gzip one by one") {
  world stage;
  stage.reads_ready = GENERATE(false, true);
  std::vector<std::string> pieces;
  scripted_server server(
      stage.io, localhost_server(), [&](server_connection& connection) -> asio::awaitable<void> {
        co_await connection.read_request();
        co_await connection.write("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n" + says_gzip +
                                  "\r\n");
        gzip_writer writer;
        for (const char* const event : {"data: 1\n\n", "data: 2\n\n", "data: 3\n\n"}) {
          const auto before = pieces.size();
          co_await connection.write(chunk(writer.add(event)));
          // the next event goes out only when this one has been heard
          while (pieces.size() == before)
            co_await connection.write("");
        }
        co_await connection.write(chunk(writer.finish()) + "0\r\n\r\n");
        co_await connection.read_some();
      });
  bool done = false;
  const auto listen = [](world& in, const scripted_server& to, std::vector<std::string>& heard,
                         bool& end) -> asio::awaitable<void> {
    auto got = co_await in.over().exchange(in.post(to));
    REQUIRE_FALSE(got.error);
    for (;;) {
      const body_piece piece = co_await got.body->read();
      REQUIRE_FALSE(piece.error);
      if (!piece.bytes.empty()) heard.emplace_back(piece.bytes);
      if (piece.last) break;
    }
    end = true;
  };
  asio::co_spawn(stage.io, listen(stage, server, pieces, done), asio::detached);
  stage.run_until([&] { return done; });
  CHECK(pieces == std::vector<std::string>{"data: 1\n\n", "data: 2\n\n", "data: 3\n\n"});
}

TEST_CASE("a bomb is an error, and goes no further than the limit") {
  world stage;
  stage.reads_ready = GENERATE(false, true);
  stage.options.max_body_size = 1'000'000;
  const std::string bomb = gzip(std::string(50'000'000, '0'));
  REQUIRE(bomb.size() < 100'000);
  scripted_server server(stage.io, localhost_server(), answering(ok(bomb, says_gzip)));
  const auto got = stage.ask(stage.post(server));
  CHECK(got.error.code == errc::body_too_large);
  CHECK(got.error.sent);
  CHECK(got.body.size() <= 1'000'000);
  stage.run_until([&] { return server.open() == 0; });
}

TEST_CASE("as much as the limit is not too much") {
  world stage;
  stage.reads_ready = GENERATE(false, true);
  stage.options.max_body_size = 1'000'000;
  scripted_server server(stage.io, localhost_server(),
                         answering(ok(gzip(std::string(1'000'000, '0')), says_gzip)));
  const auto got = stage.ask(stage.post(server));
  CHECK_FALSE(got.error);
  CHECK(got.body.size() == 1'000'000);
}

TEST_CASE("a body that is said to be gzip and is none is handed out as it is") {
  world stage;
  stage.reads_ready = GENERATE(false, true);
  // gateways that unpack a body forget the field, of errors and of answers
  const std::string status = GENERATE(as<std::string>(), "200 OK", "400 Bad Request");
  const std::string body = GENERATE(
      as<std::string>(), "x", "{}", "\x1f and more",
      R"({"type":"error","error":{"message":"Your credit balance is too low"},"request_id":"r"})");
  const bool in_single_bytes = GENERATE(false, true);
  std::string answer = "HTTP/1.1 " + status + "\r\n" + says_gzip;
  if (in_single_bytes) {
    answer += "Transfer-Encoding: chunked\r\n\r\n";
    for (const char byte : body)
      answer += chunk(std::string(1, byte));
    answer += chunk("");
  } else {
    answer += "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body;
  }
  scripted_server server(stage.io, localhost_server(), answering(answer));
  for (int i = 0; i < 2; ++i) {
    const auto got = stage.ask(stage.post(server));
    CHECK_FALSE(got.error);
    CHECK(got.whole);
    CHECK(got.body == body);
    CHECK_FALSE(got.headers.contains("content-encoding"));
  }
  CHECK(server.accepted() == 1);
}

TEST_CASE("gzip that is broken, or not all of it, is told") {
  world stage;
  stage.reads_ready = GENERATE(false, true);
  const std::string whole = gzip("a text that is cut off");
  const auto [bytes, code] = GENERATE_COPY(
      std::pair{ok(whole.substr(0, 3) + "else", says_gzip), errc::protocol_error},
      std::pair{ok(whole + "trailing", says_gzip), errc::protocol_error},
      std::pair{ok(whole.substr(0, whole.size() - 1), says_gzip), errc::truncated_body},
      std::pair{ok(whole.substr(0, 3), says_gzip), errc::truncated_body},
      std::pair{ok(whole.substr(0, 1), says_gzip), errc::truncated_body});
  scripted_server server(stage.io, localhost_server(), answering(bytes));
  const auto got = stage.ask(stage.post(server));
  CHECK(got.error.code == code);
  CHECK(got.error.sent);
  CHECK_FALSE(got.whole);
}

TEST_CASE("cancelled within a body in gzip") {
  world stage;
  stage.reads_ready = GENERATE(false, true);
  bool said = false;
  scripted_server server(stage.io, localhost_server(),
                         [&](server_connection& connection) -> asio::awaitable<void> {
                           co_await connection.read_request();
                           gzip_writer writer;
                           co_await connection.write("HTTP/1.1 200 OK\r\nContent-Length: 999\r\n" +
                                                     says_gzip + "\r\n" + writer.add("begin"));
                           said = true;
                           co_await connection.read_some();
                         });
  const auto fetch = stage.start(stage.post(server));
  stage.run_until([&] { return said; });
  stage.settle();
  fetch->cancel.emit(asio::cancellation_type::terminal);
  CHECK(stage.finish(fetch).error.code == make_error_code(asio::error::operation_aborted));
  stage.run_until([&] { return server.open() == 0; });
}
