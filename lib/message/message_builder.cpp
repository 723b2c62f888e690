// Blocks grow as plain text; JSON is written once, at the end.
#include "message/message_builder.hpp"

#include "message/json.hpp"
#include "message/json_scan.hpp"
#include "message/partial_json.hpp"
#include "message/quote.hpp"

#include <utility>

namespace reroute::detail {
namespace {

using type = stream_event_type;

bool is_json(std::string_view text) {
  std::string why;
  return parse_json(text, why).has_value();
}

// what a member of a block began with
std::string begun(std::string_view block, std::string_view member) {
  std::string why;
  const auto value = parse_json(member_text(block, member), why);
  const boost::json::string* const text = value ? value->if_string() : nullptr;
  return text ? std::string(text->data(), text->size()) : std::string();
}

std::string grown(const std::string& block, std::string_view member, const std::string& by) {
  return with_member(block, member, quoted(begun(block, member) + by, member));
}

// the members of an object that are there and not null
template <class Take>
void each_member(std::string_view object, Take&& take) {
  json_scanner members(object);
  for (raw_member each; members.next(each);)
    take(key_name(each.key), each.value);
}

std::string with_citations(const std::string& block, const std::string& more) {
  std::string_view before = trim_json(member_text(block, "citations"));
  std::string all = "[";
  if (before.size() > 2 && before.front() == '[')
    all.append(before, 1, before.size() - 2).append(",");
  return with_member(block, "citations", all + more + "]");
}

}  // namespace

void message_builder::add(const stream_event& next) {
  if (next.type() == type::message_start) {
    message_ = member_text(next.json_text(), "message");
    return;
  }
  if (next.type() == type::message_delta) return add_members(next);
  if (next.type() == type::content_block_start) {
    if (next.index() != blocks_.size()) return;
    block begins;
    begins.start = member_text(next.json_text(), "content_block");
    blocks_.push_back(std::move(begins));
    return;
  }
  if (next.index() >= blocks_.size()) return;
  block& of = blocks_[next.index()];
  switch (next.type()) {
    case type::text:
      of.text += next.text();
      break;
    case type::thinking:
      of.thinking += next.text();
      break;
    case type::signature:
      of.signature = next.text();
      break;
    case type::input_json:
      of.input += next.text();
      break;
    case type::citation: {
      const std::string said = next.json_text();
      const std::string_view citation = member_text(member_text(said, "delta"), "citation");
      if (citation.empty()) break;
      if (!of.citations.empty()) of.citations += ',';
      of.citations += citation;
      break;
    }
    case type::content_block_stop:
      if (!of.input.empty() && !is_json(of.input) && !completed_json(of.input))
        complaint_ = "the input of a tool use is not JSON";
      break;
    default:
      break;
  }
}

void message_builder::add_members(const stream_event& delta) {
  const std::string said = delta.json_text();
  each_member(said, [&](const std::string& name, std::string_view value) {
    if (name == "delta") {
      each_member(value, [&](const std::string& inner, std::string_view now) {
        message_ = with_member(message_, inner, now);
      });
    } else if (name == "usage") {
      std::string usage(member_text(message_, "usage"));
      if (usage.empty() || usage.front() != '{') usage = "{}";
      each_member(value, [&](const std::string& inner, std::string_view now) {
        if (now != "null") usage = with_member(usage, inner, now);
      });
      message_ = with_member(message_, name, usage);
    } else if (name != "type" && value != "null") {
      message_ = with_member(message_, name, value);
    }
  });
}

std::string message_builder::text_of(const block& from) {
  std::string whole = from.start;
  if (!from.text.empty()) whole = grown(whole, "text", from.text);
  if (!from.thinking.empty()) whole = grown(whole, "thinking", from.thinking);
  if (!from.signature.empty())
    whole = with_member(whole, "signature", quoted(from.signature, "a signature"));
  if (!from.citations.empty()) whole = with_citations(whole, from.citations);
  if (!from.input.empty())
    whole =
        with_member(whole, "input",
                    is_json(from.input) ? from.input : completed_json(from.input).value_or("{}"));
  return whole;
}

message message_builder::build() const {
  if (message_.empty()) return {};
  std::string content = "[";
  for (const block& each : blocks_) {
    if (content.size() > 1) content += ',';
    content += text_of(each);
  }
  return message::parse(with_member(message_, "content", content + "]")).value_or(message());
}

}  // namespace reroute::detail
