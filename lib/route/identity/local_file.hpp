// Small local files: token files, certificates, profiles. Read at once, for they are small and here.
#pragma once

#include "route/identity/secret_text.hpp"

#include <cstddef>
#include <optional>
#include <string>
#include <system_error>

namespace reroute::detail {

/// What a file holds, or why it could not be read.
struct file_reading {
  std::error_code error;
  secret_text text;
};

/// Reads a regular file, or what a link points to; more than `limit` bytes are `file_too_large`. What
/// is no regular file (a pipe would block) is `invalid_argument`.
[[nodiscard]] file_reading read_small_file(const std::string& path,
                                           std::size_t limit = 1024 * 1024);

/// True if a file could not be read because there is none.
[[nodiscard]] inline bool is_missing(const std::error_code& error) noexcept {
  return error == std::errc::no_such_file_or_directory || error == std::errc::not_a_directory;
}

/// Why a file with a secret in it is not to be trusted, and the cure: others may read or write it. Empty if
/// all is well, or if there is no file (reading it says so better). Links are followed, as mounted secrets
/// need it.
[[nodiscard]] std::string loose_permissions(const std::string& path);

/// A token in a file, read anew each time because it is rotated: trimmed, at most 64 KiB. Throws
/// `token_error` that names `what` and the path: cannot be read, empty, no token.
[[nodiscard]] secret_text read_token_file(const std::string& path, std::string_view what);

/// Writes `text` to a file that only this user may read (0600), or to what a link points to: beside it
/// first, then on the disk, then renamed, so that a reader sees the old or the new, also after a power
/// failure. Folders are made (0700). Why it could not be done; nothing if it was.
[[nodiscard]] std::error_code write_private_file(const std::string& path, std::string_view text);

}  // namespace reroute::detail
