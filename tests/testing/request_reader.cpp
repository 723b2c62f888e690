// The fake's request reader: whole, in pieces, chunked, and what it refuses.
#include "testing/request_reader.hpp"

#include "tests/support/catch.hpp"

using reroute::testing::heard_request;
using reroute::testing::request_reader;
using state = request_reader::state;

namespace {

const std::string simple =
    "POST /v1/messages?beta=true HTTP/1.1\r\nHost: fake\r\nX-Api-Key:  k \r\nContent-Length: "
    "4\r\n\r\nbody";

state feed(const std::string& text) { return request_reader().feed(text); }

}  // namespace

TEST_CASE("a request is read whatever the pieces it comes in") {
  for (std::size_t size = 1; size <= simple.size(); ++size) {
    request_reader reader;
    state now = state::need_more;
    for (std::size_t at = 0; at < simple.size(); at += size) {
      REQUIRE(now == state::need_more);
      now = reader.feed(simple.substr(at, size));
    }
    REQUIRE(now == state::whole);
    const heard_request got = reader.take();
    CHECK(got.method == "POST");
    CHECK(got.target == "/v1/messages?beta=true");
    CHECK(got.field("x-api-key") == "k");
    CHECK(got.field("nothing").empty());
    CHECK(got.body == "body");
    CHECK(reader.empty());
  }
}

TEST_CASE("what follows a request is the next one") {
  request_reader reader;
  REQUIRE(reader.feed(simple + simple + "POST") == state::whole);
  CHECK(reader.take().body == "body");
  CHECK_FALSE(reader.empty());
  REQUIRE(reader.feed("") == state::whole);
  CHECK(reader.take().target == "/v1/messages?beta=true");
  CHECK(reader.feed("") == state::need_more);
}

TEST_CASE("chunks are put together") {
  const std::string head = "POST / HTTP/1.1\r\nTransfer-Encoding: Chunked\r\n\r\n";
  request_reader reader;
  CHECK(reader.feed(head + "4\r\nab") == state::need_more);
  CHECK(reader.feed("cd\r\nA\r\n0123456789\r\n0\r\n") == state::need_more);
  REQUIRE(reader.feed("\r\n") == state::whole);
  CHECK(reader.take().body == "abcd0123456789");
  CHECK(feed(head + "4\r\nabcdef") == state::broken);
  CHECK(feed(head + "x\r\n") == state::broken);
  CHECK(feed(head + "0\r\nTrailer: x\r\n\r\n") == state::broken);
}

TEST_CASE("a body that is too large for anybody is told by its head, or as it comes") {
  const std::string head = "POST /v1/messages HTTP/1.1\r\nx-api-key: k\r\n";
  for (const char* length : {"104857600", "99999999999", "99999999999999999999999999"}) {
    request_reader reader;
    CHECK(reader.feed(head + "Expect: 100-continue\r\nContent-Length: " + length +
                      "\r\n\r\nbegun") == state::too_large);
    CHECK_FALSE(reader.take_expectation());
    const heard_request got = reader.take();
    CHECK(got.too_large);
    CHECK(got.body.empty());
    CHECK(got.field("x-api-key") == "k");
  }
  for (const char* chunks : {"6400000\r\n", "FFFFFFFFFFFFFFFFFFFF\r\n", "4\r\nabcd\r\n4000000\r\n"})
    CHECK(feed(head + "Transfer-Encoding: chunked\r\n\r\n" + chunks) == state::too_large);
  CHECK(feed(head + "Transfer-Encoding: chunked\r\n\r\n4000000\r\n") == state::need_more);
}

TEST_CASE("an expectation is told once, and only where there is one") {
  request_reader reader;
  CHECK(reader.feed("POST / HTTP/1.1\r\nExpect: 100-Continue\r\nContent-Length: 2\r\n\r\n") ==
        state::need_more);
  CHECK(reader.take_expectation());
  CHECK_FALSE(reader.take_expectation());
  CHECK(reader.feed("ok") == state::whole);
  request_reader other;
  CHECK(other.feed(simple) == state::whole);
  CHECK_FALSE(other.take_expectation());
}

TEST_CASE("what is not HTTP/1.1 is refused") {
  for (const char* text :
       {"\x16\x03\x01", "get / HTTP/1.1\r\n\r\n", "GET /\r\n\r\n", "GET / HTTP/1.0\r\n\r\n",
        "GET / HTTP/1.1\r\nno colon\r\n\r\n", "GET / HTTP/1.1\r\n: empty\r\n\r\n",
        "POST / HTTP/1.1\r\nContent-Length: 4x\r\n\r\n",
        "POST / HTTP/1.1\r\nContent-Length: -1\r\n\r\n"}) {
    INFO(text);
    CHECK(feed(text) == state::broken);
  }
  CHECK(feed("GET / HTTP/1.1\r\nx: " + std::string(70'000, 'x')) == state::broken);
}
