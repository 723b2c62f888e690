// The grammar of the Messages API's streams, written from JSON text.
#include "message/message_events.hpp"

#include "message/json_scan.hpp"
#include "message/quote.hpp"

#include <algorithm>
#include <vector>

namespace reroute::detail {
namespace {

// JSON has line breaks only between its tokens, where a space says the same
void write_event(std::string& out, std::string_view name, std::string_view members) {
  out.append("event: ").append(name).append("\ndata: ");
  const auto data = static_cast<std::ptrdiff_t>(out.size());
  out.append(R"({"type":")").append(name).append("\"").append(members).append("}");
  std::replace_if(
      out.begin() + data, out.end(), [](char c) { return c == '\n' || c == '\r'; }, ' ');
  out += "\n\n";
}

std::string delta(std::string_view type, std::string_view member, std::string_view value) {
  std::string text = R"({"type":")";
  text.append(type).append(R"(",")").append(member).append("\":").append(value).append("}");
  return text;
}

// a block as it begins, and what is then added to it
struct split_block {
  explicit split_block(std::string_view whole) : start(whole) {
    const std::string kind = member_string(whole, "type");
    if (kind == "text") {
      take_text("text", "text_delta");
      take_citations();
    } else if (kind == "thinking") {
      take_text("thinking", "thinking_delta");
      take_text("signature", "signature_delta");
    } else if (kind.ends_with("tool_use")) {
      take_input();
    }
  }

  void take_text(std::string_view member, std::string_view type) {
    const std::string_view value = member_text(start, member);
    if (value.size() <= 2 || value.front() != '"') return;
    deltas.push_back(delta(type, member, value));
    start = with_member(start, member, R"("")");
  }
  void take_citations() {
    const std::string_view all = member_text(start, "citations");
    if (!all.starts_with('[')) return;
    json_scanner each(all);
    for (std::string_view citation; each.next(citation);)
      deltas.push_back(delta("citations_delta", "citation", citation));
    start = with_member(start, "citations", "[]");
  }
  void take_input() {
    const std::string_view input = member_text(start, "input");
    raw_member first;
    if (!input.starts_with('{') || !json_scanner(input).next(first)) return;
    deltas.push_back(delta("input_json_delta", "partial_json", quoted(input, "an input")));
    start = with_member(start, "input", "{}");
  }

  std::string start;
  std::vector<std::string> deltas;
};

void write_block(std::string& out, std::size_t number, std::string_view whole) {
  const std::string index = ",\"index\":" + std::to_string(number);
  const split_block block(whole);
  write_event(out, "content_block_start", index + ",\"content_block\":" + block.start);
  for (const std::string& each : block.deltas)
    write_event(out, "content_block_delta", index + ",\"delta\":" + each);
  write_event(out, "content_block_stop", index);
}

}  // namespace

std::string message_events(std::string_view message) {
  const std::string_view content = member_text(message, "content");
  std::string begun(message), end;
  for (const std::string_view member : {"stop_reason", "stop_sequence"}) {
    const std::string_view value = member_text(message, member);
    if (value.empty()) continue;
    end.append(end.empty() ? "" : ",").append(quoted(member, "a member")).append(":").append(value);
    begun = with_member(begun, member, "null");
  }
  std::string out;
  write_event(out, "message_start", ",\"message\":" + with_member(begun, "content", "[]"));
  if (content.starts_with('[')) {
    std::size_t number = 0;
    json_scanner blocks(content);
    for (std::string_view each; blocks.next(each);)
      if (each.starts_with('{')) write_block(out, number++, each);
  }
  const std::string_view usage = member_text(message, "usage");
  write_event(out, "message_delta",
              ",\"delta\":{" + end + "}" + (usage.starts_with('{') ? ",\"usage\":" : "") +
                  std::string(usage.starts_with('{') ? usage : std::string_view()));
  write_event(out, "message_stop", {});
  return out;
}

}  // namespace reroute::detail
