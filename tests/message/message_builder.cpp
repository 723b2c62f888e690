// A message from its events: what the official SDKs would make of them.
#include "message/message_builder.hpp"

#include <reroute/message/message_request.hpp>

#include "message/event_order.hpp"
#include "message/partial_json.hpp"
#include "tests/support/catch.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include <string>
#include <utility>
#include <vector>

using reroute::message;
using reroute::stream_event;
using reroute::detail::completed_json;
using reroute::detail::event_order;
using reroute::detail::message_builder;

namespace {

using parts = std::vector<std::pair<std::string, std::string>>;

const std::pair<std::string, std::string> start{
    "message_start",
    R"({"type":"message_start","message":{"id":"msg_1","type":"message","role":"assistant","model":"claude-opus-4-8","content":[],"stop_reason":null,"stop_sequence":null,"usage":{"input_tokens":25,"output_tokens":1,"cache_read_input_tokens":3}}})"};
const std::pair<std::string, std::string> stop{"message_stop", R"({"type":"message_stop"})"};

std::pair<std::string, std::string> begin(int index, const std::string& block) {
  return {"content_block_start", R"({"type":"content_block_start","index":)" +
                                     std::to_string(index) + R"(,"content_block":)" + block + "}"};
}

std::pair<std::string, std::string> delta(int index, const std::string& inner) {
  return {"content_block_delta", R"({"type":"content_block_delta","index":)" +
                                     std::to_string(index) + R"(,"delta":)" + inner + "}"};
}

std::pair<std::string, std::string> text(int index, const std::string& more) {
  return delta(index, R"({"type":"text_delta","text":")" + more + "\"}");
}

std::pair<std::string, std::string> input(int index, const std::string& more) {
  return delta(index, R"({"type":"input_json_delta","partial_json":)" +
                          boost::json::serialize(boost::json::string(more)) + "}");
}

std::pair<std::string, std::string> end(int index) {
  return {"content_block_stop",
          R"({"type":"content_block_stop","index":)" + std::to_string(index) + "}"};
}

message_builder built(const parts& events) {
  message_builder builder;
  for (const auto& [name, data] : events) {
    const auto event = stream_event::parse(name, data);
    REQUIRE(event);
    builder.add(*event);
  }
  return builder;
}

std::string block_text(const parts& events, std::size_t index = 0) {
  const auto content = built(events).build()->content();
  return index < content.size() ? boost::json::serialize(content[index].json()) : "none";
}

}  // namespace

TEST_CASE("text, thinking, tools and citations accumulate") {
  const message whole =
      built(
          {start,
           begin(0, R"({"type":"thinking","thinking":"","signature":""})"),
           delta(0, R"({"type":"thinking_delta","thinking":"Let me "})"),
           delta(0, R"({"type":"thinking_delta","thinking":"see."})"),
           delta(0, R"({"type":"signature_delta","signature":"old"})"),
           delta(0, R"({"type":"signature_delta","signature":"Eq=="})"),
           end(0),
           begin(1, R"({"type":"text","text":"Da"})"),
           {"ping", "{}"},
           text(1, "s \\\"ist\\\""),
           delta(1, R"({"type":"citations_delta","citation":{"cited_text":"a"}})"),
           delta(1, R"({"type":"citations_delta","citation":{"cited_text":"b"}})"),
           text(1, " gut"),
           end(1),
           begin(2, R"({"type":"tool_use","id":"toolu_1","name":"weather","input":{}})"),
           input(2, ""),
           input(2, "{\"city\":"),
           input(2, " \"Bern\", \"n\": 12345678901234567890123}"),
           end(2),
           {"message_delta",
            R"({"type":"message_delta","delta":{"stop_reason":"tool_use","stop_sequence":null,"container":{"id":"c"}},"usage":{"input_tokens":null,"output_tokens":89},"context_management":{"applied_edits":[]}})"},
           {"message_delta",
            R"({"type":"message_delta","delta":{"stop_reason":"tool_use"},"usage":{"output_tokens":90}})"},
           stop})
          .build()
          .value();
  CHECK(whole.id() == "msg_1");
  CHECK(whole.model() == "claude-opus-4-8");
  CHECK(whole.text() == "Das \"ist\" gut");
  CHECK(whole.stop_reason() == reroute::stop_reason::tool_use);
  CHECK(whole.usage().input_tokens == 25);
  CHECK(whole.usage().output_tokens == 90);
  CHECK(whole.usage().cache_read_input_tokens == 3);
  CHECK(whole.json().contains("container"));
  CHECK(whole.json().contains("context_management"));
  REQUIRE(whole.content().size() == 3);
  CHECK(whole.content()[0].thinking() == "Let me see.");
  CHECK(whole.content()[0].signature() == "Eq==");
  CHECK(whole.content()[1].json().at("citations").as_array().size() == 2);
  CHECK(whole.tool_uses()[0].input().at("city").as_string() == "Bern");
  // the provider's own letters, when it goes back as a turn
  const auto next = reroute::message_request("m").max_tokens(1).user("a").append(whole);
  const auto body = next.encode(reroute::operation::create).body_for("m").text();
  CHECK(body.find("\"n\": 12345678901234567890123}") != std::string::npos);
}

