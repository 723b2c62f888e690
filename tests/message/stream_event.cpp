// Typed events: what each kind says, what is kept to the letter, what is refused.
#include <reroute/message/stream_event.hpp>

#include "tests/support/catch.hpp"

#include <boost/json/parse.hpp>

#include <sstream>
#include <string>

using reroute::stream_event;
using type = reroute::stream_event_type;

namespace {

stream_event read(std::string_view name, std::string_view data) {
  std::string why;
  const auto event = stream_event::parse(name, data, &why);
  INFO(why);
  REQUIRE(event);
  return *event;
}

std::string reason(std::string_view name, std::string_view data) {
  std::string why;
  CHECK_FALSE(stream_event::parse(name, data, &why));
  return why;
}

std::string delta(std::string_view inner) {
  return R"({"type":"content_block_delta","index":2,"delta":)" + std::string(inner) + "}";
}

stream_event read_delta(std::string_view inner) {
  return read("content_block_delta", delta(inner));
}

}  // namespace

TEST_CASE("deltas by their kind") {
  const stream_event text = read_delta(R"({"type":"text_delta","text":"gr\u00fc\"\n"})");
  CHECK(text.type() == type::text);
  CHECK(text.name() == "content_block_delta");
  CHECK(text.index() == 2);
  CHECK(text.text() == "gr\xc3\xbc\"\n");
  CHECK(read_delta(R"({"type":"input_json_delta","partial_json":"{\"a\""})").text() == "{\"a\"");
  CHECK(read_delta(R"({"type":"thinking_delta","thinking":"hm"})").type() == type::thinking);
  CHECK(read_delta(R"({"type":"signature_delta","signature":"abc"})").type() == type::signature);
  const stream_event citation =
      read_delta(R"({"type":"citations_delta","citation":{"cited_text":"x"}})");
  CHECK(citation.type() == type::citation);
  CHECK(citation.text().empty());
  CHECK(citation.json_text().find("cited_text") != std::string::npos);
  const stream_event fresh = read_delta(R"({"type":"smell_delta","smell":"rose"})");
  CHECK(fresh.type() == type::content_block_delta);
  CHECK(fresh.name() == "content_block_delta");
}

TEST_CASE("an event as JSON says all that came") {
  for (const auto* inner :
       {R"({"type":"text_delta","text":"a\"b"})", R"({"type":"thinking_delta","thinking":""})",
        R"({"type":"text_delta","text":"a","more":[1,2]})",
        R"({"type":"citations_delta","citation":{}})"}) {
    const std::string data = delta(inner);
    CHECK(boost::json::parse(read_delta(inner).json_text()) == boost::json::parse(data));
    CHECK(read_delta(inner).json() == boost::json::parse(data));
  }
  const std::string data =
      R"({"type":"content_block_stop","index":0,"number":12345678901234567890123})";
  CHECK(read("content_block_stop", data).json_text() == data);
}

TEST_CASE("the frame of a message") {
  const stream_event start = read(
      "message_start",
      R"({"type":"message_start","message":{"id":"m","usage":{"input_tokens":7,"output_tokens":1}}})");
  CHECK(start.type() == type::message_start);
  CHECK(start.usage().input_tokens == 7);
  CHECK(start.stop_reason() == reroute::stop_reason::none);
  const stream_event block = read(
      "content_block_start",
      R"({"type":"content_block_start","index":1,"content_block":{"type":"tool_use","id":"t","name":"n","input":{}}})");
  CHECK(block.index() == 1);
  CHECK(block.block().type() == "tool_use");
  CHECK(block.block().name() == "n");
  CHECK(start.block().type().empty());
  const stream_event end = read(
      "message_delta",
      R"({"type":"message_delta","delta":{"stop_reason":"tool_use"},"usage":{"output_tokens":15}})");
  CHECK(end.stop_reason() == reroute::stop_reason::tool_use);
  CHECK(end.usage().output_tokens == 15);
  CHECK(read("message_stop", R"({"type":"message_stop"})").type() == type::message_stop);
}

TEST_CASE("what is new passes through, whatever it holds") {
  const stream_event fresh = read("weather", R"({"sun":true})");
  CHECK(fresh.type() == type::other);
  CHECK(fresh.name() == "weather");
  CHECK(fresh.json().at("sun").as_bool());
  CHECK(read("weather", "not JSON").json().is_null());
  CHECK(read("weather", "not JSON").json_text() == "not JSON");
  CHECK(read("ping", "").type() == type::ping);
  CHECK(read("error", "<html>").type() == type::error);
  CHECK(stream_event().name().empty());
  CHECK(stream_event().json().is_null());
}

TEST_CASE("without a name the data's type counts") {
  CHECK(read("", delta(R"({"type":"text_delta","text":"a"})")).type() == type::text);
  CHECK(read("", R"({"type":"message_stop"})").type() == type::message_stop);
  CHECK(read("", "?").type() == type::other);
}

TEST_CASE("bytes that are not UTF-8 are replaced, one by one") {
  CHECK(read_delta("{\"type\":\"text_delta\",\"text\":\"a\xff\xc3\xbc\xe2\x82\"}").text() ==
        "a\xef\xbf\xbd\xc3\xbc\xef\xbf\xbd\xef\xbf\xbd");
}

TEST_CASE("what the short way began to read is forgotten") {
  const stream_event fresh =
      read_delta(R"({"type":"text_delta","text":"begun","type":"smell_delta"})");
  CHECK(fresh.type() == type::content_block_delta);
  CHECK(fresh.text().empty());
}

