// Provider text as data: bounded, valid, on one line, and without a credential.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace reroute::detail {

/// What `normalized_error::message` holds at most, in bytes.
inline constexpr std::size_t max_message_size = 1024;

/// `text` without the white space around it, cut to `limit` bytes between two characters.
///
/// Runs of control characters (also those of Unicode that end a line or turn the direction of
/// writing) become one space, bytes that are no UTF-8 become '?', and what looks like a key or a
/// token (sk-..., a JWT), which debug pages of gateways echo, becomes "[redacted]".
[[nodiscard]] std::string one_line(std::string_view text, std::size_t limit = max_message_size);

}  // namespace reroute::detail