TEST_CASE("a tool without input has an empty object, whichever way it says so") {
  const auto tool = begin(0, R"({"type":"tool_use","id":"t","name":"n","input":{}})");
  const std::string expected = R"({"type":"tool_use","id":"t","name":"n","input":{}})";
  CHECK(block_text({start, tool, end(0)}) == expected);
  CHECK(block_text({start, tool, input(0, ""), end(0)}) == expected);
  CHECK(block_text({start, tool, input(0, "{}"), end(0)}) == expected);
}

TEST_CASE("a tool's input that broke off keeps what is whole; nonsense is told") {
  const auto tool = begin(0, R"({"type":"tool_use","id":"t","name":"n","input":{}})");
  const auto cut = [&](const std::string& partial) {
    const auto builder = built({start, tool, input(0, partial), end(0)});
    return boost::json::serialize(builder.build()->tool_uses()[0].input());
  };
  CHECK(cut(R"({"a":"b","c":"unfin)") == R"({"a":"b"})");
  CHECK(cut(R"({"a":[1,2)") == R"({"a":[1]})");
  CHECK(cut(R"({"a":true)") == R"({"a":true})");
  CHECK(cut(R"({"a":"x \ud83d y"})") == "{\"a\":\"x \xef\xbf\xbd y\"}");
  std::string why;
  const auto builder = built({start, begin(0, R"({"type":"text","text":"said"})"), end(0),
                              begin(1, R"({"type":"tool_use","id":"t","name":"n","input":{}})"),
                              input(1, "{]"), end(1)});
  CHECK_FALSE(builder.build(&why));
  CHECK(why ==
        "content block 1 (tool_use) has an input that cannot be read: it is not JSON: syntax error "
        "at byte 1");
  CHECK(builder.salvage().text() == "said");
  CHECK(builder.salvage().id() == "msg_1");
}

TEST_CASE("what came before an input that is no JSON is kept, and the input as it came") {
  const std::string thought = R"({"type":"thinking","thinking":"Let me see.","signature":"Eq=="})";
  const auto builder =
      built({start, begin(0, R"({"type":"thinking","thinking":"","signature":""})"),
             delta(0, R"({"type":"thinking_delta","thinking":"Let me see."})"),
             delta(0, R"({"type":"signature_delta","signature":"Eq=="})"), end(0),
             begin(1, R"({"type":"text","text":""})"), text(1, "Searching."), end(1),
             begin(2, R"({"type":"tool_use","id":"t","name":"search","input":{}})"),
             input(2, "{\"keywords\": "), input(2, "Dave}"), end(2),
             begin(3, R"({"type":"tool_use","id":"u","name":"n","input":{}})"),
             input(3, "{\"a\":1,"), stop});
  std::string why;
  CHECK_FALSE(builder.build(&why));
  CHECK(why ==
        "content block 2 (tool_use) has an input that cannot be read: it is not JSON: syntax error "
        "at byte 13");
  const message left = builder.salvage();
  CHECK(left.id() == "msg_1");
  REQUIRE(left.content().size() == 4);
  CHECK(boost::json::serialize(left.content()[0].json()) == thought);
  CHECK(left.text() == "Searching.");
  CHECK(left.tool_uses()[0].name() == "search");
  CHECK(left.tool_uses()[0].unparsed_input() == "{\"keywords\": Dave}");
  CHECK_FALSE(left.tool_uses()[0].input().is_object());
  CHECK(left.tool_uses()[1].unparsed_input().empty());
  CHECK(left.tool_uses()[1].input().at("a") == 1);
}

TEST_CASE("behind a server-side fallback it is the last model that answered") {
  const auto fallback = [](int index, const std::string& from, const std::string& to) {
    return begin(index, R"({"type":"fallback","from":{"model":")" + from + R"("},"to":{"model":")" +
                            to + R"("},"trigger":{"type":"refusal","category":"cyber"}})");
  };
  const message whole =
      *built(
           {start,
            begin(0, R"({"type":"text","text":"Once"})"),
            end(0),
            fallback(1, "claude-opus-4-8", "claude-opus-4-6"),
            end(1),
            fallback(2, "claude-opus-4-6", "claude-opus-4-5-20251101"),
            end(2),
            begin(3, R"({"type":"text","text":" upon"})"),
            end(3),
            {"message_delta",
             R"({"type":"message_delta","delta":{"stop_reason":"end_turn"},"usage":{"output_tokens":7,"iterations":[{"type":"message"},{"type":"fallback_message","model":"claude-opus-4-5-20251101"}]}})"},
            stop})
           .build();
  CHECK(whole.model() == "claude-opus-4-5-20251101");
  REQUIRE(whole.fallbacks().size() == 2);
  CHECK(whole.fallbacks()[0] ==
        reroute::model_fallback{"claude-opus-4-8", "claude-opus-4-6", "cyber"});
  CHECK(whole.fallbacks()[1].to == "claude-opus-4-5-20251101");
  CHECK(whole.text() == "Once upon");
  CHECK(whole.usage().output_tokens == 7);
  CHECK(whole.json().at("usage").as_object().contains("iterations"));
}

