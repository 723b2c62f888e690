// A short list: a request has a dozen members at most, so looking is walking.
#include "message/body_members.hpp"

#include "message/json_scan.hpp"

#include <algorithm>

namespace reroute::detail {

const std::string* body_members::find(std::string_view name) const noexcept {
  for (const member& each : members_)
    if (each.name == name) return &each.value;
  return nullptr;
}

body_members::member* body_members::at(std::string_view name) noexcept {
  for (member& each : members_)
    if (each.name == name) return &each;
  return nullptr;
}

void body_members::put(std::string_view name, std::string value) {
  if (member* const present = at(name)) {
    present->value = std::move(value);
  } else {
    if (members_.empty()) members_.reserve(usual);
    members_.push_back({std::string(name), std::move(value)});
  }
}

void body_members::erase(std::string_view name) noexcept {
  std::erase_if(members_, [name](const member& each) { return each.name == name; });
}

void body_members::put_in(std::string_view name, std::string_view key, std::string_view value) {
  const std::string* const present = find(name);
  const std::string_view object = present ? std::string_view(*present) : std::string_view("{}");
  if (object.front() != '{') refuse(std::string(name) + " is not an object; set it as a whole");
  put(name, with_member(object, key, value));
}

bool body_members::open_array(std::string& text) noexcept {
  if (text.front() != '[') return false;
  text.pop_back();
  // "[ ]" from elsewhere: what stays must be "[" alone for the comma to be right
  while (text.find_last_of(" \t\r\n") == text.size() - 1)
    text.pop_back();
  return true;
}

}  // namespace reroute::detail
