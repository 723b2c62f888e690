// JSON tools of this floor: looking in, reading whole texts, checking UTF-8.
#pragma once

#include <boost/json/object.hpp>
#include <boost/json/value.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace reroute::detail {

[[nodiscard]] inline const boost::json::value* find(const boost::json::object& in,
                                                    std::string_view name) noexcept {
  return in.if_contains(boost::json::string_view(name.data(), name.size()));
}

/// A string member, else empty.
[[nodiscard]] std::string_view text_at(const boost::json::object& in,
                                       std::string_view name) noexcept;
/// A whole-number member of any JSON number form, else nothing.
[[nodiscard]] std::optional<std::int64_t> count_at(const boost::json::object& in,
                                                   std::string_view name) noexcept;

/// Reads a whole JSON text, at most 256 deep; nothing, with the reason, if it is none.
[[nodiscard]] std::optional<boost::json::value> parse_json(std::string_view text, std::string& why,
                                                           boost::json::storage_ptr memory = {});

[[nodiscard]] bool is_utf8(std::string_view text) noexcept;
/// A JSON string of `text`; throws `std::invalid_argument` naming `what` if it is not UTF-8.
[[nodiscard]] boost::json::string checked(std::string_view text, std::string_view what);
/// Appends `text` as a JSON string with its quotes.
void append_quoted(std::string& out, std::string_view text);

}  // namespace reroute::detail
