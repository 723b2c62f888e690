// Answers that are cut off, reset, or not HTTP: never taken for whole, never from a reused
// connection.
#include "tests/io/world.hpp"
#include "tests/support/catch.hpp"

#include <string>
#include <utility>

using namespace reroute;
using namespace reroute::io_test;

namespace {

enum class ending { cut, close_notify, reset };

// what comes of `bytes` and then the end
answer hear(const std::string& bytes, ending how, bool secure = true) {
  world stage;
  stage.reads_ready = GENERATE(false, true);
  stage.options.allow_plain_http = !secure;
  bool first = true;
  scripted_server server(stage.io, secure ? localhost_server() : server_options(),
                         [&](server_connection& connection) -> asio::awaitable<void> {
                           co_await connection.read_request();
                           if (!std::exchange(first, false)) {
                             co_await connection.write(ok("second"));
                             co_await connection.read_some();
                             co_return;
                           }
                           if (!bytes.empty()) co_await connection.write(bytes);
                           if (how == ending::close_notify) co_await connection.close();
                           if (how == ending::reset) connection.reset();
                         });
  auto got = stage.ask(stage.post(server));
  // whatever it was, the next request stands on a fresh connection
  const auto next = stage.ask(stage.post(server));
  CHECK(next.body == "second");
  CHECK(server.accepted() == 2);
  return got;
}

}  // namespace

TEST_CASE("an answer that is cut off at any byte is not whole") {
  const std::string framed[] = {
      ok("{\"ok\":1}"),
      "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n",
  };
  for (const auto& whole : framed) {
    const std::size_t head = whole.find("\r\n\r\n") + 4;
    for (std::size_t size = 0; size < whole.size(); ++size) {
      const auto how = size % 2 == 0 ? ending::cut : ending::close_notify;
      CAPTURE(whole, size);
      const auto got = hear(whole.substr(0, size), how);
      CHECK(got.error.code == (size == 0 ? errc::connection_lost : errc::truncated_body));
      CHECK(got.error.sent);
      CHECK_FALSE(got.whole);
      CHECK(got.status == (size < head ? 0 : 200));
    }
    const auto got = hear(whole, ending::cut);  // the length says that it was whole
    CHECK_FALSE(got.error);
    CHECK(got.whole);
  }
}

TEST_CASE("a body that ends with the connection is whole only after close_notify") {
  const std::string answer = "HTTP/1.1 200 OK\r\n\r\nsome text";
  const auto whole = hear(answer, ending::close_notify);
  CHECK_FALSE(whole.error);
  CHECK(whole.body == "some text");
  const auto cut = hear(answer, ending::cut);
  CHECK(cut.error.code == errc::truncated_body);
  CHECK(cut.body == "some text");
  CHECK_FALSE(cut.whole);
  // plain TCP has no better end than its own
  const auto plain = hear(answer, ending::cut, false);
  CHECK_FALSE(plain.error);
  CHECK(plain.body == "some text");
}

TEST_CASE("a reset before and after the head") {
  CHECK(hear("", ending::reset).error.code == errc::connection_lost);
  CHECK(hear("HTTP/1.1 200 OK\r\nCont", ending::reset).error.code == errc::truncated_body);
  CHECK(hear("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nabc", ending::reset).error.code ==
        errc::truncated_body);
  CHECK(hear("", ending::reset, false).error.code == errc::connection_lost);
}

TEST_CASE("what is not HTTP, or lies, is a protocol error") {
  const std::string wrong[] = {
      "SSH-2.0-OpenSSH_9.2\r\n\r\n",
      "HTTP/1.1 200 OK\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
      "HTTP/1.1 200 OK\r\nContent-Length: 3\r\nContent-Length: 4\r\n\r\nabcd",
      "HTTP/1.1 101 Switching Protocols\r\n\r\n",
      "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
  };
  for (const auto& bytes : wrong) {
    CAPTURE(bytes);
    CHECK(hear(bytes, ending::cut).error.code == errc::protocol_error);
  }
}

TEST_CASE("bytes behind an answer are nobody's answer") {
  // two answers to one request: the second must not be given to the next request
  const auto got = hear(ok("mine") + ok("smuggled"), ending::cut);
  CHECK_FALSE(got.error);
  CHECK(got.body == "mine");
  CHECK(hear("HTTP/1.1 204 No Content\r\nContent-Length: 5\r\n\r\nextra", ending::cut).status ==
        204);
}

TEST_CASE("limits on head and body") {
  world stage;
  stage.reads_ready = GENERATE(false, true);
  stage.options.max_header_size = 2000;
  stage.options.max_body_size = 1000;
  std::string bytes;
  scripted_server server(stage.io, localhost_server(),
                         [&](server_connection& connection) -> asio::awaitable<void> {
                           co_await connection.read_request();
                           co_await connection.write(bytes);
                         });
  bytes = "HTTP/1.1 200 OK\r\nX: " + std::string(3000, 'a') + "\r\n\r\n";
  CHECK(stage.ask(stage.post(server)).error.code == errc::header_too_large);
  bytes = ok(std::string(1001, 'b'));
  CHECK(stage.ask(stage.post(server)).error.code == errc::body_too_large);
  bytes = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3e9\r\n" + std::string(1001, 'c');
  CHECK(stage.ask(stage.post(server)).error.code == errc::body_too_large);
  bytes = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1;" + std::string(40000, 'c');
  CHECK(stage.ask(stage.post(server)).error.code);
  bytes = "HTTP/1.1 200 OK\r\n\r\n" + std::string(1001, 'd');
  CHECK(stage.ask(stage.post(server)).error.code == errc::body_too_large);
  bytes = ok(std::string(1000, 'e'));
  CHECK(stage.ask(stage.post(server)).body.size() == 1000);
}
