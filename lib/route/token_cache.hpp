// The tokens of one credential: fetched once for everybody who waits. The coroutine around the
// rules.
#pragma once

#include <reroute/io/clock.hpp>
#include <reroute/route/credential.hpp>

#include "route/token_result.hpp"

#include <asio/any_io_executor.hpp>
#include <asio/awaitable.hpp>

#include <chrono>
#include <functional>
#include <memory>
#include <string_view>

namespace reroute::detail {

/// Gets tokens from a source by the rules of `token_state`, for any number of waiters.
///
/// Errors         values: `token_result::error`. Nothing is thrown.
/// Cancellation   terminal, partial, total: this waiter gets `operation_aborted`; the fetch goes on
///                for the others, and for the cache.
/// Executor       the source runs on `executor`, which is one implicit strand with all callers.
/// Lifetime       its end gives the fetch up, and all waiters get `operation_aborted`. They keep
///                alive what they need. It must not outlive its execution context.
class token_cache {
 public:
  /// Who waits for a fetch that takes its time.
  enum class patience : unsigned char {
    all,  ///< waits for the end
    /// Has another route: waits for 2 s from the fetch's beginning at most, and not at all once the
    /// source said that a try failed, or if the last fetch failed (only who begins the next one then
    /// waits, so that a source that is well again is noticed). Takes a token that still lives, else the
    /// failure so far; its `rest` grows with the time that the fetch takes, 2 s at least.
    none,
  };
  /// Of one fetch.
  static constexpr duration usual_timeout = std::chrono::minutes(2);
  /// What a source says although it has a token; see `token_fetch::warn`.
  using warning_listener = std::function<void(const token_result& what)>;

  /// A source that has not answered after `fetch_timeout` is cancelled, and has failed.
  token_cache(asio::any_io_executor executor, std::shared_ptr<clock> time,
              std::shared_ptr<const token_provider> source, lent_transports lent = {},
              duration fetch_timeout = usual_timeout, warning_listener warned = {});
  token_cache(const token_cache&) = delete;
  token_cache& operator=(const token_cache&) = delete;
  ~token_cache();

  /// A token that lives long enough for a call; waits only if there is none.
  [[nodiscard]] asio::awaitable<token_result> get(patience kept = patience::all);
  /// A token after the API has refused `refused` with 401: a newer one, if there is one already,
  /// else by a fetch that is shared with all who ask for it. The result may be `refused` again:
  /// then the source has no other, and the refusal is final. `refused` is copied at once.
  [[nodiscard]] asio::awaitable<token_result> refresh_after_refusal(std::string_view refused,
                                                                    patience kept = patience::all);
  /// What the end of the cache does. May be repeated; `get` then completes with
  /// `operation_aborted`.
  void shutdown();

 private:
  struct core;
  struct fetch;
  static token_result news_of(const fetch& of, bool began_it, time_point now);
  static std::shared_ptr<fetch> begin(const std::shared_ptr<core>& self);
  static asio::awaitable<void> run(std::shared_ptr<core> self, std::shared_ptr<fetch> mine);
  static void end(core& self, fetch& mine, token_result result);
  static void give_up(core& self, fetch& mine);
  static void note_warning(core& self, const token_error& what);
  static void note_trouble(core& self, fetch& mine, const token_error& so_far, duration again_in);
  static asio::awaitable<token_result> obtain(std::shared_ptr<core> self, access_token refused,
                                              patience kept);

  std::shared_ptr<core> core_;
};

}  // namespace reroute::detail
