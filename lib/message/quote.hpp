// Text into JSON strings, checked to be UTF-8.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace reroute::detail {

/// Throws `std::invalid_argument` with "message_request: " before `what`.
[[noreturn]] void refuse(const std::string& what);

/// Throws `std::invalid_argument`, naming `what` and the byte, if `text` is not UTF-8.
void check_utf8(std::string_view text, std::string_view what);

/// True if `text` is UTF-8.
[[nodiscard]] bool is_utf8(std::string_view text) noexcept;
/// `text` with U+FFFD for each byte that is not UTF-8.
[[nodiscard]] std::string valid_utf8(std::string_view text);

/// JSON text with U+FFFD for what no string can hold: bytes that are not UTF-8, and escapes of one half
/// of a surrogate pair without the other.
[[nodiscard]] std::string mended_json(std::string_view text);

/// How many bytes `text` begins with that stand in a JSON string as they are: letters of ASCII, and
/// whole ones beyond it.
[[nodiscard]] std::size_t plain_prefix(std::string_view text) noexcept;

/// Appends `text` as a JSON string with its quotes. Throws as `check_utf8`; then `out` may hold a
/// part of it.
void append_quoted(std::string& out, std::string_view text, std::string_view what);
/// The same without exceptions: null, or the first byte that is not UTF-8.
[[nodiscard]] const char* append_quoted(std::string& out, std::string_view text);
/// Throws `std::invalid_argument`: `what` is not UTF-8 at this byte of `text`.
[[noreturn]] void refuse_byte(std::string_view text, const char* at, std::string_view what);

[[nodiscard]] std::string quoted(std::string_view text, std::string_view what);

}  // namespace reroute::detail
