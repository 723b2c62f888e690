// What a client lends to a source of tokens for one fetch, and what the source may say of a failure.
#pragma once

#include <reroute/detail/asio.hpp>
#include <reroute/io/clock.hpp>
#include <reroute/io/transport.hpp>
#include <reroute/route/access_token.hpp>

#include <asio/any_io_executor.hpp>

#include <functional>
#include <memory>
#include <stdexcept>
#include <string>
#include <system_error>
#include <utility>

namespace reroute {

/// Why a source has no token: thrown by sources that know more than a text.
class token_error : public std::runtime_error {
 public:
  /// `text` is shown to people: no secret in it. `retryable` says that waiting is likely to fix it.
  /// A `retry_after` above zero keeps everybody from asking the source again for so long, at most an
  /// hour; zero leaves the wait to the cache (1 s, doubling up to 30 s).
  token_error(std::error_code code, const std::string& text, bool retryable,
              duration retry_after = duration(0))
      : std::runtime_error(text), code_(code), retryable_(retryable), retry_after_(retry_after) {}

  [[nodiscard]] const std::error_code& code() const noexcept { return code_; }
  [[nodiscard]] bool retryable() const noexcept { return retryable_; }
  [[nodiscard]] duration retry_after() const noexcept { return retry_after_; }

 private:
  std::error_code code_;
  bool retryable_;
  duration retry_after_;
};

/// Transports that a client lends.
struct lent_transports {
  /// The client's own HTTPS transport, with its trusted roots. It follows no redirects.
  std::shared_ptr<transport> https = {};
  /// Carries http:// and nothing else: for services of this machine, which speak no TLS.
  std::shared_ptr<transport> plain = {};
};

/// One fetch of a token: the client's loop, clock and transports, and what is known of the fetch.
/// A class, not an aggregate: it may stand inside a `co_await`. Cheap to copy; do not keep it.
class token_fetch {
 public:
  using trouble_listener = std::function<void(const token_error& so_far, duration pause)>;
  using warning_listener = std::function<void(const token_error& what)>;

  token_fetch(asio::any_io_executor executor, std::shared_ptr<clock> time, lent_transports lent,
              access_token refused = access_token(), trouble_listener listener = {},
              warning_listener warnings = {})
      : executor_(std::move(executor)),
        time_(std::move(time)),
        lent_(std::move(lent)),
        refused_(std::move(refused)),
        listener_(std::move(listener)),
        warnings_(std::move(warnings)) {}

  [[nodiscard]] const asio::any_io_executor& executor() const noexcept { return executor_; }
  [[nodiscard]] const std::shared_ptr<clock>& time() const noexcept { return time_; }
  [[nodiscard]] const std::shared_ptr<transport>& https() const noexcept { return lent_.https; }
  [[nodiscard]] const std::shared_ptr<transport>& plain() const noexcept { return lent_.plain; }
  /// The API has refused the token of the fetch before: do not answer with that one from a cache.
  [[nodiscard]] bool forced() const noexcept { return !refused_.secret().empty(); }
  /// The token that was refused; without a secret if none was.
  [[nodiscard]] const access_token& refused() const noexcept { return refused_; }
  /// Says that a try has failed and another will follow after `pause`. Calls that have another route
  /// then need not wait for it. A try that would come after the fetch's two minutes ends the fetch at
  /// once with `so_far`, and whoever asks after `pause` begins the next one.
  void trying_again(const token_error& so_far, duration pause) const {
    if (listener_) listener_(so_far, pause);
  }
  /// Says what wants attention although there is a token: what will be missing next time. It reaches
  /// `observer::at_credential`, and changes nothing else.
  void warn(const token_error& what) const {
    if (warnings_) warnings_(what);
  }

 private:
  asio::any_io_executor executor_;
  std::shared_ptr<clock> time_;
  lent_transports lent_;
  access_token refused_;
  trouble_listener listener_;
  warning_listener warnings_;
};

}  // namespace reroute
