// One fetch of a token cache, from its beginning to its end.
#include <reroute/error/errc.hpp>

#include "detail/cancelled_by.hpp"
#include "route/token_cache.hpp"
#include "route/token_cache_parts.hpp"

#include <asio/co_spawn.hpp>
#include <asio/this_coro.hpp>
#include <asio/use_awaitable.hpp>

#include <algorithm>
#include <chrono>
#include <exception>
#include <utility>

namespace reroute::detail {
namespace {

// between two tries; more is not reckoned with
constexpr duration longest_pause = std::chrono::hours(24);

}  // namespace

std::shared_ptr<token_cache::fetch> token_cache::begin(const std::shared_ptr<core>& self) {
  auto mine = std::make_shared<fetch>(self->executor);
  self->under_way = mine;
  const time_point now = self->time->now();
  if (self->rules.failing()) mine->before = self->rules.failure(now);
  mine->slow = self->time->make_timer(self->executor);
  mine->slow->wake_at(now + short_patience, [of = std::weak_ptr<fetch>(mine)] {
    const std::shared_ptr<fetch> slow = of.lock();
    if (!slow || slow->over || slow->trouble.error) return;
    slow->trouble =
        token_result(errc::provider_timeout, true, "the token source has not answered yet");
    slow->ended.cancel();
  });
  mine->limit = self->time->make_timer(self->executor);
  mine->begun_at = now;
  mine->given_up_at = now + self->fetch_timeout;
  mine->limit->wake_at(mine->given_up_at,
                       [held = std::weak_ptr<core>(self), of = std::weak_ptr<fetch>(mine)] {
                         const std::shared_ptr<core> still = held.lock();
                         const std::shared_ptr<fetch> slow = of.lock();
                         if (still && slow) give_up(*still, *slow);
                       });
  asio::co_spawn(self->executor, run(self, mine),
                 cancelled_by(mine->give_up.slot(), [self, mine](const std::exception_ptr& thrown) {
                   if (thrown) end(*self, *mine, failure_of(thrown, {}));
                 }));
  return mine;
}

asio::awaitable<void> token_cache::run(std::shared_ptr<core> self, std::shared_ptr<fetch> mine) {
  const auto gone = [](fetch* ended) { ended->running = false; };
  mine->running = true;
  const std::unique_ptr<fetch, decltype(gone)> mark(mine.get(), gone);
  token_result result;
  try {
    access_token refused;
    if (self->rules.forced()) refused = self->rules.token();
    token_fetch lent(
        self->executor, self->time, self->lent, std::move(refused),
        [held = std::weak_ptr<core>(self), of = std::weak_ptr<fetch>(mine)](
            const token_error& so_far, duration pause) {
          const std::shared_ptr<core> still = held.lock();
          const std::shared_ptr<fetch> ahead = of.lock();
          if (still && ahead) note_trouble(*still, *ahead, so_far, pause);
        },
        [held = std::weak_ptr<core>(self)](const token_error& what) {
          if (const std::shared_ptr<core> still = held.lock()) note_warning(*still, what);
        });
    asio::awaitable<access_token> pending = (*self->source)(std::move(lent));
    access_token fetched = co_await std::move(pending);
    result = checked_token(std::move(fetched));
  } catch (...) {
    result = failure_of(std::current_exception(), self->rules.token().secret());
  }
  // Asio from 1.24 on awaits once more, outside of any `try`, behind a coroutine that never waited: if that
  // one was given up meanwhile, it would throw out of the user's `run()`
  co_await asio::this_coro::throw_if_cancelled(false);
  end(*self, *mine, std::move(result));
}

// it ends with what its source said last: that is the cause, not the time
void token_cache::give_up(core& self, fetch& mine) {
  if (mine.over) return;
  token_result why(errc::credential_failed, true, "the token source took too long");
  if (mine.told) {
    why = mine.trouble;
    why.rest = std::max(duration::zero(), mine.next_try - self.time->now());
  }
  end(self, mine, std::move(why));
  if (mine.running) mine.give_up.emit(asio::cancellation_type::terminal);
}

void token_cache::note_trouble(core& self, fetch& mine, const token_error& so_far,
                               duration again_in) {
  if (mine.over) return;
  mine.trouble = failure_of(so_far, self.rules.token().secret());
  mine.told = true;
  mine.next_try = self.time->now() + std::clamp(again_in, duration::zero(), longest_pause);
  if (mine.next_try >= mine.given_up_at) return give_up(self, mine);
  mine.ended.cancel();
}

void token_cache::note_warning(core& self, const token_error& what) {
  if (self.closed || !self.warned) return;
  self.warned(failure_of(what, self.rules.token().secret()));
}

// counts once: a fetch that was given up may still come to an end of its own
void token_cache::end(core& self, fetch& mine, token_result result) {
  if (std::exchange(mine.over, true)) return;
  mine.limit->cancel();
  mine.slow->cancel();
  self.under_way.reset();
  const time_point now = self.time->now();
  if (result.error) {
    self.rules.failed(std::move(result), now);
  } else {
    self.rules.fetched(std::move(result.token), now, self.time->wall_now());
  }
  mine.ended.cancel();
}

}  // namespace reroute::detail
