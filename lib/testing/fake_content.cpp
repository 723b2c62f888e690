// Blocks of a fake's answer, whole and streamed.
#include "testing/fake_content.hpp"

#include <reroute/testing/streamed_answer.hpp>

#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <boost/json/value.hpp>

#include <algorithm>
#include <utility>

namespace reroute::testing {
namespace {

namespace json = boost::json;

std::string_view text_at(const json::value& block, std::string_view name) {
  const json::value* const found =
      block.get_object().if_contains(json::string_view(name.data(), name.size()));
  const json::string* const text = found ? found->if_string() : nullptr;
  return text ? std::string_view(text->data(), text->size()) : std::string_view();
}

bool is(const json::value& block, std::string_view type) { return text_at(block, "type") == type; }

std::string input_of(const json::value& block) {
  const json::value* const input = block.get_object().if_contains("input");
  return input ? json::serialize(*input) : "{}";
}

}  // namespace

std::string_view fake_content::stop_reason() const {
  const bool asks = std::any_of(blocks.begin(), blocks.end(),
                                [](const json::value& each) { return is(each, "tool_use"); });
  return asks ? "tool_use" : "end_turn";
}

std::size_t fake_content::output_tokens() const {
  std::size_t size = 0;
  for (const json::value& each : blocks)
    size += is(each, "text") ? text_at(each, "text").size() : json::serialize(each).size();
  return size / 4 + 1;
}

json::array text_block(std::string_view text) {
  json::object block;
  block["type"] = "text";
  block["text"] = json::string_view(text.data(), text.size());
  return json::array{std::move(block)};
}

std::optional<json::array> read_blocks(std::string_view text) {
  json::error_code bad;
  json::value read = json::parse(json::string_view(text.data(), text.size()), bad);
  if (bad || !read.is_array()) return std::nullopt;
  for (const json::value& each : read.get_array())
    if (!each.is_object() || text_at(each, "type").empty()) return std::nullopt;
  return std::move(read.get_array());
}

http::response whole_answer(const fake_content& of) {
  json::object message;
  message["id"] = "msg_fake";
  message["type"] = "message";
  message["role"] = "assistant";
  message["model"] = of.model;
  message["content"] = of.blocks;
  message["stop_reason"] = json::string_view(of.stop_reason().data(), of.stop_reason().size());
  message["stop_sequence"] = nullptr;
  json::object usage;
  usage["input_tokens"] = of.input_tokens;
  usage["output_tokens"] = of.output_tokens();
  message["usage"] = std::move(usage);
  http::response made;
  made.status = 200;
  made.headers.add("content-type", "application/json");
  made.body = json::serialize(message);
  return made;
}

http::response streamed(const fake_content& of, std::size_t piece) {
  streamed_answer events;
  events.start(of.model, of.input_tokens);
  for (const json::value& each : of.blocks) {
    if (is(each, "text")) {
      events.text(text_at(each, "text"), piece);
    } else if (is(each, "thinking")) {
      events.thinking(text_at(each, "thinking"), text_at(each, "signature"));
    } else if (is(each, "tool_use")) {
      events.tool_use(text_at(each, "id"), text_at(each, "name"), input_of(each), piece);
    } else {
      events.block(json::serialize(each));
    }
  }
  return events.stop(of.stop_reason(), of.output_tokens()).response();
}

}  // namespace reroute::testing
