// Credentials: a static key, or a function that fetches tokens which expire.
#pragma once

#include <asio/awaitable.hpp>

#include <chrono>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace reroute {

/// A token and when it ends. A class, not an aggregate: it may stand inside a `co_await`.
/// The secret is wiped from memory when released, and cannot be printed. Moved from, it is empty.
class access_token {
 public:
  access_token() = default;
  /// `expires_at` is wall-clock time; without it the token does not end.
  explicit access_token(
      std::string secret,
      std::optional<std::chrono::system_clock::time_point> expires_at = std::nullopt);
  access_token(const access_token&);
  access_token(access_token&&) noexcept;
  access_token& operator=(const access_token&);
  access_token& operator=(access_token&&) noexcept;
  ~access_token();

  /// The secret itself. Do not log it.
  [[nodiscard]] const std::string& secret() const noexcept { return secret_; }
  [[nodiscard]] const std::optional<std::chrono::system_clock::time_point>& expires_at()
      const noexcept {
    return expires_at_;
  }

 private:
  std::string secret_;
  std::optional<std::chrono::system_clock::time_point> expires_at_;
};

/// Fetches a token. Awaited on the client's executor, one fetch at a time, and cancelled (terminal)
/// when the client ends or after two minutes. Errors are thrown (a `std::system_error` keeps its
/// code) and become a failed attempt on the route: `category::auth`, worth another route. The text
/// of an exception is shown; what looks like a secret in it is hidden, but better do not put one
/// there.
using token_source = std::function<asio::awaitable<access_token>()>;

/// How a route proves who it is.
class credential {
 public:
  /// How the secret is sent.
  enum class kind : unsigned char {
    none,    ///< nothing is sent
    key,     ///< `x-api-key`
    bearer,  ///< `Authorization: Bearer`
  };

  /// No credential.
  credential() = default;
  /// A key that does not change, sent as `x-api-key`.
  /// Throws `std::invalid_argument` that says the cure and never repeats the key: if it is empty,
  /// or has white space, a line break (at its end: the usual accident), a control character, a
  /// character outside ASCII or quotes around it.
  static credential key(std::string secret);
  /// A bearer token that does not change. Throws like `key`.
  static credential bearer(std::string secret);
  /// Bearer tokens from a source: fetched when first needed, cached until shortly before they
  /// expire, refreshed once for all waiting calls, and once by force after a 401. A source that
  /// fails is left alone for 1 s, doubling up to 30 s. Throws `std::invalid_argument` for an empty
  /// function.
  static credential bearer(token_source source);
  /// Keys from a source, sent as `x-api-key`; otherwise like `bearer(source)`.
  static credential key(token_source source);

  [[nodiscard]] kind type() const noexcept { return kind_; }
  [[nodiscard]] bool refreshable() const noexcept { return static_cast<bool>(source_); }
  [[nodiscard]] const token_source& source() const noexcept { return source_; }
  /// The static secret; empty where a source is used.
  [[nodiscard]] const access_token& token() const noexcept { return token_; }

 private:
  credential(kind type, access_token token, token_source source)
      : kind_(type), token_(std::move(token)), source_(std::move(source)) {}
  kind kind_ = kind::none;
  access_token token_;
  token_source source_;
};

}  // namespace reroute