TEST_CASE("blocks without a delta, and members nobody knows, stay as they are") {
  const std::string redacted = R"({"type":"redacted_thinking","data":"xyz"})";
  CHECK(block_text({start, begin(0, redacted), end(0)}) == redacted);
  const std::string result = R"({"type":"web_search_tool_result","content":[{"url":"x"}]})";
  CHECK(block_text({start, begin(0, result), end(0)}) == result);
  CHECK(block_text({start, begin(0, R"({"type":"text","text":"","citations":[{"n":1}]})"),
                    delta(0, R"({"type":"citations_delta","citation":{"n":2}})"), end(0)}) ==
        R"({"type":"text","text":"","citations":[{"n":1},{"n":2}]})");
}

TEST_CASE("a message that is not whole yet reads as far as it has come") {
  CHECK(built({}).build()->id().empty());
  const message half =
      *built({start, begin(0, R"({"type":"text","text":""})"), text(0, "ab")}).build();
  CHECK(half.text() == "ab");
  CHECK(half.stop_reason() == reroute::stop_reason::none);
  CHECK(built({text(0, "nobody's"), end(7)}).build()->text().empty());
}

TEST_CASE("JSON that broke off is closed behind its last whole value") {
  CHECK(completed_json(R"({)") == "{}");
  CHECK(completed_json(R"({"a)") == "{}");
  CHECK(completed_json(R"({"a")") == "{}");
  CHECK(completed_json(R"({"a":)") == "{}");
  CHECK(completed_json(R"({"a":tru)") == "{}");
  CHECK(completed_json(R"({"a":true,"b":-1.5e3, )") == R"({"a":true,"b":-1.5e3})");
  CHECK(completed_json(R"({"a":{"b":["x","y\")") == R"({"a":{"b":["x"]}})");
  CHECK(completed_json(R"({"a":{"b":["x","y\\")") == R"({"a":{"b":["x","y\\"]}})");
  CHECK(completed_json(R"( {"a":1} )") == R"({"a":1})");
  for (const auto* bad : {"", "[1", "7", "{]", "{\"a\":1}}", "{\"a\":nonsense,", "{1,"})
    CHECK_FALSE(completed_json(bad));
  // every beginning of an object can be closed
  const std::string whole = R"({"a": [1, {"b": null, "c": "\u00fc\"]"}, []], "d": {}, "e": false})";
  for (std::size_t size = 1; size <= whole.size(); ++size)
    CHECK(completed_json(whole.substr(0, size)));
}

