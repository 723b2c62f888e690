// JSON values of this floor: looking in, reading and writing whole texts.
#pragma once

#include <boost/json/object.hpp>
#include <boost/json/storage_ptr.hpp>
#include <boost/json/value.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace reroute::detail {

[[nodiscard]] inline const boost::json::value* find(const boost::json::object& in,
                                                    std::string_view name) noexcept {
  return in.if_contains(boost::json::string_view(name.data(), name.size()));
}

/// A member that is an object, else null.
[[nodiscard]] const boost::json::object* object_at(const boost::json::object& in,
                                                   std::string_view name) noexcept;
/// A string member, else empty.
[[nodiscard]] std::string_view text_at(const boost::json::object& in,
                                       std::string_view name) noexcept;
[[nodiscard]] std::string_view text_of(const boost::json::value& value) noexcept;
/// A member that is a whole number of 0 or more, in any JSON number form; too large a one saturates.
[[nodiscard]] std::optional<std::int64_t> count_at(const boost::json::object& in,
                                                   std::string_view name) noexcept;
[[nodiscard]] std::optional<std::int64_t> count_of(const boost::json::value& value) noexcept;

/// Reads a whole JSON text, at most `depth` levels deep; nothing, with the reason and the byte (which never
/// quotes the text), if it is none. The value lives in `memory`.
[[nodiscard]] std::optional<boost::json::value> parse_json(std::string_view text, std::string& why,
                                                           std::size_t depth = 256,
                                                           boost::json::storage_ptr memory = {});

/// "syntax error at byte 13": counted from 0.
[[nodiscard]] std::string at_byte(std::string what, std::size_t at);

void append_json(std::string& out, const boost::json::value& value);

/// The text of a value that a caller built. Throws `std::invalid_argument`, naming `what` and the place in it, if it
/// holds what JSON cannot say: NaN, infinity, text that is not UTF-8; or is nested too deep.
[[nodiscard]] std::string checked_json(const boost::json::value& value, const std::string& what);
/// JSON text that a caller wrote, without white space around it. Throws like the other.
[[nodiscard]] std::string checked_json(std::string_view text, const std::string& what);

/// A JSON string. Throws `std::invalid_argument`, naming `what`, if `text` is not UTF-8.
[[nodiscard]] boost::json::string checked_string(std::string_view text, std::string_view what);

}  // namespace reroute::detail
