// Responses in gzip over HTTP/2, and cut at every byte over either version.
#include "tests/io/h2_peer.hpp"
#include "tests/io/world.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/gzip.hpp"

#include <asio/co_spawn.hpp>
#include <asio/detached.hpp>
#include <asio/error.hpp>

#include <algorithm>
#include <chrono>
#include <optional>
#include <string>
#include <utility>
#include <vector>

using namespace reroute;
using namespace reroute::io_test;
using namespace std::chrono_literals;
using reroute::testing::gzip;
using reroute::testing::gzip_writer;

namespace {

h2_answer packed(const std::string& bytes, std::size_t frame = 16'000) {
  h2_answer what;
  what.fields = {{"content-encoding", "gzip"}};
  what.frames = in_pieces(bytes, frame);
  return what;
}

std::string chunks(const std::vector<std::string>& pieces) {
  std::string all;
  for (const std::string& each : pieces) {
    char size[16];
    const int digits = std::snprintf(size, sizeof size, "%zx", each.size());
    all += std::string(size, static_cast<std::size_t>(digits)) + "\r\n" + each + "\r\n";
  }
  return all + "0\r\n\r\n";
}

const std::string text = "a text, a text, a text that is worth packing";

// in two pieces, cut everywhere; and in pieces of every size
std::vector<std::vector<std::string>> all_cuts(const std::string& bytes) {
  std::vector<std::vector<std::string>> cuts;
  for (std::size_t at = 1; at < bytes.size(); ++at) {
    cuts.push_back({bytes.substr(0, at), bytes.substr(at)});
    cuts.push_back(in_pieces(bytes, at));
  }
  return cuts;
}

}  // namespace

TEST_CASE("gzip over HTTP/2, in frames cut at every byte") {
  h2_world stage;
  stage.reads_ready = GENERATE(false, true);
  const auto cuts = all_cuts(gzip(text) + gzip(" and more"));
  std::size_t next = 0;
  scripted_server server(stage.io, h2_server(),
                         [&](server_connection& connection) -> asio::awaitable<void> {
                           h2_peer peer(connection);
                           for (;;) {
                             const std::optional<h2_heard> heard = co_await peer.read_request();
                             if (!heard) co_return;
                             CHECK(heard->fields.at("accept-encoding") == "gzip");
                             h2_answer what;
                             what.fields = {{"content-encoding", "gzip"}};
                             what.frames = cuts[next];
                             co_await peer.answer(heard->id, what);
                           }
                         });
  for (; next < cuts.size(); ++next) {
    const auto got = stage.ask(stage.post(server));
    REQUIRE_FALSE(got.error);
    CHECK(got.whole);
    CHECK(got.body == text + " and more");
    CHECK_FALSE(got.headers.contains("content-encoding"));
  }
  CHECK(server.accepted() == 1);
}

TEST_CASE("gzip over HTTP/1.1, in chunks cut at every byte") {
  world stage;
  stage.reads_ready = GENERATE(false, true);
  const auto cuts = all_cuts(gzip(text));
  std::size_t next = 0;
  scripted_server server(
      stage.io, localhost_server(), [&](server_connection& connection) -> asio::awaitable<void> {
        for (;;) {
          const std::string request = co_await connection.read_request();
          if (request.empty()) co_return;
          const std::string body = chunks(cuts[next]);
          co_await connection.write(
              "HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nTransfer-Encoding: chunked\r\n\r\n" +
              body.substr(0, body.size() / 2));
          co_await connection.write(body.substr(body.size() / 2));
        }
      });
  for (; next < cuts.size(); ++next) {
    const auto got = stage.ask(stage.post(server));
    REQUIRE_FALSE(got.error);
    CHECK(got.body == text);
  }
  CHECK(server.accepted() == 1);
}

TEST_CASE("gzip over HTTP/2 that ends too early, wherever, is told") {
  h2_world stage;
  stage.reads_ready = GENERATE(false, true);
  const std::string whole = gzip(text);
  std::size_t size = 1;
  scripted_server server(stage.io, h2_server(),
                         [&](server_connection& connection) -> asio::awaitable<void> {
                           h2_peer peer(connection);
                           for (;;) {
                             const std::optional<h2_heard> heard = co_await peer.read_request();
                             if (!heard) co_return;
                             const h2_answer what = packed(whole.substr(0, size), 5);
                             co_await peer.answer(heard->id, what);
                           }
                         });
  for (; size < whole.size(); ++size) {
    const auto got = stage.ask(stage.post(server));
    CHECK(got.error.code == errc::truncated_body);
    CHECK(got.error.sent);
    CHECK_FALSE(got.whole);
    CHECK(text.starts_with(got.body));
  }
  CHECK(stage.ask(stage.post(server)).body == text);
  CHECK(server.accepted() == 1);
}

