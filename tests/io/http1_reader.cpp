// The response reader against raw bytes, whole and byte by byte.
#include "io/http1_reader.hpp"

#include <reroute/error/errc.hpp>

#include "tests/support/catch.hpp"

#include <algorithm>
#include <cstddef>
#include <string>
#include <system_error>
#include <vector>

using namespace reroute;
using detail::http1_limits;
using detail::http1_reader;

namespace {

struct heard {
  std::error_code error;
  int status = 0;
  http::headers headers;
  std::string body;
  bool done = false;
  bool keep_alive = false;
  std::string left;
};

// feeds `bytes` in pieces of `step`, as a connection does: unused bytes stay in front
heard hear(const std::string& bytes, std::size_t step, bool end, http1_limits limits = {}) {
  http1_reader reader(limits);
  heard result;
  std::string waiting;
  const auto feed = [&] {
    while (!reader.error() && !reader.done()) {
      const bool head = reader.head_done();
      const auto progress = reader.feed({waiting.data(), waiting.size()});
      result.body += progress.body;
      waiting.erase(0, progress.consumed);
      if (progress.consumed == 0 && reader.head_done() == head) break;
    }
  };
  std::size_t at = 0;
  for (; at < bytes.size() && !reader.error() && !reader.done(); at += step) {
    waiting += bytes.substr(at, step);
    feed();
  }
  if (end) reader.feed_end();
  result.error = reader.error().code;
  result.done = reader.done();
  if (reader.head_done()) {
    const auto head = reader.take_head();
    result.status = head.status;
    result.headers = head.headers;
    result.keep_alive = false;
  }
  if (reader.done()) {
    result.left = waiting + bytes.substr(std::min(at, bytes.size()));
  }
  result.keep_alive = reader.done() && reader.keep_alive();
  return result;
}

struct good_case {
  std::string name;
  std::string bytes;
  int status;
  std::string body;
  bool keep_alive = true;
  bool end = false;
  std::string left = {};
};

const std::vector<good_case>& good_cases() {
  static const std::vector<good_case> all{
      {"length", "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello", 200, "hello"},
      {"no reason", "HTTP/1.1 429 \r\nContent-Length: 0\r\n\r\n", 429, ""},
      {"no reason, nor the space before it", "HTTP/1.1 200\r\nContent-Length: 2\r\n\r\nok", 200,
       "ok"},
      {"nor fields", "HTTP/1.1 204\r\n\r\n", 204, ""},
      {"interim without a reason", "HTTP/1.1 100\r\n\r\nHTTP/1.0 404\r\nContent-Length: 1\r\n\r\nx",
       404, "x", false},
      {"no body", "HTTP/1.1 204 No Content\r\n\r\n", 204, ""},
      {"304 has none either", "HTTP/1.1 304 Not Modified\r\nContent-Length: 7\r\n\r\n", 304, ""},
      {"chunks",
       "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\nA\r\n, and "
       "more\r\n0\r\n\r\n",
       200, "hello, and more"},
      {"chunk extensions",
       "HTTP/1.1 200 OK\r\nTransfer-Encoding: "
       "chunked\r\n\r\n5;a=b;c=\"d;e\"\r\nhello\r\n0;x\r\n\r\n",
       200, "hello"},
      {"trailers are dropped",
       "HTTP/1.1 200 OK\r\ntransfer-encoding: Chunked\r\n\r\n1\r\nx\r\n0\r\nX-Sum: 1\r\nB: "
       "c\r\n\r\n",
       200, "x"},
      {"close", "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 1\r\n\r\nx", 200, "x",
       false},
      {"until the end", "HTTP/1.1 200 OK\r\n\r\nas long as it takes", 200, "as long as it takes",
       false, true},
      {"1.0", "HTTP/1.0 200 OK\r\nContent-Length: 1\r\n\r\nx", 200, "x", false},
      {"1.0 that stays", "HTTP/1.0 200 OK\r\nConnection: keep-alive\r\nContent-Length: 1\r\n\r\nx",
       200, "x"},
      {"interim",
       "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Hints\r\nA: b\r\n\r\nHTTP/1.1 200 OK\r\n"
       "Content-Length: 2\r\n\r\nok",
       200, "ok"},
      {"the same length twice",
       "HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 1\r\n\r\nx", 200, "x"},
      {"a status nobody knows", "HTTP/1.1 599 Odd\r\nContent-Length: 0\r\n\r\n", 599, ""},
      {"something behind", "HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\nxHTTP/1.1 200 OK\r\n", 200,
       "x", true, false, "HTTP/1.1 200 OK\r\n"},
      {"bytes that are no text",
       std::string("HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\n\0\r\n", 41), 200,
       std::string("\0\r\n", 3)},
  };
  return all;
}

struct bad_case {
  std::string bytes;
  errc code = errc::protocol_error;
};

const std::vector<bad_case>& bad_cases() {
  static const std::vector<bad_case> all{
      {"HELLO\r\n\r\n"},
      {"HTTP/2.0 200 OK\r\n\r\n"},
      {"HTTP/1.1 20 OK\r\n\r\n"},
      {"HTTP/1.1 600 No\r\n\r\n"},
      {"HTTP/1.1 600\r\n\r\n"},
      {"HTTP/1.1 20x\r\n\r\n"},
      {"HTTP/1.1 2000\r\n\r\n"},
      {"HTTP/1.1 200\rX: y\r\n\r\n"},
      {"HTTP/1.1200 \r\n\r\n"},
      {"HTTP/1.1 099 No\r\n\r\n"},
      {"HTTP/1.1 101 Switching Protocols\r\nUpgrade: h2c\r\n\r\n"},
      {"HTTP/1.1 200 OK\r\nBad Name: x\r\n\r\n"},
      {"HTTP/1.1 200 OK\r\nTransfer-Encoding : chunked\r\n\r\n0\r\n\r\n"},
      {"HTTP/1.1 200 OK\r\nA: b\x01\r\n\r\n"},
      {"HTTP/1.1 200 OK\r\nA: b\rC: d\r\n\r\n"},
      {std::string("HTTP/1.1 200 OK\r\nA: b\0c\r\n\r\n", 27)},
      // the shapes of response smuggling: two readers could see two ends
      {"HTTP/1.1 200 OK\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"},
      {"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n0\r\n\r\n"},
      {"HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nhello!"},
      {"HTTP/1.1 200 OK\r\nContent-Length: 5, 6\r\n\r\nhello!"},
      {"HTTP/1.1 200 OK\r\nContent-Length: +5\r\n\r\nhello"},
      {"HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n"},
      {"HTTP/1.1 200 OK\r\nContent-Length: 0x5\r\n\r\nhello"},
      {"HTTP/1.1 200 OK\r\nContent-Length: 99999999999999999999\r\n\r\n"},
      {"HTTP/1.1 200 OK\r\nContent-Length:\r\n\r\n"},
      {"HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n"},
      {"HTTP/1.1 200 OK\r\nTransfer-Encoding: xchunked\r\n\r\n0\r\n\r\n"},
      {"HTTP/1.1 200 OK\r\nTransfer-Encoding: identity\r\n\r\nhello"},
      {"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nTransfer-Encoding: "
       "chunked\r\n\r\n0\r\n\r\n"},
      {"HTTP/1.0 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"},
      {"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\n"},
      {"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n-1\r\n"},
      {"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1ffffffffffffffff\r\n"},
      {"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabcX\r\n0\r\n\r\n"},
  };
  return all;
}

}  // namespace

