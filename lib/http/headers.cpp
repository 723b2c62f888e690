// Header fields: one arena for all text, compacted when fields go.
#include <reroute/http/headers.hpp>

#include "http/forget.hpp"
#include "http/text.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstring>
#include <limits>
#include <stdexcept>
#include <utility>

namespace reroute::http {
namespace {

// which bytes a name may have
constexpr std::array<bool, 256> token_chars = [] {
  std::array<bool, 256> may{};
  for (int c = 0; c < 128; ++c) {
    const char letter = static_cast<char>(c);
    may[static_cast<std::size_t>(c)] =
        is_digit(letter) || (lower(letter) >= 'a' && lower(letter) <= 'z') ||
        std::string_view("!#$%&'*+-.^_`|~").find(letter) != std::string_view::npos;
  }
  return may;
}();

bool is_token_char(char c) noexcept { return token_chars[static_cast<unsigned char>(c)]; }

bool is_value_char(char c) noexcept {
  return (static_cast<unsigned char>(c) >= 0x20 || c == '\t') && c != 0x7f;
}

// what most requests and responses need, at once
constexpr std::size_t usual_fields = 8;
constexpr std::size_t usual_text = 256;

// the name of a field for an error text: it may be anything, so only what is printable of it
std::string printable(std::string_view name) {
  std::string out(name.substr(0, 64));
  for (char& c : out) {
    if (c < ' ' || c > '~') c = '?';
  }
  return out;
}

void check(std::string_view name, std::string_view value) {
  if (!is_token(name)) {
    throw std::invalid_argument("header name '" + printable(name) +
                                "' is not a token: letters, digits and !#$%&'*+-.^_`|~ only");
  }
  if (!is_field_value(value)) {
    throw std::invalid_argument("header '" + printable(name) +
                                "': the value has a line break or another control character;"
                                " remove it (a key read from a file often ends with a newline)");
  }
}

}  // namespace

bool is_token(std::string_view name) noexcept {
  for (const char c : name)
    if (!is_token_char(c)) return false;
  return !name.empty();
}

bool is_field_value(std::string_view value) noexcept {
  constexpr std::uint64_t ones = 0x0101010101010101U;
  const char* at = value.data();
  const char* const end = at + value.size();
  for (; end - at >= 8; at += 8) {
    std::uint64_t word = 0;
    std::memcpy(&word, at, sizeof word);
    const std::uint64_t ascii = word & (ones * 0x7f);  // no byte carries into the next
    // without its top bit, a byte of at least 0x20 gets there by adding 0x60, and 0x7f by adding 1
    const std::uint64_t low = ~((ascii + ones * 0x60) | word);
    const std::uint64_t del = (ascii + ones) & ~word;
    if (((low | del) & (ones * 0x80)) != 0) break;
  }
  while (at != end && is_value_char(*at))
    ++at;
  return at == end;
}

headers::headers(std::initializer_list<field> fields) {
  for (const field& f : fields)
    add(f.name, f.value);
}

headers::headers(headers&& other) noexcept
    : text_(std::move(other.text_)), entries_(std::move(other.entries_)), secret_(other.secret_) {
  if (other.secret_) other.forget();  // the letters of a short text stay
}

headers& headers::operator=(const headers& other) {
  if (this != &other) *this = headers(other);
  return *this;
}

headers& headers::operator=(headers&& other) noexcept {
  if (this == &other) return *this;
  if (secret_) forget();
  text_ = std::move(other.text_);
  entries_ = std::move(other.entries_);
  secret_ = other.secret_;
  if (other.secret_) other.forget();
  return *this;
}

void headers::forget() noexcept {
  detail::forget(text_);
  entries_.clear();
}

headers& headers::add_secret(std::string_view name, std::string_view value) {
  secret_ = true;
  return add(name, value);
}

headers& headers::add(std::string_view name, std::string_view value) {
  check(name, value);
  value = trimmed(value);
  const std::size_t at = text_.size();
  if (std::numeric_limits<std::uint32_t>::max() - at < name.size() + value.size()) {
    throw std::length_error("headers: more than 4 GiB");
  }
  const entry next{static_cast<std::uint32_t>(at), static_cast<std::uint32_t>(name.size()),
                   static_cast<std::uint32_t>(at + name.size()),
                   static_cast<std::uint32_t>(value.size())};
  const std::size_t needed = at + name.size() + value.size();
  if (entries_.empty()) entries_.reserve(usual_fields);
  if (needed > text_.capacity()) {
    // the views may point into our own text: it must not go before they are copied
    std::string grown;
    grown.reserve(std::max({2 * text_.capacity(), needed, usual_text}));
    grown.append(text_).append(name).append(value);
    entries_.push_back(next);
    text_.swap(grown);
    if (secret_) detail::forget(grown);
  } else {
    entries_.push_back(next);
    text_.append(name).append(value);
  }
  return *this;
}

headers& headers::set(std::string_view name, std::string_view value) {
  check(name, value);
  headers next;
  next.secret_ = secret_;
  next.text_.reserve(text_.size() + name.size() + value.size());
  next.entries_.reserve(entries_.size() + 1);
  bool placed = false;
  for (const auto f : *this) {
    if (!same_text(f.name, name)) {
      next.add(f.name, f.value);
    } else if (!placed) {
      next.add(name, value);
      placed = true;
    }
  }
  if (!placed) next.add(name, value);
  return *this = std::move(next);
}

headers& headers::remove(std::string_view name) noexcept {
  // marked first: the name may point into the text that is compacted below
  for (entry& e : entries_) {
    const std::string_view own(text_.data() + e.name_at, e.name_size);
    if (same_text(own, name)) e.name_size = 0;
  }
  std::uint32_t end = 0;
  for (entry& e : entries_) {
    if (e.name_size == 0) continue;
    const std::uint32_t size = e.name_size + e.value_size;
    std::char_traits<char>::move(text_.data() + end, text_.data() + e.name_at, size);
    e.name_at = end;
    e.value_at = end + e.name_size;
    end += size;
  }
  if (secret_) std::fill(text_.begin() + end, text_.end(), '\0');
  text_.resize(end);
  std::erase_if(entries_, [](const entry& e) { return e.name_size == 0; });
  return *this;
}

void headers::clear() noexcept {
  if (secret_) forget();
  text_.clear();
  entries_.clear();
}

headers::field headers::operator[](std::size_t index) const noexcept {
  const entry& e = entries_[index];
  return {{text_.data() + e.name_at, e.name_size}, {text_.data() + e.value_at, e.value_size}};
}

std::optional<std::string_view> headers::find(std::string_view name) const noexcept {
  for (const entry& e : entries_) {
    if (e.name_size != name.size()) continue;
    if (!same_text({text_.data() + e.name_at, e.name_size}, name)) continue;
    return std::string_view(text_.data() + e.value_at, e.value_size);
  }
  return {};
}

bool headers::contains(std::string_view name) const noexcept { return find(name).has_value(); }

std::size_t headers::count(std::string_view name) const noexcept {
  return static_cast<std::size_t>(
      std::count_if(begin(), end(), [&](const field& f) { return same_text(f.name, name); }));
}

bool operator==(const headers& a, const headers& b) noexcept {
  return a.size() == b.size() && std::equal(a.begin(), a.end(), b.begin(),
                                            [](const headers::field& x, const headers::field& y) {
                                              return same_text(x.name, y.name) &&
                                                     x.value == y.value;
                                            });
}

}  // namespace reroute::http