TEST_CASE("a body over HTTP/2 that is said to be gzip and is none is handed out as it is") {
  h2_world stage;
  stage.reads_ready = GENERATE(false, true);
  const std::string body =
      GENERATE(as<std::string>(), "x", "{}", "\x1f and more",
               R"({"type":"error","error":{"message":"Your credit balance is too low"}})");
  h2_answer what = packed(body, GENERATE(1u, 1000u));
  what.status = GENERATE(200, 400);
  scripted_server server(stage.io, h2_server(), h2_answering(what));
  for (int i = 0; i < 2; ++i) {
    const auto got = stage.ask(stage.post(server));
    CHECK_FALSE(got.error);
    CHECK(got.whole);
    CHECK(got.status == what.status);
    CHECK(got.body == body);
    CHECK_FALSE(got.headers.contains("content-encoding"));
  }
  CHECK(server.accepted() == 1);
}

TEST_CASE("broken gzip over HTTP/2 is told, and costs no other stream") {
  h2_world stage;
  stage.reads_ready = GENERATE(false, true);
  const auto [bytes, code] =
      GENERATE_COPY(std::pair{gzip(text).substr(0, 3) + "else", errc::protocol_error},
                    std::pair{gzip(text) + "trailing", errc::protocol_error},
                    std::pair{gzip(text) + std::string(3, '\0'), errc::protocol_error});
  scripted_server server(stage.io, h2_server(), h2_answering(packed(bytes)));
  for (int i = 0; i < 2; ++i) {
    const auto got = stage.ask(stage.post(server));
    CHECK(got.error.code == code);
    CHECK_FALSE(got.whole);
  }
  CHECK(server.accepted() == 1);
}

TEST_CASE("a bomb over HTTP/2 is an error, goes no further than the limit, and resets its stream") {
  h2_world stage;
  stage.reads_ready = GENERATE(false, true);
  stage.options.max_body_size = 1'000'000;
  const std::string bomb = gzip(std::string(50'000'000, '0'));
  scripted_server server(stage.io, h2_server(),
                         h2_answering(packed(bomb, GENERATE(1000u, 16384u))));
  for (int i = 0; i < 2; ++i) {
    const auto got = stage.ask(stage.post(server));
    CHECK(got.error.code == errc::body_too_large);
    CHECK(got.error.sent);
    CHECK(got.body.size() <= 1'000'000);
  }
  CHECK(server.accepted() == 1);
}

TEST_CASE("as much as the limit is not too much over HTTP/2") {
  h2_world stage;
  stage.reads_ready = GENERATE(false, true);
  stage.options.max_body_size = 1'000'000;
  scripted_server server(stage.io, h2_server(),
                         h2_answering(packed(gzip(std::string(1'000'000, '0')), 999)));
  const auto got = stage.ask(stage.post(server));
  CHECK_FALSE(got.error);
  CHECK(got.body.size() == 1'000'000);
}

TEST_CASE("over HTTP/2 gzip is asked for, or not, or left to the request") {
  h2_world stage;
  stage.reads_ready = GENERATE(false, true);
  h2_heard heard;
  const int how = GENERATE(0, 1, 2);
  stage.options.accept_gzip = how != 1;
  scripted_server server(stage.io, h2_server(), h2_answering(packed(gzip("hello")), &heard));
  auto request = stage.post(server);
  if (how == 2) request.headers.add("Accept-Encoding", "gzip, br");
  const auto got = stage.ask(request);
  CHECK(got.body == (how == 2 ? gzip("hello") : "hello"));
  CHECK(heard.fields.count("accept-encoding") == (how == 1 ? 0u : 1u));
}

TEST_CASE("other encodings over HTTP/2 are left alone, and no body is no gzip") {
  h2_world stage;
  stage.reads_ready = GENERATE(false, true);
  h2_answer what;
  what.fields = {{"content-encoding", GENERATE(as<std::string>(), "br", "identity", "gzip, br")}};
  what.frames = {"as it is"};
  scripted_server server(stage.io, h2_server(), h2_answering(what));
  CHECK(stage.ask(stage.post(server)).body == "as it is");
  scripted_server empty(stage.io, h2_server(), h2_answering(packed("")));
  const auto none = stage.ask(stage.post(empty));
  CHECK_FALSE(none.error);
  CHECK(none.body.empty());
}
