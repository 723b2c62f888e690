// Server-sent events, by the examples of the HTML standard, and in every split.
#include <reroute/http/event_stream.hpp>

#include "tests/support/catch.hpp"

#include <random>
#include <string>
#include <string_view>
#include <vector>

using namespace std::chrono_literals;
using reroute::http::event_stream_error;
using reroute::http::event_stream_parser;
using reroute::http::server_event;

namespace {

using texts = std::vector<std::string>;

void read_all(event_stream_parser& parser, std::string_view piece, texts& into) {
  // a copy that dies at once: no view may outlive the piece
  const std::string bytes(piece);
  parser.feed(bytes);
  for (server_event each; parser.next(each);)
    into.push_back(std::string(each.name) + "|" + std::string(each.data));
}

texts read(std::string_view stream) {
  event_stream_parser parser;
  texts events;
  read_all(parser, stream, events);
  return events;
}

// in pieces of so many bytes
texts read_in(std::string_view stream, std::size_t size) {
  event_stream_parser parser;
  texts events;
  for (std::size_t at = 0; at < stream.size(); at += size)
    read_all(parser, stream.substr(at, size), events);
  return events;
}

constexpr std::string_view everything =
    "\xef\xbb\xbf"
    ": a comment\n"
    "event: first\r\ndata: one\r\n\r\n"
    "data\n\n"
    "data\ndata\n\n"
    "data:no space\rdata:  two spaces\r\r"
    "event: no data\n\n"
    "data: after it\n\n"
    "id: 7\nretry: 2500\nunknown: field\nnonsense\ndata: x:y: z\nevent:\n\n"
    "event: long name of an event\ndata: {\"text\":\"gr\xc3\xbc\xc3\x9f\"}\n\n"
    "\n\r\n\r\n\n"
    "data: never ended\n";

}  // namespace

TEST_CASE("events by the standard's own examples") {
  CHECK(read("data: YHOO\ndata: +2\ndata: 10\n\n") == texts{"|YHOO\n+2\n10"});
  CHECK(read(": test stream\n\ndata: first event\nid: 1\n\ndata:second event\nid\n\ndata:  third "
             "event\n") == texts{"|first event", "|second event"});
  CHECK(read("data\n\ndata\ndata\n\ndata:") == texts{"|", "|\n"});
  CHECK(read("data:test\n\ndata: test\n\n") == texts{"|test", "|test"});
}

TEST_CASE("every kind of line end, marks, comments and fields, in every split") {
  const texts expected{"first|one",
                       "|",
                       "|\n",
                       "|no space\n two spaces",
                       "|after it",
                       "|x:y: z",
                       "long name of an event|{\"text\":\"gr\xc3\xbc\xc3\x9f\"}"};
  CHECK(read(everything) == expected);
  for (std::size_t size = 1; size <= everything.size(); ++size) {
    INFO("pieces of " << size);
    REQUIRE(read_in(everything, size) == expected);
  }
  for (std::size_t cut = 0; cut <= everything.size(); ++cut) {
    event_stream_parser parser;
    texts events;
    read_all(parser, everything.substr(0, cut), events);
    read_all(parser, {}, events);
    read_all(parser, everything.substr(cut), events);
    INFO("cut at " << cut);
    REQUIRE(events == expected);
  }
}

TEST_CASE("random streams give the same events in every split") {
  std::mt19937 random(GENERATE(range(1U, 20U)));
  const std::vector<std::string> parts{"data", ":",  " ",     "\n",    "\r",     "\r\n", "event",
                                       "id",   "x",  "\n\n",  "retry", "\xef",   "\xbb", "\xbf",
                                       "\0",   "12", "data:", "\r\r",  "event:", "\n\r"};
  std::string stream;
  for (int i = 0; i < 300; ++i)
    stream += parts[random() % parts.size()];
  const texts whole = read(stream);
  for (int i = 0; i < 50; ++i) {
    event_stream_parser parser;
    texts events;
    for (std::size_t at = 0; at < stream.size();) {
      const std::size_t size = random() % 7;
      read_all(parser, std::string_view(stream).substr(at, size), events);
      at += size;
    }
    REQUIRE(events == whole);
  }
}

