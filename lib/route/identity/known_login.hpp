// What is known of a login in a file: what the file says, or what was renewed and could not be written there.
#pragma once

#include "route/identity/login_file.hpp"

#include <mutex>
#include <optional>
#include <string>
#include <system_error>

namespace reroute::detail {

/// The login as it was at one moment.
struct seen_login {
  kept_tokens tokens;
  kept_tokens filed;       ///< what the file said
  bool unwritten = false;  ///< `tokens` are not the file's
};

/// One login, shared by all fetches of one credential: clients on two threads may fetch at once.
///
/// What other programs write beats what is known here: their login is newer, or is none any more.
class known_login {
 public:
  explicit known_login(std::string path) : path_(std::move(path)) {}

  [[nodiscard]] const std::string& path() const noexcept { return path_; }

  /// Reads the file. Throws `token_error` for one that others may read or write.
  [[nodiscard]] seen_login look();

  /// Writes `renewed` into the file, unless another program has changed it since `seen`. Why it could not be
  /// written: then `look` brings it until it can be. Throws nothing of its own.
  [[nodiscard]] std::error_code keep(const seen_login& seen, kept_tokens& renewed);

 private:
  struct unwritten {
    kept_tokens filed, tokens;
  };
  const std::string path_;
  std::mutex guard_;
  std::optional<unwritten> ahead_;
};

}  // namespace reroute::detail
