// A message as the events of its stream, and back.
#include "message/message_events.hpp"

#include <reroute/http/event_stream.hpp>
#include <reroute/message/message.hpp>
#include <reroute/message/stream_event.hpp>

#include "message/event_order.hpp"
#include "message/message_builder.hpp"
#include "tests/support/catch.hpp"

#include <boost/json/object.hpp>

#include <string>

using reroute::message;
using reroute::stream_event;
using reroute::detail::message_events;

namespace {

struct heard {
  std::string words;
  message whole;
};

heard read(const std::string& body) {
  heard got;
  reroute::http::event_stream_parser parser;
  reroute::detail::event_order order;
  reroute::detail::message_builder builder;
  const std::string text = message_events(body);
  parser.feed(text);
  for (reroute::http::server_event raw; parser.next(raw);) {
    std::string why;
    const auto event = stream_event::parse(raw.name, raw.data, &why);
    CAPTURE(why, raw.data);
    REQUIRE(event);
    CHECK(order.add(*event).empty());
    builder.add(*event);
    got.words += std::string(got.words.empty() ? "" : " ") + std::string(to_string(event->type()));
    if (!event->text().empty()) got.words += "(" + event->text() + ")";
  }
  CHECK(order.whole());
  got.whole = builder.build().value();
  return got;
}

}  // namespace

TEST_CASE("a message becomes the events that add up to it") {
  const std::string body =
      "{\"id\":\"msg_1\",\r\n \"type\":\"message\",\"role\":\"assistant\","
      "\"model\":\"claude\",\"content\":["
      R"({"type":"thinking","thinking":"Hm\n","signature":"Eq=="},)"
      R"({"type":"text","text":"gr\u00fcn","citations":[{"a":1},{"a":2}]},)"
      R"({"type":"text","text":"","citations":null},)"
      "{\"type\":\"tool_use\",\"id\":\"t\",\"name\":\"n\",\"input\":{\"n\":\n 1.50}},"
      R"({"type":"tool_use","id":"u","name":"n","input":{}},)"
      R"({"type":"redacted_thinking","data":"x"}],)"
      R"("stop_reason":"tool_use","stop_sequence":null,"container":{"id":"c"},)"
      R"("usage":{"input_tokens":12,"output_tokens":34}})";
  const heard got = read(body);
  CHECK(got.words ==
        "message_start content_block_start thinking(Hm\n) signature(Eq==) content_block_stop "
        "content_block_start text(gr\xc3\xbcn) citation citation content_block_stop "
        "content_block_start content_block_stop "
        "content_block_start input_json({\"n\":\n 1.50}) content_block_stop "
        "content_block_start content_block_stop content_block_start content_block_stop "
        "message_delta message_stop");
  CHECK((got.whole.json() == message::parse(body)->json()));
  CHECK(message_events(body).find("1.50") != std::string::npos);
}

TEST_CASE("messages that say little become streams all the same") {
  for (const std::string body :
       {R"({"type":"message"})", R"({"content":[]})", R"({"type":"message","content":"text"})",
        R"({"type":"message","content":[null,{},7],"usage":null,"stop_reason":"refusal"})"}) {
    CAPTURE(body);
    const heard got = read(body);
    CHECK(got.whole.text().empty());
    CHECK(got.whole.stop_reason() == message::parse(body)->stop_reason());
    CHECK(got.words.ends_with("message_delta message_stop"));
  }
}
