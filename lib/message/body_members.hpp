// The members of a request's body as JSON text, in the order in which they were given.
#pragma once

#include "message/quote.hpp"

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace reroute::detail {

/// Text and not values: what is set is escaped once, encoding is a few copies, and numbers that no
/// machine type can hold pass through to the letter.
///
/// Every change either happens or throws and leaves all as it was.
class body_members {
 public:
  struct member {
    std::string name;   ///< as it reads, without quotes and escapes
    std::string value;  ///< valid JSON text
    friend bool operator==(const member&, const member&) = default;
  };

  [[nodiscard]] const std::string* find(std::string_view name) const noexcept;
  /// Adds or replaces a member. `value` is valid JSON.
  void put(std::string_view name, std::string value);
  void erase(std::string_view name) noexcept;
  /// Adds to the array `name`, which is made if there is none, the element that `write(std::string&)`
  /// appends. Throws `std::invalid_argument` if the member is no array.
  template <class Write>
  void push(std::string_view name, Write&& write);
  /// Sets one member of the object `name`, which is made if there is none; an empty `value` removes
  /// it. Throws `std::invalid_argument` if the member is no object.
  void put_in(std::string_view name, std::string_view key, std::string_view value);

  [[nodiscard]] const std::vector<member>& all() const noexcept { return members_; }
  friend bool operator==(const body_members&, const body_members&) = default;

 private:
  [[nodiscard]] member* at(std::string_view name) noexcept;
  // takes the closing bracket off an array's text; false if it is no array
  [[nodiscard]] static bool open_array(std::string& text) noexcept;

  static constexpr std::size_t usual = 4;  // max_tokens, messages, and one or two more
  std::vector<member> members_;
};

template <class Write>
void body_members::push(std::string_view name, Write&& write) {
  member* const present = at(name);
  if (!present) {
    std::string array = "[";
    write(array);
    array += ']';
    put(name, std::move(array));
    return;
  }
  std::string& array = present->value;
  if (!open_array(array)) refuse(std::string(name) + " is not an array; set it as a whole");
  const std::size_t before = array.size();
  try {
    if (before > 1) array += ',';
    write(array);
    array += ']';
  } catch (...) {
    array.resize(before);
    array += ']';  // its place is still reserved
    throw;
  }
}

}  // namespace reroute::detail
