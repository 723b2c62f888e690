// The coroutine around the rules of cached tokens: who waits, and for how long.
#include "route/token_cache.hpp"

#include <reroute/detail/loop_error_code.hpp>

#include "route/token_cache_parts.hpp"

#include <asio/error.hpp>
#include <asio/redirect_error.hpp>
#include <asio/this_coro.hpp>
#include <asio/use_awaitable.hpp>

#include <algorithm>
#include <string>
#include <utility>

namespace reroute::detail {

token_cache::token_cache(asio::any_io_executor executor, std::shared_ptr<clock> time,
                         std::shared_ptr<const token_provider> source, lent_transports lent,
                         duration fetch_timeout, warning_listener warned)
    : core_(std::make_shared<core>(std::move(executor), std::move(time), std::move(source),
                                   std::move(lent), fetch_timeout, std::move(warned))) {}

token_cache::~token_cache() { shutdown(); }

asio::awaitable<token_result> token_cache::get(patience kept) {
  return obtain(core_, access_token(), kept);
}

asio::awaitable<token_result> token_cache::refresh_after_refusal(std::string_view refused,
                                                                 patience kept) {
  return obtain(core_, access_token(std::string(refused)), kept);
}

void token_cache::shutdown() {
  core_->closed = true;
  const std::shared_ptr<fetch> last = std::exchange(core_->under_way, nullptr);
  if (!last) return;
  last->over = true;
  last->limit->cancel();
  last->slow->cancel();
  last->ended.cancel();
  if (last->running) last->give_up.emit(asio::cancellation_type::terminal);
}

// a token for one waiter; `refused` is empty for who was not refused
asio::awaitable<token_result> token_cache::obtain(std::shared_ptr<core> self, access_token refused,
                                                  patience kept) {
  const token_result aborted(make_error_code(asio::error::operation_aborted), false, "");
  const bool was_refused = !refused.secret().empty();
  const asio::cancellation_state own = co_await asio::this_coro::cancellation_state;
  for (;;) {
    if (self->closed || own.cancelled() != asio::cancellation_type::none) co_return aborted;
    const time_point now = self->time->now();
    self->rules.saw(now, self->time->wall_now());
    const token_state::step next =
        was_refused ? self->rules.ask_after_refusal(refused.secret(), now) : self->rules.ask(now);
    std::shared_ptr<fetch> joined = self->under_way;
    if (next.start) joined = begin(self);
    token_state::answer answer = next.what;
    if (answer == token_state::answer::wait) {
      while (!joined->over) {
        if (kept == patience::none) {
          // who began the fetch finds out for the others whether the source is well again
          const time_point then = self->time->now();
          token_result news = news_of(*joined, next.start, then);
          if (news.error && !was_refused && self->rules.lives(then))
            co_return token_result(self->rules.token());
          if (news.error) co_return news;
        }
        loop_error_code woken;
        co_await joined->ended.async_wait(asio::redirect_error(asio::use_awaitable, woken));
        // its end, news of it, and this waiter's own cancellation wake alike
        if (self->closed || own.cancelled() != asio::cancellation_type::none) co_return aborted;
      }
      if (!was_refused) answer = self->rules.after_fetch(self->time->now());
    }
    if (answer == token_state::answer::serve) co_return token_result(self->rules.token());
    if (answer == token_state::answer::fail) co_return self->rules.failure(self->time->now());
  }
}

// why not to wait for a fetch any longer with another route at hand; no error: wait
token_result token_cache::news_of(const fetch& of, bool began_it, time_point now) {
  token_result news = !of.trouble.error && !began_it ? of.before : of.trouble;
  // nobody knows how long a silent source goes on: as long again as it took so far
  news.rest = of.told ? std::max(duration::zero(), of.next_try - now)
                      : std::max(short_patience, now - of.begun_at);
  return news;
}

}  // namespace reroute::detail
