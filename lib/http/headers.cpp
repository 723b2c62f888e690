// Header fields: checked on the way in, found in any case.
#include <reroute/http/headers.hpp>

#include "http/text.hpp"

#include <algorithm>
#include <limits>
#include <stdexcept>

namespace reroute::http {
namespace {

bool is_token_char(char c) noexcept {
  if ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || detail::is_digit(c)) return true;
  return c != '\0' && std::string_view("!#$%&'*+-.^_`|~").find(c) != std::string_view::npos;
}

// a name that is refused may hold anything: show what can be shown
std::string printable(std::string_view name) {
  std::string shown(name.substr(0, 64));
  std::replace_if(
      shown.begin(), shown.end(), [](char c) { return c < ' ' || c > '~'; }, '?');
  return shown;
}

}  // namespace

bool is_token(std::string_view name) noexcept {
  return !name.empty() && std::all_of(name.begin(), name.end(), is_token_char);
}

bool is_field_value(std::string_view value) noexcept {
  return std::none_of(value.begin(), value.end(), [](char c) {
    return (static_cast<unsigned char>(c) < 0x20 && c != '\t') || c == 0x7f;
  });
}

headers::headers(std::initializer_list<field> fields) {
  for (const field& each : fields)
    add(each.name, each.value);
}

headers& headers::add(std::string_view name, std::string_view value) {
  if (!is_token(name))
    throw std::invalid_argument("header name \"" + printable(name) +
                                "\" is not a token: use letters, digits and hyphens");
  if (!is_field_value(value))
    throw std::invalid_argument("the value of header \"" + std::string(name) +
                                "\" holds a line break or another control character: remove it");
  value = detail::trim(value);
  constexpr std::size_t most = std::numeric_limits<std::uint32_t>::max();
  if (name.size() + value.size() > most - std::min(most, text_.size()))
    throw std::invalid_argument("the value of header \"" + std::string(name) + "\" is too long");
  const auto at = static_cast<std::uint32_t>(text_.size());
  const auto name_size = static_cast<std::uint32_t>(name.size());
  // the views may point into this very text
  std::string both;
  both.reserve(name.size() + value.size());
  both.append(name).append(value);
  text_ += both;
  entries_.push_back({at, name_size, at + name_size, static_cast<std::uint32_t>(value.size())});
  return *this;
}

headers& headers::set(std::string_view name, std::string_view value) {
  const std::string kept_name(name), kept_value(value);
  headers checked;
  checked.add(kept_name, kept_value);
  remove(kept_name);
  return add(kept_name, kept_value);
}

headers& headers::remove(std::string_view name) noexcept {
  std::erase_if(entries_, [&](const entry& each) {
    return detail::equal_in_any_case({text_.data() + each.name_at, each.name_size}, name);
  });
  if (entries_.empty()) text_.clear();
  return *this;
}

void headers::clear() noexcept {
  entries_.clear();
  text_.clear();
}

headers::field headers::operator[](std::size_t index) const noexcept {
  const entry& at = entries_[index];
  return {{text_.data() + at.name_at, at.name_size}, {text_.data() + at.value_at, at.value_size}};
}

std::optional<std::string_view> headers::find(std::string_view name) const noexcept {
  for (const field each : *this)
    if (detail::equal_in_any_case(each.name, name)) return each.value;
  return std::nullopt;
}

bool headers::contains(std::string_view name) const noexcept { return find(name).has_value(); }

std::size_t headers::count(std::string_view name) const noexcept {
  std::size_t found = 0;
  for (const field each : *this)
    if (detail::equal_in_any_case(each.name, name)) ++found;
  return found;
}

bool operator==(const headers& a, const headers& b) noexcept {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                    [](const headers::field& x, const headers::field& y) {
                      return detail::equal_in_any_case(x.name, y.name) && x.value == y.value;
                    });
}

}  // namespace reroute::http
