// One walk over the text, which remembers where it could be closed.
#include "message/partial_json.hpp"

#include "message/json.hpp"
#include "message/json_scan.hpp"

#include <algorithm>
#include <cstddef>

namespace reroute::detail {
namespace {

// behind the closing quote; npos if there is none
std::size_t end_of_string(std::string_view text, std::size_t at) noexcept {
  for (++at; at < text.size(); ++at) {
    if (text[at] == '"') return at + 1;
    if (text[at] == '\\') ++at;
  }
  return std::string_view::npos;
}

}  // namespace

std::optional<std::string> completed_json(std::string_view text) {
  text = trim_json(text);
  if (text.empty() || text.front() != '{') return std::nullopt;
  std::string open;         // the brackets that would close what is open
  std::string closing;      // the same, at the place where the text can be cut
  std::size_t end = 0;      // that place
  bool before_key = false;  // the next string is a member's name
  const auto whole_up_to = [&](std::size_t at) {
    end = at;
    closing = open;
  };
  for (std::size_t at = 0; at < text.size();) {
    const char c = text[at];
    if (c == '{' || c == '[') {
      open += c == '{' ? '}' : ']';
      before_key = c == '{';
      whole_up_to(++at);
    } else if (c == '}' || c == ']') {
      if (open.empty()) return std::nullopt;
      open.pop_back();
      before_key = false;
      whole_up_to(++at);
    } else if (c == ',' || c == ':') {
      before_key = c == ',' && !open.empty() && open.back() == '}';
      ++at;
    } else if (c == '"') {
      const std::size_t behind = end_of_string(text, at);
      if (behind == std::string_view::npos) break;
      at = behind;
      if (!before_key) whole_up_to(at);
    } else if (c == ' ' || c == '\t' || c == '\r' || c == '\n') {
      ++at;
    } else {
      const std::size_t behind = std::min(text.find_first_of(" \t\r\n,:{}[]\"", at), text.size());
      const std::string_view word = text.substr(at, behind - at);
      const bool literal = word == "true" || word == "false" || word == "null";
      if (behind == text.size() && !literal) break;  // it may go on
      at = behind;
      whole_up_to(at);
    }
  }
  std::string whole(text.substr(0, end));
  whole.append(closing.rbegin(), closing.rend());
  std::string why;
  if (!parse_json(whole, why)) return std::nullopt;
  return whole;
}

}  // namespace reroute::detail
