// Block by block, on JSON text: what is fine stays as the provider wrote it.
#include "message/returned_content.hpp"

#include "message/json.hpp"
#include "message/json_scan.hpp"
#include "message/quote.hpp"

#include <algorithm>
#include <array>
#include <vector>

namespace reroute::detail {
namespace {

// what the official SDKs add to a text block for their users, and strip before they send it
constexpr std::array<std::string_view, 2> added_by_sdks = {"parsed_output", "parsed"};

// White space as Unicode has it, beyond ASCII: the API judges blank text by it.
constexpr std::array<std::string_view, 19> wide_spaces = {
    "\xc2\x85",     "\xc2\xa0",     "\xe1\x9a\x80", "\xe2\x80\x80", "\xe2\x80\x81",
    "\xe2\x80\x82", "\xe2\x80\x83", "\xe2\x80\x84", "\xe2\x80\x85", "\xe2\x80\x86",
    "\xe2\x80\x87", "\xe2\x80\x88", "\xe2\x80\x89", "\xe2\x80\x8a", "\xe2\x80\xa8",
    "\xe2\x80\xa9", "\xe2\x80\xaf", "\xe2\x81\x9f", "\xe3\x80\x80"};

bool is_space(char c) noexcept {
  return c == ' ' || (c >= '\t' && c <= '\r') || (c >= '\x1c' && c <= '\x1f');
}

std::string_view without_space_behind(std::string_view text) noexcept {
  const auto ends_wide = [&](std::string_view space) { return text.ends_with(space); };
  while (!text.empty()) {
    if (is_space(text.back())) {
      text.remove_suffix(1);
    } else if (const auto* const wide =
                   std::find_if(wide_spaces.begin(), wide_spaces.end(), ends_wide);
               wide != wide_spaces.end()) {
      text.remove_suffix(wide->size());
    } else {
      break;
    }
  }
  return text;
}

std::string text_block(std::string_view block, bool last) {
  std::string kept(block);
  for (const std::string_view name : added_by_sdks)
    if (!member_text(kept, name).empty()) kept = with_member(kept, name, {});
  const std::string text = member_string(kept, "text");
  const std::string_view solid = without_space_behind(text);
  if (solid.empty()) return {};
  if (last && solid.size() < text.size()) kept = with_member(kept, "text", quoted(solid, "a text"));
  return kept;
}

// An object, as the API wants it. What is no JSON goes back in one under this name, as the API's documentation on tools
// has it, so that the model sees what it wrote when it is told that this was no input.
std::string input_object(std::string_view input) {
  constexpr std::string_view name = "INVALID_JSON";
  if (input.starts_with('{')) return std::string(input);
  if (input.empty() || input == "null") return "{}";
  std::string why;
  const auto value = parse_json(input, why);
  const std::string text(value && value->is_string() ? text_of(*value) : input);
  const std::string_view trimmed = trim_json(text);
  if (trimmed.empty()) return "{}";
  if (trimmed.starts_with('{') && parse_json(trimmed, why)) return std::string(trimmed);
  return with_member("{}", name, quoted(text, "an input"));
}

// empty: the API would refuse it
std::string returned_block(std::string_view block, bool last) {
  if (!block.starts_with('{')) return {};
  const std::string type = member_string(block, "type");
  if (type == "text") return text_block(block, last);
  if (type == "thinking" && member_string(block, "signature").empty()) return {};
  // "The final block in an assistant message cannot be `thinking`"
  if (last && (type == "thinking" || type == "redacted_thinking")) return {};
  const std::string_view input = member_text(block, "input");
  if (type.ends_with("tool_use") && !input.starts_with('{'))
    return with_member(block, "input", input_object(input));
  return std::string(block);
}

}  // namespace

std::string returned_content(std::string_view content) {
  std::vector<std::string_view> blocks;
  json_scanner each(content);
  for (std::string_view block; each.next(block);)
    blocks.push_back(block);
  std::vector<std::string> kept;  // from the last one on
  bool same = true;
  for (std::size_t i = blocks.size(); i-- > 0;) {
    std::string block = returned_block(blocks[i], kept.empty());
    same = same && block == blocks[i];
    if (!block.empty()) kept.push_back(std::move(block));
  }
  if (kept.empty()) return {};
  if (same) return std::string(content);
  std::string all = "[";
  for (std::size_t i = kept.size(); i-- > 0;)
    all.append(kept[i]).append(i > 0 ? "," : "]");
  return all;
}

}  // namespace reroute::detail
