// A short list: a request has a dozen members at most, so looking is walking.
#include "message/body_members.hpp"

#include "message/json_scan.hpp"

#include <algorithm>

namespace reroute::detail {
namespace {

constexpr std::size_t least = 80;  // a limit, and the beginning of a turn

}  // namespace

std::size_t body_members::index_of(std::string_view name) const noexcept {
  for (std::size_t i = 0; i < places_.size(); ++i)
    if (places_[i].name == name) return i;
  return none;
}

std::optional<std::string_view> body_members::find(std::string_view name) const noexcept {
  const std::size_t found = index_of(name);
  if (found == none) return std::nullopt;
  return value_at(places_[found]);
}

void body_members::put(std::string_view name, std::string_view value) {
  const std::size_t found = index_of(name);
  if (found != none) return replace(found, value);
  place added{std::string(name), 0, 0, 0};
  const std::string key = quoted(name, "a member's name");
  if (places_.empty()) places_.reserve(usual);
  std::string& text = text_.own();
  text.reserve(std::max(text.size() + key.size() + value.size() + 2, least));
  places_.push_back(std::move(added));
  // from here on nothing throws
  text.pop_back();
  if (!text.empty()) text += ',';
  place& to = places_.back();
  to.begin = text.size();
  text.append(key).append(1, ':');
  to.value = text.size();
  text += value;
  to.end = text.size();
  text += '}';
}

void body_members::replace(std::size_t index, std::string_view value) {
  place& to = places_[index];
  text_.own().replace(to.value, to.end - to.value, value);
  const std::size_t end = to.value + value.size();
  const std::size_t moved = end - to.end;  // modulo 2^n: it may be less
  to.end = end;
  for (std::size_t i = index + 1; i < places_.size(); ++i) {
    places_[i].begin += moved;
    places_[i].value += moved;
    places_[i].end += moved;
  }
}

void body_members::erase(std::string_view name) {
  const std::size_t found = index_of(name);
  if (found == none) return;
  // with the comma behind it, or that before the last one
  const bool last = found + 1 == places_.size();
  const std::size_t from = last && found > 0 ? places_[found - 1].end : places_[found].begin;
  const std::size_t size = (last ? places_[found].end : places_[found + 1].begin) - from;
  text_.own().erase(from, size);
  places_.erase(places_.begin() + static_cast<std::ptrdiff_t>(found));
  for (std::size_t i = found; i < places_.size(); ++i) {
    places_[i].begin -= size;
    places_[i].value -= size;
    places_[i].end -= size;
  }
}

void body_members::put_in(std::string_view name, std::string_view key, std::string_view value) {
  const std::string_view object = find(name).value_or("{}");
  if (object.front() != '{') refuse(std::string(name) + " is not an object; set it as a whole");
  put(name, with_member(object, key, value));
}

std::size_t body_members::end_of_array(std::string_view array, std::string_view name) {
  if (array.front() != '[') refuse(std::string(name) + " is not an array; set it as a whole");
  array.remove_suffix(1);
  // "[ ]" from elsewhere: what stays must be "[" alone for the comma to be right
  return array.find_last_not_of(" \t\r\n") + 1;
}

std::vector<body_members::member> body_members::all() const {
  std::vector<member> each;
  each.reserve(places_.size());
  for (const place& of : places_)
    each.push_back({of.name, value_at(of)});
  return each;
}

std::shared_ptr<const std::string> body_members::tail() const {
  const std::string& text = text_.view();
  // what grew in steps has room left, and calls may wait for long
  if (text.capacity() - text.size() > text.size() / 8 + 64)
    return std::make_shared<const std::string>(text);
  return text_.give();
}

}  // namespace reroute::detail
