// JSON with a secret in it: read into memory that is wiped when released.
#pragma once

#include <boost/json/memory_resource.hpp>
#include <boost/json/object.hpp>
#include <boost/json/value.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

namespace reroute::detail {

/// Wipes each piece of memory before it goes back: to `upstream`, which outlives it, or to the heap.
class wiping_resource final : public boost::json::memory_resource {
 public:
  explicit wiping_resource(boost::json::memory_resource* upstream = nullptr)
      : upstream_(upstream) {}

 private:
  void* do_allocate(std::size_t size, std::size_t alignment) override;
  void do_deallocate(void* memory, std::size_t size, std::size_t alignment) override;
  bool do_is_equal(const boost::json::memory_resource& other) const noexcept override {
    return this == &other;
  }
  boost::json::memory_resource* upstream_;
};

/// Reads an object, at most 32 levels deep; nothing if `text` is none. Never says what is in it.
[[nodiscard]] std::optional<boost::json::value> parse_secret_object(std::string_view text);

/// A member that is a string and not empty, else an empty text.
[[nodiscard]] std::string_view secret_at(const boost::json::object& in, std::string_view name);

/// A member that is a whole number, also one written as text; a fraction is dropped, too large saturates.
[[nodiscard]] std::optional<std::int64_t> number_at(const boost::json::object& in,
                                                    std::string_view name);

}  // namespace reroute::detail
