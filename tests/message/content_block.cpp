// Content blocks: what they say on the wire, and what they refuse.
#include <reroute/message/content_block.hpp>

#include "tests/message/support.hpp"
#include "tests/support/catch.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include <cmath>
#include <limits>

using reroute::content_block;
using reroute::testing_message::refusal;
namespace json = boost::json;

namespace {

std::string text_of(const content_block& block) { return json::serialize(block.json()); }

}  // namespace

TEST_CASE("each block says what the API documents") {
  CHECK(text_of(content_block::text("a\"b")) == R"({"type":"text","text":"a\"b"})");
  CHECK(
      text_of(content_block::image("image/png", "iVBORw0=")) ==
      R"({"type":"image","source":{"type":"base64","media_type":"image/png","data":"iVBORw0="}})");
  CHECK(text_of(content_block::image_url("https://a.example/b.png")) ==
        R"({"type":"image","source":{"type":"url","url":"https://a.example/b.png"}})");
  CHECK(text_of(content_block::document("application/pdf", "JVBERi0=")) ==
        R"({"type":"document","source":{"type":"base64","media_type":"application/pdf",)"
        R"("data":"JVBERi0="}})");
  CHECK(text_of(content_block::document_url("https://a.example/b.pdf")) ==
        R"({"type":"document","source":{"type":"url","url":"https://a.example/b.pdf"}})");
  CHECK(text_of(content_block::tool_use("t1", "add", {{"a", 1}})) ==
        R"({"type":"tool_use","id":"t1","name":"add","input":{"a":1}})");
  CHECK(text_of(content_block::tool_result("t1", "")) ==
        R"({"type":"tool_result","tool_use_id":"t1","content":""})");
  CHECK(text_of(content_block::tool_result("t1", "no disk", true)) ==
        R"({"type":"tool_result","tool_use_id":"t1","content":"no disk","is_error":true})");
  CHECK(text_of(content_block::tool_result("t1", {content_block::text("a")})) ==
        R"({"type":"tool_result","tool_use_id":"t1","content":[{"type":"text","text":"a"}]})");
  CHECK(text_of(content_block::raw({{"type", "future"}, {"x", 1}})) ==
        R"({"type":"future","x":1})");
}

TEST_CASE("caching makes a marked copy") {
  const content_block plain = content_block::text("a");
  CHECK(text_of(plain.cache()) ==
        R"({"type":"text","text":"a","cache_control":{"type":"ephemeral"}})");
  CHECK(text_of(plain.cache().cache("1h")) ==
        R"({"type":"text","text":"a","cache_control":{"type":"ephemeral","ttl":"1h"}})");
  CHECK(text_of(plain) == R"({"type":"text","text":"a"})");
}

TEST_CASE("the parts of a block read back") {
  const content_block use = content_block::tool_use("t1", "add", {{"a", 1}});
  CHECK(use.type() == "tool_use");
  CHECK(use.id() == "t1");
  CHECK(use.name() == "add");
  CHECK(use.input().at("a").as_int64() == 1);
  CHECK(use.text().empty());
  const content_block thought =
      content_block::raw({{"type", "thinking"}, {"thinking", "hm"}, {"signature", "c2ln"}});
  CHECK(thought.thinking() == "hm");
  CHECK(thought.signature() == "c2ln");
  CHECK(thought.text().empty());
  CHECK(thought.input().is_null());
  const content_block odd = content_block::raw({{"type", "text"}, {"text", 7}});
  CHECK(odd.text().empty());
}

TEST_CASE("a block that was moved from is empty, not a crash") {
  content_block block = content_block::text("a");
  const content_block taken = std::move(block);
  CHECK(taken.text() == "a");
  CHECK(block.type().empty());  // NOLINT(bugprone-use-after-move)
  CHECK(block.json().is_null());
  CHECK(block.input().is_null());
  CHECK(refusal([&] { static_cast<void>(block.cache()); }).find("moved from") != std::string::npos);
}

TEST_CASE("what the API is known to refuse is refused by name") {
  const auto refused = [](auto make) { return refusal([&] { static_cast<void>(make()); }); };
  using block = content_block;
  CHECK(refused([] { return block::text(""); }) ==
        "message_request: the text of a block must not be empty");
  CHECK(refused([] { return block::text("\xc3"); }) ==
        "message_request: the text of a block is not valid UTF-8 at byte 0; convert it to UTF-8 "
        "first");
  CHECK(refused([] { return block::image("image/png", "\x89PNG"); }) ==
        "message_request: the data of an image is not base64 at byte 0; encode the file in base64, "
        "without line breaks");
  CHECK(refused([] { return block::document("a/b", "JVBE\nRi0="); }).find("byte 4") !=
        std::string::npos);
  CHECK(refused([] { return block::image("", "aaaa"); }).find("media type") != std::string::npos);
  CHECK(refused([] { return block::image("a/b", ""); }).find("data of an image") !=
        std::string::npos);
  CHECK(refused([] { return block::image_url(""); }).find("URL of an image") != std::string::npos);
  CHECK(refused([] { return block::document_url(""); }).find("URL of a doc") != std::string::npos);
  CHECK(refused([] { return block::tool_use("", "n", json::object()); }).find("id") !=
        std::string::npos);
  CHECK(refused([] { return block::tool_use("i", "", json::object()); }).find("name") !=
        std::string::npos);
  CHECK(refused([] { return block::tool_use("i", "n", 7); }).find("JSON object") !=
        std::string::npos);
  CHECK(refused([] { return block::tool_result("", "x"); }).find("tool_use_id") !=
        std::string::npos);
  CHECK(refused([] { return block::raw(7); }).find("\"type\"") != std::string::npos);
  CHECK(refused([] { return block::raw(json::object()); }).find("\"type\"") != std::string::npos);
}

TEST_CASE("values that JSON cannot say are refused where they are given") {
  const double bad =
      GENERATE(std::numeric_limits<double>::infinity(), -std::numeric_limits<double>::infinity(),
               std::numeric_limits<double>::quiet_NaN());
  const std::string what = std::isnan(bad) ? "NaN" : "infinite numbers";
  CHECK(refusal([&] {
          static_cast<void>(content_block::raw({{"type", "x"}, {"y", bad}}));
        }) == "message_request: a raw block cannot be sent: JSON has no " + what + " (at /y)");
  CHECK(refusal([&] {
          static_cast<void>(content_block::tool_use("i", "n", {{"y", bad}}));
        }).find("the input of a tool_use cannot be sent") != std::string::npos);
}