TEST_CASE("good responses, in any split") {
  for (const auto& each : good_cases()) {
    for (const std::size_t step :
         {std::size_t{1}, std::size_t{2}, std::size_t{7}, each.bytes.size()}) {
      CAPTURE(each.name, step);
      const auto got = hear(each.bytes, step, each.end);
      CHECK(got.error == std::error_code());
      CHECK(got.done);
      CHECK(got.status == each.status);
      CHECK(got.body == each.body);
      CHECK(got.keep_alive == each.keep_alive);
      CHECK(got.left == each.left);
    }
  }
}

TEST_CASE("bad responses, in any split") {
  for (const auto& each : bad_cases()) {
    for (const std::size_t step : {std::size_t{1}, std::size_t{5}, each.bytes.size()}) {
      CAPTURE(each.bytes, step);
      const auto got = hear(each.bytes, step, false);
      CHECK(got.error == each.code);
      CHECK_FALSE(got.done);
    }
  }
}

TEST_CASE("a bare line feed ends nothing") {
  const std::string bytes[] = {
      "HTTP/1.1 200 OK\nContent-Length: 0\n\n",
      "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\n",
      "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\nabc\n0\n\n",
  };
  for (const auto& each : bytes) {
    for (const std::size_t step : {std::size_t{1}, std::size_t{5}, each.size()}) {
      const auto got = hear(each, step, true);
      CHECK(got.error);
      CHECK_FALSE(got.done);
      CHECK(got.body.empty());
    }
  }
}

