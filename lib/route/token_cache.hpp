// The tokens of one credential: cached, refreshed ahead of time, and once for everybody.
#pragma once

#include <reroute/io/clock.hpp>
#include <reroute/route/credential.hpp>

#include "route/token_state.hpp"

#include <asio/any_io_executor.hpp>
#include <asio/awaitable.hpp>
#include <asio/cancellation_signal.hpp>
#include <asio/steady_timer.hpp>

#include <memory>
#include <string>
#include <string_view>
#include <system_error>

namespace reroute::detail {

/// A token, or why there is none. A class: it travels through `co_await`.
struct token_result {
  token_result() = default;
  access_token token;
  std::error_code error;
  bool retryable = true;
  std::string detail;  ///< for people; never a secret
};

/// The coroutine around `token_state`. Lives on one implicit strand. A waiter that is cancelled
/// leaves; the refresh goes on for the others, and for the cache.
class token_cache : public std::enable_shared_from_this<token_cache> {
 public:
  token_cache(asio::any_io_executor executor, std::shared_ptr<clock> time, token_source source);

  /// A token that lives long enough; waits for a refresh only if there is none.
  asio::awaitable<token_result> get();
  /// A token after the API refused `refused` with 401: another one if there is one already, else by
  /// a refresh that is shared with all who ask for it.
  asio::awaitable<token_result> refresh_after_refusal(std::string refused);
  /// Gives the refresh up; all waiters get `operation_aborted`.
  void shutdown();

 private:
  asio::awaitable<token_result> wait_for_refresh();
  void begin_refresh();
  static asio::awaitable<void> run_refresh(std::shared_ptr<token_cache> self);

  asio::any_io_executor executor_;
  std::shared_ptr<clock> clock_;
  token_source source_;
  token_state state_;
  token_result last_failure_;
  asio::steady_timer refreshed_;  // never expires; cancelled when a refresh ends
  asio::cancellation_signal give_up_;
  bool closed_ = false;
};

}  // namespace reroute::detail