TEST_CASE("halves of surrogate pairs are replaced, whole ones are not") {
  CHECK(read_delta(R"({"type":"text_delta","text":"a\ud83d b\ude00c\ud83d\ude00"})").text() ==
        "a\xef\xbf\xbd b\xef\xbf\xbd"
        "c\xf0\x9f\x98\x80");
  CHECK(read_delta(R"({"type":"text_delta","text":"\\ud83d"})").text() == R"(\ud83d)");
}

TEST_CASE("what is not what its name promises is refused, without quoting it") {
  const std::string before = "the event \"content_block_delta\" is wrong: ";
  CHECK(reason("content_block_delta", "canary") ==
        before + "its data is not JSON: syntax error at byte 0");
  CHECK(reason("message_delta", R"({"delta":{},"usage":oops})") ==
        "the event \"message_delta\" is wrong: its data is not JSON: syntax error at byte 20");
  CHECK(reason("content_block_delta", "canary").find("canary") == std::string::npos);
  CHECK(reason("content_block_delta", "[]") == before + "its data is not a JSON object");
  CHECK(reason("content_block_delta", R"({"delta":{}})") ==
        before + "it has no \"index\" from 0 to 1,000,000");
  CHECK(reason("content_block_delta", R"({"index":-1,"delta":{}})").find("index") !=
        std::string::npos);
  CHECK(reason("content_block_delta", R"({"index":1e300,"delta":{}})").find("index") !=
        std::string::npos);
  CHECK(reason("content_block_delta", R"({"index":0})") == before + "it has no \"delta\"");
  CHECK(reason("content_block_delta", delta(R"({"type":"text_delta"})")) ==
        before + "its delta has no \"text\"");
  CHECK(reason("content_block_delta", delta(R"({"type":"text_delta","text":1})")) ==
        before + "its delta has no \"text\"");
  CHECK(reason("content_block_start", R"({"index":0})").find("content_block") != std::string::npos);
  CHECK(reason("message_start", "{}") ==
        "the event \"message_start\" is wrong: it has no \"message\"");
  CHECK(reason("message_stop", "{").find("not JSON") != std::string::npos);
}

TEST_CASE("an error is one, with or without a name and a type") {
  const std::string bare = R"({"error":{"type":"rate_limit_error","message":"no"}})";
  for (const char* name :
       {"", "message", "error", "weather", "content_block_delta", "message_start"}) {
    CAPTURE(name);
    CHECK(read(name, bare).type() == type::error);
    CHECK(read(name, bare).json_text() == bare);
    CHECK(read(name, R"({"type":"error","error":{}})").type() == type::error);
    CHECK(read(name, R"({"error":"overloaded"})").type() == type::error);
  }
  CHECK(read("", R"({"type":"weather","error":{"type":"api_error"}})").type() == type::other);
  CHECK(read("", R"({"error":null,"choices":[]})").type() == type::other);
  CHECK(read("", R"({"error":""})").type() == type::other);
  CHECK(read("", "[DONE]").type() == type::other);
  CHECK(read("message", R"({"type":"ping"})").type() == type::ping);
}

TEST_CASE("an event prints without its content") {
  std::ostringstream out;
  out << read_delta(R"({"type":"text_delta","text":"canary"})") << '\n'
      << read("ping", "{}") << '\n'
      << read("weather", "canary");
  CHECK(out.str() == "text 2: 6 bytes\nping\nother");
}

TEST_CASE("the short way for plain deltas says what the long way says") {
  // the same data without the event's name goes the long way
  const auto both = [](const std::string& data) {
    std::string why_short, why_long;
    const auto by_name = stream_event::parse("content_block_delta", data, &why_short);
    const auto by_type = stream_event::parse("", data, &why_long);
    if (!by_name || !by_type) return !by_name && (!by_type || by_type->type() == type::other);
    return by_name->type() == by_type->type() && by_name->text() == by_type->text() &&
           by_name->index() == by_type->index() && by_name->json() == by_type->json();
  };
  const std::string plain =
      R"( {"type" : "content_block_delta", "index":12 ,"delta":{"type":"text_delta","text":"a\n\"\\\/\t\r\b\fb"}  } )";
  CHECK(read("content_block_delta", plain).text() == "a\n\"\\/\t\r\b\fb");
  CHECK(both(plain));
  // cut, and with any byte replaced by others
  for (std::size_t at = 0; at < plain.size(); ++at) {
    REQUIRE(both(plain.substr(0, at)));
    if (at > 1 && at < plain.find(',')) continue;  // another type, by which the long way is found
    for (const char c : {'"', '\\', '}', '{', ',', '0', 'x', '\n', '\x01', '\x80', '\xc3', ' '}) {
      std::string bent = plain;
      bent[at] = c;
      INFO(bent);
      REQUIRE(both(bent));
    }
  }
  for (const auto* text : {R"("\u00fc")", R"("\ud83d\ude00")", R"("\ud83d")", R"("\x")", R"("")",
                           "\"\xc3\xbc\"", "\"\xf0\x9f\x98\x80\"", "\"\xed\xa0\x80\"", "1", "null"})
    for (const auto* index : {"0", "00", "01", "999999", "1000000", "1000001", "1e2", "-0", "1.0"})
      CHECK(both(R"({"type":"content_block_delta","index":)" + std::string(index) +
                 R"(,"delta":{"type":"thinking_delta","thinking":)" + text + "}}"));
}