TEST_CASE("a cut stream gives the whole events before the cut, and nothing of the last") {
  const std::string stream = "event: a\ndata: 1\n\nevent: b\ndata: 2\n\nevent: c\ndata: 3\n\n";
  for (std::size_t cut = 0; cut <= stream.size(); ++cut) {
    const texts events = read(std::string_view(stream).substr(0, cut));
    CHECK(events.size() == cut / 18);
  }
}

TEST_CASE("a mark is one only at the very beginning") {
  CHECK(read("\xef\xbb\xbf\xef\xbb\xbf"
             "data: a\n\n") == texts{});
  CHECK(read("\xef\xbb"
             "data: a\n\n") == texts{});  // the field's name is not "data"
  CHECK(read("data: a\n\n\xef\xbb\xbf"
             "data: b\n\n") == texts{"|a"});
}

TEST_CASE("ids and waits are remembered") {
  event_stream_parser parser;
  texts events;
  using namespace std::string_literals;
  read_all(parser, "id: 1\nretry: 2500\n\n", events);
  CHECK(events.empty());
  CHECK(parser.last_event_id() == "1");
  CHECK(parser.retry() == 2500ms);
  read_all(parser, "id: a\0b\nretry: 2s\nretry: -1\nretry:\nretry: 1.5\n"s, events);
  CHECK(parser.last_event_id() == "1");
  CHECK(parser.retry() == 2500ms);
  read_all(parser, "id\nretry: 99999999999999999999999999\n", events);
  CHECK(parser.last_event_id().empty());
  CHECK(parser.retry() > 24h * 365 * 200);
}

TEST_CASE("what has no end is an error and not a growing buffer") {
  event_stream_parser parser({.line = 20, .event = 31});
  texts events;
  read_all(parser, "data: 45678901234567\n\n", events);
  CHECK(events.size() == 1);
  SECTION("a line in one piece") {
    read_all(parser, "data: 456789012345678\n\n", events);
    CHECK(parser.error() == event_stream_error::line_too_long);
  }
  SECTION("a line in many pieces") {
    for (int i = 0; i < 21; ++i)
      read_all(parser, "x", events);
    CHECK(parser.error() == event_stream_error::line_too_long);
  }
  SECTION("an event of many lines") {
    for (int i = 0; i < 4; ++i)
      read_all(parser, "data: 4567890\n", events);
    CHECK(parser.error() == event_stream_error::none);
    read_all(parser, "data:\n", events);
    CHECK(parser.error() == event_stream_error::event_too_large);
  }
  read_all(parser, "\n\ndata: a\n\n", events);
  CHECK(events.size() == 1);  // it stays broken
}

TEST_CASE("an event stream is known by how it begins, as soon as it can be told") {
  using reroute::http::begins_event_stream;
  for (const std::string whole :
       {"event: ping\n", "data: {}\n\n", "data\n", "id:7\r", "retry: 10\n", ": comment",
        "\xef\xbb\xbf"
        "event:x",
        "\n\r\n \tdata:"}) {
    CAPTURE(whole);
    CHECK(begins_event_stream(whole) == true);
    for (std::size_t size = 0; size < whole.size(); ++size)
      CHECK(begins_event_stream(whole.substr(0, size)).value_or(true));
  }
  for (const char* other : {"{\"type\":\"message\"}", "<html>", "events: x", "dat:", "dot", "ok",
                            " [", "\"event\"", "identity: x", "EVENT: x"}) {
    CAPTURE(other);
    CHECK(begins_event_stream(other) == false);
  }
  for (const char* early : {"", " \n", "\xef", "\xef\xbb", "\xef\xbb\xbf", "e", "event", "retr"})
    CHECK_FALSE(begins_event_stream(early));
}
