// A scanner without a stack: inside a value it only counts brackets and steps over strings.
#include "message/json_scan.hpp"

#include "message/json.hpp"
#include "message/quote.hpp"

namespace reroute::detail {

namespace {

constexpr std::string_view white = " \t\r\n";

}  // namespace

json_scanner::json_scanner(std::string_view text) noexcept : text_(text) {
  skip(white);
  if (at_ < text_.size()) ++at_;  // the opening bracket
}

bool json_scanner::next(raw_member& out) noexcept {
  skip(" \t\r\n,");
  if (at_end() || text_[at_] != '"') return false;
  out.key = take_string();
  skip(" \t\r\n:");
  out.value = take_value();
  return !out.value.empty();
}

bool json_scanner::next(std::string_view& out) noexcept {
  skip(" \t\r\n,");
  if (at_end()) return false;
  out = take_value();
  return !out.empty();
}

void json_scanner::skip(std::string_view characters) noexcept {
  while (at_ < text_.size() && characters.find(text_[at_]) != std::string_view::npos)
    ++at_;
}

bool json_scanner::at_end() const noexcept {
  return at_ >= text_.size() || text_[at_] == '}' || text_[at_] == ']';
}

std::string_view json_scanner::take_string() noexcept {
  const std::size_t from = at_;
  for (std::size_t quote = from; (quote = text_.find('"', quote + 1)) < text_.size();) {
    // an odd number of backslashes before a quote escapes it
    std::size_t before = quote;
    while (before > from + 1 && text_[before - 1] == '\\')
      --before;
    if ((quote - before) % 2 == 0) {
      at_ = quote + 1;
      return text_.substr(from, at_ - from);
    }
  }
  at_ = text_.size();
  return text_.substr(from);
}

std::string_view json_scanner::take_value() noexcept {
  const std::size_t from = at_;
  std::size_t depth = 0;
  while (at_ < text_.size()) {
    const char c = text_[at_];
    if (c == '"') {
      static_cast<void>(take_string());
      if (depth == 0) break;
      continue;
    }
    if (c == '{' || c == '[') {
      ++depth;
    } else if (c == '}' || c == ']') {
      if (depth == 0) break;  // of the object or array around this value
      if (--depth == 0) {
        ++at_;
        break;
      }
    } else if (depth == 0 && (c == ',' || white.find(c) != std::string_view::npos)) {
      break;
    }
    ++at_;
  }
  return text_.substr(from, at_ - from);
}

std::string_view trim_json(std::string_view text) noexcept {
  const std::size_t from = text.find_first_not_of(white);
  if (from == std::string_view::npos) return {};
  return text.substr(from, text.find_last_not_of(white) - from + 1);
}

std::string key_name(std::string_view key) {
  if (key.find('\\') == std::string_view::npos)
    return std::string(key.size() < 2 ? std::string_view() : key.substr(1, key.size() - 2));
  std::string why;
  const auto parsed = parse_json(key, why);
  const boost::json::string* const name = parsed ? parsed->if_string() : nullptr;
  return name ? std::string(name->data(), name->size()) : std::string();
}

std::string_view member_text(std::string_view object, std::string_view name) {
  std::string_view found;
  json_scanner members(object);
  for (raw_member each; members.next(each);)
    if (key_name(each.key) == name) found = each.value;
  return found;
}

std::string member_string(std::string_view object, std::string_view name) {
  std::string why;
  const auto value = parse_json(member_text(object, name), why);
  return value ? std::string(text_of(*value)) : std::string();
}

std::string with_member(std::string_view object, std::string_view name, std::string_view value) {
  std::string out = "{";
  const auto add = [&out](std::string_view key, std::string_view text) {
    if (out.size() > 1) out += ',';
    out += key;
    out += ':';
    out += text;
  };
  json_scanner members(object);
  for (raw_member each; members.next(each);)
    if (key_name(each.key) != name) add(each.key, each.value);
  if (!value.empty()) add(quoted(name, "a member's name"), value);
  out += '}';
  return out;
}

}  // namespace reroute::detail