TEST_CASE("events out of order make no message") {
  const auto complaint = [](const parts& events) {
    event_order order;
    std::string_view said;
    for (const auto& [name, data] : events)
      if (const auto now = order.add(*stream_event::parse(name, data)); said.empty()) said = now;
    if (said.empty() && !order.whole()) return std::string_view("not whole");
    return said;
  };
  const auto block = begin(0, R"({"type":"text","text":""})");
  const std::pair<std::string, std::string> ping{"ping", "{}"}, news{"news", "?"};
  CHECK(complaint({ping, start, news, block, ping, text(0, "a"), end(0), stop, ping}).empty());
  CHECK(complaint({start, block, begin(1, "{}"), text(0, "a"), end(1), end(0), stop}).empty());
  CHECK(complaint({start, block, end(0)}) == "not whole");
  CHECK(complaint({block}) == "the stream does not begin with message_start");
  CHECK(complaint({start, start}) == "a second message_start");
  CHECK(complaint({start, begin(1, "{}")}) == "a block has not the next number");
  CHECK(complaint({start, block, block}) == "a block has not the next number");
  CHECK(complaint({start, text(0, "a")}) == "a delta of a block that is not open");
  CHECK(complaint({start, block, end(0), text(0, "a")}) == "a delta of a block that is not open");
  CHECK(complaint({start, end(0)}) == "a block ends that is not open");
  CHECK(complaint({start, block, stop}).empty());  // as the official SDKs have it
  CHECK(complaint({start, stop, start}) == "an event follows message_stop");
}

TEST_CASE("deltas change blocks of their own kind only, and never what a message is") {
  const auto text_block = begin(0, R"({"type":"text","text":"a"})");
  const auto tool = begin(0, R"({"type":"tool_use","id":"t","name":"n","input":{}})");
  CHECK(block_text({start, text_block, input(0, "{]"), text(0, "b"), end(0)}) ==
        R"({"type":"text","text":"ab"})");
  CHECK(block_text({start, tool, text(0, "b"), end(0)}) ==
        R"({"type":"tool_use","id":"t","name":"n","input":{}})");
  const message kept =
      *built(
           {start,
            {"message_delta",
             R"({"type":"message_delta","delta":{"type":"error","id":"other","content":[1],"container":{"id":"c"}},"usage":{}})"},
            {"message_delta", R"({"type":"message_delta","delta":{"container":null}})"},
            stop})
           .build();
  CHECK(kept.id() == "msg_1");
  CHECK(kept.content().empty());
  CHECK(boost::json::serialize(kept.json().at("container")) == R"({"id":"c"})");
}

TEST_CASE("a compaction, and content that a message begins with") {
  CHECK(block_text(
            {start, begin(0, R"({"type":"compaction","content":null})"),
             delta(0, R"({"type":"compaction_delta","content":"short","encrypted_content":"x"})"),
             end(0)}) == R"({"type":"compaction","content":"short","encrypted_content":"x"})");
  const std::pair<std::string, std::string> begun{
      "message_start",
      R"({"type":"message_start","message":{"id":"m","type":"message","content":[{"type":"text","text":"before"}]}})"};
  event_order order;
  for (const auto& [name, data] :
       parts{begun, begin(1, R"({"type":"text","text":""})"), text(1, "!"), end(1), stop})
    CHECK(order.add(*stream_event::parse(name, data)).empty());
  CHECK(built({begun, begin(1, R"({"type":"text","text":""})"), text(1, "!"), end(1), stop})
            .build()
            ->text() == "before!");
}

TEST_CASE("input nested too deep is told, and the rest is kept") {
  const auto deep = [](std::size_t levels) {
    std::string text = "{\"a\":";
    for (std::size_t i = 0; i < levels; ++i)
      text += '[';
    for (std::size_t i = 0; i < levels; ++i)
      text += ']';
    return text + "}";
  };
  const auto with = [&](std::size_t levels) {
    return built({start, begin(0, R"({"type":"text","text":"said"})"), end(0),
                  begin(1, R"({"type":"tool_use","id":"t","name":"n","input":{}})"),
                  input(1, deep(levels)), end(1), stop});
  };
  CHECK(with(200).build()->content().size() == 2);
  CHECK_FALSE(with(255).build());
  CHECK(with(255).salvage().text() == "said");
  CHECK(with(255).salvage().tool_uses()[0].unparsed_input() == deep(255));
  const auto unreadable = built({start, begin(0, R"({"type":"text","text":"said"})"), end(0),
                                 begin(1, R"({"type":"x","content":)" + deep(253) + "}"), end(1)});
  CHECK_FALSE(unreadable.build());
  CHECK(unreadable.salvage().content().size() == 1);
}
