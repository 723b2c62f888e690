// A token that was fetched: the secret, and when it ends.
#pragma once

#include <chrono>
#include <optional>
#include <string>

namespace reroute {

/// A token and when it ends. A class, not an aggregate: it may stand inside a `co_await`.
/// The secret is wiped from memory when released, and cannot be printed. Moved from, it is empty.
class access_token {
 public:
  using wall_time = std::chrono::system_clock::time_point;

  access_token() = default;
  /// Wall-clock times. Without `expires_at` the token does not end. One that lies in the past is taken for a
  /// wrong clock's: the token is sent for 5 s, then its source is asked again. From `refresh_at` on it is still
  /// good, but its source would rather be asked for the next one: done in the background.
  explicit access_token(std::string secret, std::optional<wall_time> expires_at = std::nullopt,
                        std::optional<wall_time> refresh_at = std::nullopt);
  access_token(const access_token&);
  access_token(access_token&&) noexcept;
  access_token& operator=(const access_token&);
  access_token& operator=(access_token&&) noexcept;
  ~access_token();

  /// The secret itself. Do not log it.
  [[nodiscard]] const std::string& secret() const noexcept { return secret_; }
  [[nodiscard]] const std::optional<wall_time>& expires_at() const noexcept { return expires_at_; }
  [[nodiscard]] const std::optional<wall_time>& refresh_at() const noexcept { return refresh_at_; }

 private:
  std::string secret_;
  std::optional<wall_time> expires_at_;
  std::optional<wall_time> refresh_at_;
};

}  // namespace reroute
