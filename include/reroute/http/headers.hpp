// HTTP header fields: an ordered list of names and values, found by name in any case.
#pragma once

#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <iterator>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace reroute::http {

/// True if `name` may be a field name: one or more RFC 9110 token characters.
[[nodiscard]] bool is_token(std::string_view name) noexcept;

/// True if `value` may be a field value: no control characters but tab, so no CR, LF or NUL.
[[nodiscard]] bool is_field_value(std::string_view value) noexcept;

/// Header fields in the order they came, found by name in any case (RFC 9110, 5.1).
///
/// A value type. All names and values live in one string, so that a response of twenty fields
/// costs two allocations. Views handed out are valid until the next change or the end of the object.
class headers {
 public:
  /// One field, viewed in place. `value` is without surrounding white space.
  struct field {
    std::string_view name = {};
    std::string_view value = {};
    friend bool operator==(const field&, const field&) = default;
  };
  class iterator;
  using const_iterator = iterator;

  headers() = default;
  headers(const headers&) = default;
  headers(headers&& other) noexcept;
  headers& operator=(const headers& other);
  headers& operator=(headers&& other) noexcept;
  ~headers() {
    if (secret_) forget();
  }
  /// Throws like `add`.
  headers(std::initializer_list<field> fields);

  /// Appends a field; one name may stand several times.
  ///
  /// Throws `std::invalid_argument`, naming the field (never its value: it may be a key), if the
  /// name is no token or the value has a line break or another control character: header injection
  /// is impossible. White space around the value is trimmed.
  headers& add(std::string_view name, std::string_view value);
  /// The same for a value that is a secret: from then on all memory of this object, and of its copies, is
  /// overwritten before it is given back.
  headers& add_secret(std::string_view name, std::string_view value);
  /// Replaces all fields of this name by one. Throws like `add`.
  headers& set(std::string_view name, std::string_view value);
  /// Removes all fields of this name.
  headers& remove(std::string_view name) noexcept;
  void clear() noexcept;

  /// The value of the first field of this name, in any case.
  [[nodiscard]] std::optional<std::string_view> find(std::string_view name) const noexcept;
  [[nodiscard]] bool contains(std::string_view name) const noexcept;
  /// How many fields have this name.
  [[nodiscard]] std::size_t count(std::string_view name) const noexcept;

  [[nodiscard]] std::size_t size() const noexcept { return entries_.size(); }
  [[nodiscard]] bool empty() const noexcept { return entries_.empty(); }
  [[nodiscard]] field operator[](std::size_t index) const noexcept;
  [[nodiscard]] iterator begin() const noexcept;
  [[nodiscard]] iterator end() const noexcept;

  /// Same fields in the same order; names compare in any case.
  friend bool operator==(const headers& a, const headers& b) noexcept;

 private:
  struct entry {
    std::uint32_t name_at, name_size, value_at, value_size;
  };
  void forget() noexcept;

  std::string text_;
  std::vector<entry> entries_;
  bool secret_ = false;  // there is, or was, a secret in the text
};

/// Forward iterator over the fields of `headers`.
class headers::iterator {
 public:
  using value_type = field;
  using difference_type = std::ptrdiff_t;
  using iterator_category = std::input_iterator_tag;
  using reference = field;
  using pointer = void;

  iterator() = default;
  iterator(const headers* of, std::size_t index) : of_(of), index_(index) {}
  field operator*() const noexcept { return (*of_)[index_]; }
  iterator& operator++() noexcept {
    ++index_;
    return *this;
  }
  iterator operator++(int) noexcept {
    iterator old = *this;
    ++index_;
    return old;
  }
  friend bool operator==(const iterator&, const iterator&) = default;

 private:
  const headers* of_ = nullptr;
  std::size_t index_ = 0;
};

inline headers::iterator headers::begin() const noexcept { return {this, 0}; }
inline headers::iterator headers::end() const noexcept { return {this, size()}; }

}  // namespace reroute::http