TEST_CASE("fields come in order, trimmed, as often as they were sent") {
  const auto got = hear(
      "HTTP/1.1 200 OK\r\nSet: a\r\nX-Empty:\r\nset:   b  \r\nContent-Length: 0\r\n\r\n", 3, false);
  CHECK(got.headers.count("set") == 2);
  CHECK(got.headers.find("SET") == "a");
  CHECK(got.headers[2].value == "b");
  CHECK(got.headers.find("x-empty") == "");
}

TEST_CASE("a response that ends too soon") {
  CHECK(hear("", 1, true).error == errc::connection_lost);
  CHECK(hear("HTTP/1.1 200 OK\r\nCont", 1, true).error == errc::truncated_body);
  CHECK(hear("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nx", 1, true).error ==
        errc::truncated_body);
  const std::string chunked =
      "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n";
  CHECK(hear(chunked, 1, true).error == errc::truncated_body);
  CHECK(hear("HTTP/1.1 100 Continue\r\n\r\n", 1, true).error == errc::truncated_body);
}

TEST_CASE("a peer that speaks something else is told by name") {
  const auto [bytes, says] = GENERATE(table<std::string, std::string>(
      {{std::string("\x15\x03\x01\0\x02\x02\x46", 7), "https://"},
       {std::string("\x16\x03\x03\0", 4), "https://"},
       {"\x05\xff", "SOCKS"},
       {std::string("\0\x5b\0\0\0\0\0\0", 8), "SOCKS"},
       {std::string("\0\0\x12\x04\0\0\0\0\0", 9), "HTTP/2"},
       {"SSH-2.0-OpenSSH_9.2\r\n", "does not speak HTTP/1.1: check host and port"},
       {"220 mail.example ESMTP\r\n", "does not speak HTTP/1.1"}}));
  http1_reader reader(http1_limits{});
  std::string fed = bytes;
  CHECK(reader.feed({fed.data(), fed.size()}).consumed == 0);
  CHECK(reader.error().code == errc::protocol_error);
  CHECK_THAT(reader.error().detail, Catch::Contains(says));
}

TEST_CASE("a head has a limit, however it comes") {
  http1_limits limits;
  limits.header = 300;
  const std::string fields[] = {
      "X: " + std::string(400, 'a') + "\r\n",
      [] {
        std::string many;
        for (int i = 0; i < 60; ++i)
          many += "A: b\r\n";
        return many;
      }(),
  };
  for (const auto& lines : fields) {
    for (const std::size_t step : {std::size_t{1}, std::size_t{6}, lines.size()}) {
      const auto got = hear("HTTP/1.1 200 OK\r\n" + lines + "\r\n", step, false, limits);
      CHECK(got.error == errc::header_too_large);
    }
  }
  std::string interim;
  for (int i = 0; i < 20; ++i)
    interim += "HTTP/1.1 100 Continue\r\n\r\n";
  for (const std::size_t step : {std::size_t{1}, std::size_t{25}, interim.size()}) {
    CHECK(hear(interim, step, false, limits).error == errc::header_too_large);
  }
  const std::string just = "HTTP/1.1 200 OK\r\nContent-Length: 0\r\nX: ";
  const auto fits = just + std::string(300 - just.size() - 4, 'a') + "\r\n\r\n";
  CHECK(hear(fits, 300, false, limits).done);
}

TEST_CASE("a body has a limit, however it comes") {
  http1_limits limits;
  limits.body = 4;
  const std::string head = "HTTP/1.1 200 OK\r\n";
  CHECK(hear(head + "Content-Length: 5\r\n\r\n", 9, false, limits).error == errc::body_too_large);
  CHECK(hear(head + "\r\nabcde", 1, false, limits).error == errc::body_too_large);
  const std::string chunked = head + "Transfer-Encoding: chunked\r\n\r\n";
  CHECK(hear(chunked + "3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n", 1, false, limits).error ==
        errc::body_too_large);
  CHECK(hear(head + "Content-Length: 4\r\n\r\nabcd", 1, false, limits).done);
  CHECK(hear(chunked + "3\r\nabc\r\n1\r\nd\r\n0\r\n\r\n", 1, false, limits).body == "abcd");
}

TEST_CASE("a reader can be used again, also after an error") {
  http1_reader reader({});
  std::string bad = "nonsense\r\n\r\n";
  (void)reader.feed(bad);
  CHECK(reader.error());
  for (int i = 0; i < 3; ++i) {
    reader.restart();
    CHECK_FALSE(reader.began());
    std::string good = "HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\nx";
    const auto head = reader.feed(good);
    const auto body = reader.feed(std::span<char>(good).subspan(head.consumed));
    CHECK(body.body == "x");
    CHECK(reader.done());
  }
}
