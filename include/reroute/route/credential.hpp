// Credentials: a static key, or a function that fetches tokens which expire.
#pragma once

#include <reroute/detail/asio.hpp>
#include <reroute/route/access_token.hpp>
#include <reroute/route/token_fetch.hpp>

#include <asio/awaitable.hpp>

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

namespace reroute {

/// Fetches a token. Awaited on the client's executor, one fetch at a time, and cancelled (terminal)
/// when the client ends or after two minutes. Errors are thrown (a `std::system_error` keeps its
/// code) and become a failed attempt on the route: `category::auth`, worth another route. A client with
/// further routes sends its calls there if there is no token after two seconds; the fetch goes on. The text
/// of an exception is shown; what looks like a secret in it is hidden, but better do not put one
/// there.
using token_source = std::function<asio::awaitable<access_token>()>;
/// The same for a source that works with what the client lends it: `entra::client_secret` and the like
/// are made of it. `token_error` lets it say more than a text.
using token_provider = std::function<asio::awaitable<access_token>(token_fetch lent)>;

/// How a route proves who it is.
class credential {
 public:
  /// How the secret is sent.
  enum class kind : unsigned char {
    none,    ///< nothing is sent
    key,     ///< `x-api-key`
    bearer,  ///< `Authorization: Bearer`
    oauth,   ///< the same, with the beta that Anthropic wants beside its OAuth tokens
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
  static credential bearer(token_provider source);
  /// Keys from a source, sent as `x-api-key`; otherwise like `bearer(source)`.
  static credential key(token_source source);
  static credential key(token_provider source);
  /// Anthropic's OAuth tokens from a source: `bearer(source)` with the beta `oauth-2025-04-20`. Azure
  /// knows no such tokens: there it is a bearer token like any other.
  static credential oauth(token_provider source);

  [[nodiscard]] kind type() const noexcept { return kind_; }
  [[nodiscard]] bool refreshable() const noexcept { return source_ != nullptr; }
  /// Null for a static secret. Copies of a credential share it, and within one client its tokens too.
  [[nodiscard]] const std::shared_ptr<const token_provider>& source() const noexcept {
    return source_;
  }
  /// The static secret; empty where a source is used.
  [[nodiscard]] const access_token& token() const noexcept { return token_; }

 private:
  credential(kind type, access_token token, std::shared_ptr<const token_provider> source)
      : kind_(type), token_(std::move(token)), source_(std::move(source)) {}
  kind kind_ = kind::none;
  access_token token_;
  std::shared_ptr<const token_provider> source_;
};

}  // namespace reroute
