// The members of a request's body as JSON text, in the order in which they were given.
#pragma once

#include "message/quote.hpp"
#include "message/shared_text.hpp"

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace reroute::detail {

/// Text and not values: what is set is escaped once, encoding shares it or copies it as a whole, and numbers
/// that no machine type can hold pass through to the letter.
///
/// Every change either happens or throws and leaves all as it was. Views are valid until the next one.
class body_members {
 public:
  struct member {
    std::string_view name;   ///< as it reads, without quotes and escapes
    std::string_view value;  ///< valid JSON text
    friend bool operator==(const member&, const member&) = default;
  };

  body_members() : text_("}") {}

  [[nodiscard]] std::optional<std::string_view> find(std::string_view name) const noexcept;
  /// Adds or replaces a member. `value` is valid JSON, and stands elsewhere.
  void put(std::string_view name, std::string_view value);
  void erase(std::string_view name);
  /// Adds to the array `name`, which is made if there is none, the element that `write(std::string&)`
  /// appends. Throws `std::invalid_argument` if the member is no array.
  template <class Write>
  void push(std::string_view name, Write&& write);
  /// Sets one member of the object `name`, which is made if there is none; an empty `value` removes
  /// it. Throws `std::invalid_argument` if the member is no object.
  void put_in(std::string_view name, std::string_view key, std::string_view value);

  [[nodiscard]] std::vector<member> all() const;
  /// All of them behind each other, with the brace that closes the object. Shared, and copied only if it
  /// grew in steps that left much room.
  [[nodiscard]] std::shared_ptr<const std::string> tail() const;
  friend bool operator==(const body_members& a, const body_members& b) noexcept {
    return a.text_.view() == b.text_.view();
  }

 private:
  struct place {
    std::string name;
    std::size_t begin;  // of its quoted name
    std::size_t value;
    std::size_t end;
  };
  static constexpr std::size_t none = static_cast<std::size_t>(-1);
  [[nodiscard]] std::size_t index_of(std::string_view name) const noexcept;
  [[nodiscard]] std::string_view value_at(const place& of) const noexcept {
    return std::string_view(text_.view()).substr(of.value, of.end - of.value);
  }
  void replace(std::size_t index, std::string_view value);
  // where an element of this array is to be put in: behind the last one
  [[nodiscard]] static std::size_t end_of_array(std::string_view array, std::string_view name);
  template <class Write>
  void append_element(place& to, std::size_t end, Write&& write);

  static constexpr std::size_t usual = 4;  // max_tokens, messages, and one or two more
  std::vector<place, recycling_allocator<place>> places_;
  shared_text text_;
};

template <class Write>
void body_members::push(std::string_view name, Write&& write) {
  const std::size_t found = index_of(name);
  if (found == none) {
    put(name, "[]");
    try {
      append_element(places_.back(), 1, write);
    } catch (...) {
      erase(name);
      throw;
    }
    return;
  }
  const std::size_t end = end_of_array(value_at(places_[found]), name);
  if (found + 1 == places_.size()) return append_element(places_[found], end, write);
  std::string array(value_at(places_[found]).substr(0, end));
  if (end > 1) array += ',';
  write(array);
  array += ']';
  replace(found, array);
}

// to the last member, in place
template <class Write>
void body_members::append_element(place& to, std::size_t end, Write&& write) {
  std::string& text = text_.own();
  const std::string rest = text.substr(to.value + end);  // mostly "]}"
  text.resize(to.value + end);
  try {
    if (end > 1) text += ',';
    write(text);
    text += "]}";
  } catch (...) {
    text.resize(to.value + end);
    text += rest;  // its place is still reserved
    throw;
  }
  to.end = text.size() - 1;
}

}  // namespace reroute::detail
