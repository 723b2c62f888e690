// Blocks grow as plain text; JSON is written once, at the end.
#include "message/message_builder.hpp"

#include "message/json.hpp"
#include "message/json_scan.hpp"
#include "message/partial_json.hpp"
#include "message/quote.hpp"

#include <optional>
#include <utility>

namespace reroute::detail {
namespace {

using type = stream_event_type;

// its values stand some levels deeper in a message, which may have 256
constexpr std::size_t input_depth = 240;

bool is_json(std::string_view text, std::string& why) {
  return parse_json(text, why, input_depth).has_value();
}

// The JSON of a tool's input: as it came, or without what no JSON can hold, or what is whole of it; else nothing, and
// why.
std::optional<std::string> input_of(const std::string& text, std::string& why) {
  if (is_json(text, why)) return text;
  std::string mended = mended_json(text);
  if (is_json(mended, why)) return mended;
  std::string of_begun;
  auto begun = completed_json(mended);
  if (begun && !is_json(*begun, of_begun)) begun.reset();
  return begun;
}

// what a delta may not change
bool is_fixed(std::string_view name) {
  return name == "type" || name == "id" || name == "role" || name == "model" || name == "content";
}

std::string grown(const std::string& block, std::string_view member, const std::string& by) {
  return with_member(block, member, quoted(member_string(block, member) + by, member));
}

// the members of an object that are there and not null
template <class Take>
void each_member(std::string_view object, Take&& take) {
  json_scanner members(object);
  for (raw_member each; members.next(each);)
    take(key_name(each.key), each.value);
}

std::string array_of(const std::vector<std::string>& elements) {
  std::string all = "[";
  for (const std::string& each : elements)
    all.append(all.size() > 1 ? "," : "").append(each);
  return all + "]";
}

std::string with_citations(const std::string& block, const std::string& more) {
  std::string_view before = trim_json(member_text(block, "citations"));
  std::string all = "[";
  if (before.size() > 2 && before.front() == '[')
    all.append(before, 1, before.size() - 2).append(",");
  return with_member(block, "citations", all + more + "]");
}

}  // namespace

message_builder::block::block(std::string_view json)
    : start(json), kind(member_string(json, "type")) {}

void message_builder::add(const stream_event& next) {
  if (next.type() == type::message_start) {
    message_ = member_text(next.json_text(), "message");
    blocks_.clear();
    json_scanner already(member_text(message_, "content"));
    for (std::string_view each; next.blocks_begun() > blocks_.size() && already.next(each);)
      blocks_.emplace_back(each);
  } else if (next.type() == type::message_delta) {
    add_members(next);
  } else if (next.type() == type::content_block_start) {
    if (next.index() == blocks_.size())
      blocks_.emplace_back(member_text(next.json_text(), "content_block"));
  } else if (next.index() < blocks_.size()) {
    add_delta(blocks_[next.index()], next);
  }
}

// a delta in a block of another kind changes nothing
void message_builder::add_delta(block& of, const stream_event& delta) {
  switch (delta.type()) {
    case type::text:
      if (of.kind == "text") of.text += delta.text();
      break;
    case type::thinking:
      if (of.kind == "thinking") of.thinking += delta.text();
      break;
    case type::signature:
      if (of.kind == "thinking") of.signature = delta.text();
      break;
    case type::input_json:
      if (of.kind.ends_with("tool_use")) of.input += delta.text();
      break;
    case type::citation: {
      const std::string said = delta.json_text();
      const std::string_view citation = member_text(member_text(said, "delta"), "citation");
      if (of.kind != "text" || citation.empty()) break;
      if (!of.citations.empty()) of.citations += ',';
      of.citations += citation;
      break;
    }
    case type::content_block_delta: {
      const std::string said = delta.json_text();
      const std::string_view inner = member_text(said, "delta");
      if (of.kind != "compaction" || member_text(inner, "type") != "\"compaction_delta\"") break;
      each_member(inner, [&](const std::string& name, std::string_view value) {
        if (name != "type") of.start = with_member(of.start, name, value);
      });
      break;
    }
    default:
      break;
  }
}

void message_builder::add_members(const stream_event& delta) {
  const std::string said = delta.json_text();
  each_member(said, [&](const std::string& name, std::string_view value) {
    if (name == "delta") {
      each_member(value, [&](const std::string& inner, std::string_view now) {
        // these say by null that there is none
        const bool may_be_null = inner == "stop_reason" || inner == "stop_sequence";
        if (!is_fixed(inner) && (may_be_null || now != "null"))
          message_ = with_member(message_, inner, now);
      });
    } else if (name == "usage") {
      std::string usage(member_text(message_, "usage"));
      if (usage.empty() || usage.front() != '{') usage = "{}";
      each_member(value, [&](const std::string& inner, std::string_view now) {
        if (now != "null") usage = with_member(usage, inner, now);
      });
      message_ = with_member(message_, name, usage);
    } else if (!is_fixed(name) && value != "null") {
      message_ = with_member(message_, name, value);
    }
  });
}

std::string message_builder::text_of(const block& from, std::string& why) {
  std::string whole = from.start;
  if (!from.text.empty()) whole = grown(whole, "text", from.text);
  if (!from.thinking.empty()) whole = grown(whole, "thinking", from.thinking);
  if (!from.signature.empty())
    whole = with_member(whole, "signature", quoted(from.signature, "a signature"));
  if (!from.citations.empty()) whole = with_citations(whole, from.citations);
  if (!from.input.empty()) {
    const auto input = input_of(from.input, why);
    if (input) why.clear();
    whole = with_member(whole, "input", input ? *input : quoted(from.input, "an input"));
  }
  return whole;
}

std::vector<std::string> message_builder::texts(std::string& why) const {
  std::vector<std::string> all;
  all.reserve(blocks_.size());
  for (const block& each : blocks_) {
    std::string wrong;
    all.push_back(text_of(each, wrong));
    if (!wrong.empty() && why.empty())
      why = "content block " + std::to_string(all.size() - 1) + " (" + each.kind +
            ") has an input that cannot be read: " + wrong;
  }
  return all;
}

std::optional<message> message_builder::build(std::string* why) const {
  if (message_.empty()) return message();
  std::string wrong;
  const std::vector<std::string> blocks = texts(wrong);
  if (wrong.empty()) return message::parse(with_member(message_, "content", array_of(blocks)), why);
  if (why) *why = std::move(wrong);
  return std::nullopt;
}

message message_builder::salvage() const {
  if (message_.empty()) return message();
  std::string unread;
  std::vector<std::string> blocks = texts(unread);
  if (auto whole = message::parse(with_member(message_, "content", array_of(blocks))))
    return *whole;
  std::erase_if(blocks, [&](const std::string& each) { return !is_json(each, unread); });
  const std::string content = array_of(blocks);
  if (auto some = message::parse(with_member(message_, "content", content))) return *some;
  return message::parse(R"({"type":"message","content":)" + content + "}").value_or(message());
}

}  // namespace reroute::detail
